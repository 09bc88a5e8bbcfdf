import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import fc from 'fast-check';
import { dayMs } from '../../src/model/calendar.ts';
import { noUsage, type Usage, usageKeys } from '../../src/model/tokens.ts';
import type { ReportContext } from '../../src/query/context.ts';
import { noLabels } from '../../src/settings/labels.ts';
import { openForWriting } from '../../src/store/connection/openStore.ts';
import { ingestAll, soleWriter } from './ingest.ts';
import { assistant, noonMs, user } from './parseLines.ts';
import { reportContext } from './reportContext.ts';
import { byDayBefore, thinAll } from './retention.ts';
import { tempDir } from './tempDir.ts';

/** What another model had a part in. */
interface MixedPart {
  readonly kind: 'advisor_message' | 'compaction' | 'message';
  readonly model: string;
  readonly usage: Usage;
}

/** A message with everything a report can tell it by. */
export interface Mixed {
  readonly session: number;
  /** '' for the main thread. */
  readonly agent: string;
  /** Milliseconds before `mixedNow`. */
  readonly ago: number;
  readonly model: string;
  readonly usage: Usage;
  readonly parts: readonly MixedPart[];
  readonly tools: readonly string[];
  readonly branch: string;
  readonly ended: boolean;
  readonly fast: boolean;
  /** Fields of the record beside its message: effort, skill and the like. */
  readonly more: Readonly<Record<string, string>>;
}

/** A store's messages, and what is done to it. */
export interface MixedWorld {
  readonly messages: readonly Mixed[];
  /** Sessions whose client has counted more than their messages: dollars, by session. */
  readonly totals: readonly (number | undefined)[];
  /** Messages older than this many days are downsampled; 0: none is. */
  readonly keepDays: number;
}

/** When it is in such a world: spans back from now cut a quarter of an hour. */
export const mixedNow = noonMs + 1_801_234;

const sessions = 4;
const models = ['claude-opus-4-8', 'claude-sonnet-5-5', 'claude-haiku-4-5'];
const unknownModel = 'made-up-model';

const usage: fc.Arbitrary<Usage> = fc.record({
  input: fc.constantFrom(0, 1, 10, 1000),
  output: fc.constantFrom(0, 1, 7, 333),
  cacheWrite5m: fc.constantFrom(0, 0, 50),
  cacheWrite1h: fc.constantFrom(0, 0, 77),
  cacheRead: fc.constantFrom(0, 0, 5000),
  webSearches: fc.constantFrom(0, 0, 0, 2),
});

const part: fc.Arbitrary<MixedPart> = fc.record({
  kind: fc.constantFrom('advisor_message', 'compaction', 'message'),
  model: fc.constantFrom(...models, unknownModel),
  usage,
});

const mixed: fc.Arbitrary<Mixed> = fc.record({
  session: fc.nat(sessions - 1),
  agent: fc.constantFrom('', '', 'Explore', 'Plan'),
  ago: fc.oneof(fc.nat(2 * 3_600_000), fc.nat(40 * dayMs)),
  model: fc.oneof(
    { arbitrary: fc.constantFrom(...models), weight: 6 },
    { arbitrary: fc.constant(unknownModel), weight: 1 },
  ),
  // A record of zeros is no message.
  usage: usage.filter((counts) => usageKeys.some((key) => counts[key] > 0)),
  parts: fc.oneof(
    { arbitrary: fc.constant([]), weight: 2 },
    { arbitrary: fc.array(part, { minLength: 1, maxLength: 3 }), weight: 1 },
  ),
  tools: fc.array(fc.constantFrom('Bash', 'Read', 'Edit'), { maxLength: 4 }),
  branch: fc.constantFrom('main', 'feat/x', 'ABC-1'),
  ended: fc.boolean(),
  fast: fc.boolean(),
  more: fc.constantFrom<Readonly<Record<string, string>>>(
    {},
    {},
    { effort: 'high' },
    { attributionSkill: 'review', attributionPlugin: 'tools' },
    { attributionMcpServer: 'github', hookName: 'lint', workflowName: 'nightly' },
    { taskId: 'T-9', correlationId: 'c-1' },
  ),
});

/** In every world, so that there is something behind every name. */
const always: readonly Mixed[] = [0, 1].map((session) => ({
  session,
  agent: ['', 'Explore'][session]!,
  ago: session,
  model: models[0]!,
  usage: { ...noUsage, input: 100 },
  parts: [],
  tools: [],
  branch: 'main',
  ended: true,
  fast: false,
  more: {},
}));

/** Worlds of messages with parts of other models, declined attempts, background and subagents. */
export const mixedWorlds: fc.Arbitrary<MixedWorld> = fc.record({
  messages: fc.array(mixed, { maxLength: 25 }).map((some) => [...some, ...always]),
  totals: fc.tuple(
    ...Array.from({ length: sessions }, () => fc.constantFrom(undefined, undefined, 3.5, 80)),
  ),
  keepDays: fc.constantFrom(0, 0, 10),
});

