import assert from 'node:assert/strict';
import { answerRecord, type CliResult, CliWorld, usageOf } from './runCli.ts';

export const secretText = 'a prompt nobody else is to read';

/** A machine that spent `dollars` just before a moment, in two projects, with a text that must not leave it. */
export function machineAt(serverNow: number, dollars: number, name = 'ada'): CliWorld {
  const world = new CliWorld();
  world.env = {
    CLAUDE_CONFIG_DIR: world.root,
    OUTLAY_NOW: new Date(serverNow).toISOString(),
  };
  const midnight = serverNow - (serverNow % 86_400_000);
  ['shop', 'web'].forEach((project, which) => {
    const sid = `aaaaaaaa-0000-4000-800${which}-${Buffer.from(name).toString('hex').padEnd(12, '0')}`;
    const own = { sessionId: sid, cwd: `/home/ada/secret-place/${project}` };
    const records = Array.from({ length: dollars }, (_, at) => at)
      .filter((at) => at % 2 === which)
      // A dollar each.
      .map((at) =>
        answerRecord(`${name}-${at}`, 'claude-opus-4-7', usageOf({ input: 200_000 }), {
          ...own,
          timestamp: new Date(Math.max(serverNow - 1_000 * (at + 1), midnight)).toISOString(),
          gitBranch: 'feature/hidden',
        }),
      );
    const prompt = {
      ...{ type: 'user', uuid: `prompt-${name}-${which}`, ...own },
      timestamp: new Date(midnight).toISOString(),
      message: { role: 'user', content: secretText },
    };
    const summary = { type: 'summary', summary: secretText, leafUuid: `prompt-${name}-${which}` };
    if (records.length > 0) world.transcript(`p/${sid}.jsonl`, [summary, prompt, ...records]);
  });
  return world;
}

export function ok(result: CliResult): string {
  assert.equal(result.code, 0, result.err);
  return result.out;
}

// biome-ignore lint/suspicious/noExplicitAny: what comes back is what the tests look into
export const json = (result: CliResult): any => JSON.parse(ok(result));
