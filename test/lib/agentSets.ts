import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { unpack } from './transcriptSets.ts';

const folder = join(import.meta.dirname, '..', 'fixtures', 'agents');

/** What an independent program counted; `usd` are exact decimals. */
export interface AgentSums {
  readonly requests: number;
  readonly input: number;
  readonly cached: number;
  readonly cacheWrite: number;
  readonly output: number;
  readonly reasoning: number;
  readonly unpriced: number;
  readonly usd: string;
}

export interface ExpectedAgentSet {
  readonly total: AgentSums;
  readonly models: Readonly<Record<string, AgentSums>>;
  readonly days: Readonly<Record<string, AgentSums>>;
  /** Requests of each thread or session. */
  readonly sessions: Readonly<Record<string, number>>;
}

/** Logs of one agent with what they must come to. */
export interface AgentSet {
  /** `cases/…`: made up, with a right value each; `samples/…`: of real sessions and of the real client. */
  readonly name: string;
  readonly files: readonly (readonly [path: string, content: Buffer])[];
  readonly expected: ExpectedAgentSet;
}

/** The sets of an agent. */
export function agentSets(agent: 'codex' | 'copilot' | 'copilot-traces' | 'opencode'): AgentSet[] {
  const expected = JSON.parse(
    readFileSync(join(folder, `${agent}-expected.json`), 'utf8'),
  ) as Readonly<Record<string, ExpectedAgentSet>>;
  const files = (['cases', 'samples'] as const).flatMap((kind) =>
    [...unpack(readFileSync(join(folder, `${agent}-${kind}.br`)))].map(
      ([path, content]) => [`${kind}/${path}`, content] as const,
    ),
  );
  return Object.entries(expected).map(([name, sums]) => ({
    name,
    files: files.flatMap(([path, content]) =>
      path.startsWith(`${name}/`) ? [[path.slice(name.length + 1), content] as const] : [],
    ),
    expected: sums,
  }));
}

/** Writes the files of a set below a folder. */
export function writeAgentSet({ files }: Pick<AgentSet, 'files'>, target: string): void {
  for (const [path, content] of files) {
    const file = join(target, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}