/** The parts of a message that are billed with it, as the parser is to see them. */
export function billedOf({ parts }: Mixed): readonly MixedPart[] {
  return parts.filter(({ kind }) => kind !== 'message');
}

/** Builds a world's store and asks it, for as long as the test takes. */
export function mixedStore(world: MixedWorld, test: (context: ReportContext) => void): void {
  using dir = tempDir();
  const files = filesOf(world);
  for (const [path, lines] of files) {
    const file = dir.at('projects', ...path.split('/'));
    mkdirSync(dirname(file), { recursive: true });
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    writeFileSync(file, text);
  }
  const { db } = openForWriting(':memory:');
  try {
    ingestAll(db, dir.path);
    if (world.keepDays > 0) {
      const midnight = noonMs - dayMs / 2;
      thinAll(soleWriter(db), byDayBefore(midnight - world.keepDays * dayMs));
    }
    const labels = {
      ...noLabels,
      groups: new Map([['even', ['/src/0', '/src/2']]]),
      tags: new Map([['feature', ['feat/*']]]),
      marks: [
        { name: 'sprint', kind: 'start', at: mixedNow - 3_000_001 },
        { name: 'sprint', kind: 'stop', at: mixedNow - 1_000_000 },
      ] as const,
    };
    test(reportContext(db, { now: mixedNow, labels }));
  } finally {
    db.close();
  }
}

function filesOf({ messages, totals }: MixedWorld): Map<string, object[]> {
  const files = new Map<string, object[]>();
  const add = (path: string, ...lines: object[]): void => {
    files.set(path, [...(files.get(path) ?? []), ...lines]);
  };
  const inOrder = messages.map((message, i) => ({ message, i })).toSorted(byTime);
  for (const { message, i } of inOrder) {
    const sid = sidOf(message.session);
    const { agent } = message;
    const path = agent === '' ? `p/${sid}.jsonl` : `p/${sid}/subagents/agent-${agent}.jsonl`;
    const head = { sessionId: sid, timestamp: timeOf(message), cwd: `/src/${message.session}` };
    if (agent === '' && i % 2 === 0) {
      add(path, user('go on', { ...head, uuid: `u${i}`, promptId: `prompt-${i % 3}` }));
    }
    add(path, recordOf(message, i, head));
    if (agent !== '') files.set(path.replace('.jsonl', '.meta.json'), [{ agentType: agent }]);
  }
  for (const [session, totalCostUSD] of totals.entries()) {
    const sessionId = sidOf(session);
    // A total is dated by the records before it.
    if (totalCostUSD === undefined || !files.has(`p/${sessionId}.jsonl`)) continue;
    const modelUsage = { [unknownModel]: { costUSD: 1.25 } };
    add(`p/${sessionId}.jsonl`, { type: 'cost-state', sessionId, totalCostUSD, modelUsage });
  }
  return files;
}

function byTime(
  a: { readonly message: Mixed; readonly i: number },
  b: { readonly message: Mixed; readonly i: number },
): number {
  return b.message.ago - a.message.ago || a.i - b.i;
}

function sidOf(session: number): string {
  return `${String(session).repeat(8)}-0000-4000-8000-000000000000`;
}

function timeOf({ ago }: Mixed): string {
  return new Date(mixedNow - ago).toISOString();
}

function recordOf(message: Mixed, i: number, head: object): object {
  const { agent, model, tools, branch, ended, fast, more } = message;
  const content = tools.map((name, k) => ({ type: 'tool_use', id: `t${i}-${k}`, name, input: {} }));
  const iterations = message.parts.map((each) => ({
    type: each.kind,
    model: each.model,
    ...usageJson(each.usage),
  }));
  return assistant(
    {
      id: `msg_${i}`,
      model,
      stop_reason: ended ? 'end_turn' : null,
      content,
      usage: {
        ...usageJson(message.usage),
        ...(iterations.length > 0 && { iterations }),
        speed: fast ? 'fast' : 'standard',
      },
    },
    {
      ...head,
      ...more,
      uuid: `a${i}`,
      requestId: `req_${i}`,
      gitBranch: branch,
      ...(agent !== '' && { isSidechain: true, agentId: agent }),
    },
  );
}

function usageJson(counts: Usage): object {
  return {
    input_tokens: counts.input,
    output_tokens: counts.output,
    cache_read_input_tokens: counts.cacheRead,
    cache_creation_input_tokens: counts.cacheWrite5m + counts.cacheWrite1h,
    cache_creation: {
      ephemeral_5m_input_tokens: counts.cacheWrite5m,
      ephemeral_1h_input_tokens: counts.cacheWrite1h,
    },
    server_tool_use: { web_search_requests: counts.webSearches },
  };
}
