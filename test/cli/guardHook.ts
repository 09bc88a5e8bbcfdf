import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { answerRecord, bundle, type CliWorld, now, usageOf } from './runCli.ts';

const guardBundle = join(dirname(bundle), 'guard.cjs');
export const sid = 'aaaaaaaa-0000-4000-8000-000000000001';
const clock = new Date(now).toISOString();

/** A session that has spent a dollar: 200,000 tokens of input at $5 a million. */
export function spent(world: CliWorld, more: readonly unknown[] = [], name = sid): string {
  const answer = answerRecord(`a${name.at(-1)}`, 'claude-opus-4-7', usageOf({ input: 200_000 }), {
    sessionId: name,
    timestamp: new Date(now - 60_000).toISOString(),
  });
  return world.transcript(`p/${name}.jsonl`, [answer, ...more]);
}

interface Answer {
  readonly decision?: string;
  readonly reason?: string;
  readonly continue?: boolean;
  readonly systemMessage?: string;
  readonly hookSpecificOutput?: Record<string, string | boolean>;
}

/** Answers a hook as Claude Code has it answered; by the small bundle unless another is named. */
export async function hook(
  world: CliWorld,
  event: string,
  input: Record<string, unknown>,
  { via = [guardBundle], env = {}, args = [] as string[] } = {},
): Promise<{ code: number | null; out: string; answer: Answer }> {
  mkdirSync(world.dir.at('home'), { recursive: true });
  const child = spawn(process.execPath, [...via, event, ...args], {
    env: {
      ...{ PATH: process.env.PATH, HOME: world.dir.at('home'), TZ: 'UTC' },
      ...{ OUTLAY_DATA_DIR: world.dir.at('data'), OUTLAY_NOW: clock },
      ...world.env,
      ...env,
    },
    stdio: 'pipe',
  });
  child.stdin.end(JSON.stringify({ session_id: sid, hook_event_name: event, ...input }));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (child.exitCode === null) await once(child, 'exit');
  assert.equal(err, '');
  return { code: child.exitCode, out, answer: out === '' ? {} : JSON.parse(out) };
}

export function budgets(world: CliWorld, list: readonly object[], more: object = {}): void {
  world.dataFile(
    'config.json',
    JSON.stringify({ revision: 1, settings: {}, budgets: list, ...more }),
  );
}

export const stop = { scope: 'global', period: 'day', limit: 0.5, action: 'stop' };
export const bash = {
  tool_name: 'Bash',
  tool_input: { command: 'ls' },
  tool_use_id: 't1',
  prompt_id: 'p1',
};
