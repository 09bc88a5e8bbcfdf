import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { updateConfig } from './configFile.ts';

export const outcomeResults = ['success', 'escalated', 'failure'] as const;
export type OutcomeResult = (typeof outcomeResults)[number];

const time = z.number().check(z.nonnegative());
const entry = z.object({
  dismissedAt: z.optional(time),
  /** Not listed until then. */
  snoozedUntil: z.optional(time),
  outcome: z.optional(z.object({ result: z.enum(outcomeResults), at: time })),
  /** A file that was changed: what it is, what it was before, and for which agent. */
  applied: z.optional(
    z.object({
      at: time,
      agent: z.string(),
      model: z.string(),
      file: z.string(),
      before: z.string(),
      after: z.string(),
    }),
  ),
});

/** What somebody decided about an insight. Times are UTC milliseconds. */
export type LedgerEntry = z.infer<typeof entry>;
export type Ledger = ReadonlyMap<string, LedgerEntry>;

/** Decisions about insights, `{ revision, insights }`, in the data folder. */
export function insightsFile(folder: string): string {
  return join(folder, 'insights.json');
}

/** The decisions so far; what is none is left out and said. No file is no problem. */
export function readLedger(folder: string): { ledger: Ledger; problems: string[] } {
  const file = insightsFile(folder);
  const none: Ledger = new Map();
  if (folder === '') return { ledger: none, problems: [] };
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { ledger: none, problems: [] };
    const problem = `The decisions on insights in ${file} cannot be read (${code ?? 'no JSON'}); none counts.`;
    return { ledger: none, problems: [problem] };
  }
  const found = entriesOf(value).map(([id, each]) => [id, entry.safeParse(each)] as const);
  const bad = found.filter(([, { success }]) => !success).length;
  return {
    ledger: new Map(found.flatMap(([id, { data }]) => (data === undefined ? [] : [[id, data]]))),
    problems: bad === 0 ? [] : [`${file}: ${bad} decisions cannot be used and do not count.`],
  };
}

/** Changes what was decided about one insight; `change` gives undefined to forget it. */
export function updateLedger(
  folder: string,
  id: string,
  change: (before: LedgerEntry) => LedgerEntry | undefined,
): void {
  updateConfig(insightsFile(folder), (content) => {
    const entries = new Map(entriesOf(content));
    const parsed = entry.safeParse(entries.get(id));
    const changed = change(parsed.data ?? {});
    if (changed === undefined || Object.values(changed).every((value) => value === undefined)) {
      entries.delete(id);
    } else entries.set(id, changed);
    return { ...content, insights: Object.fromEntries(entries) };
  });
}

/** What each decision writes down. Times are UTC milliseconds. */
export const decisions = {
  dismiss: (now: number): Partial<LedgerEntry> => ({ dismissedAt: now }),
  snooze: (until: number): Partial<LedgerEntry> => ({ snoozedUntil: until }),
  /** Takes back the two above. */
  restore: (): Partial<LedgerEntry> => ({ dismissedAt: undefined, snoozedUntil: undefined }),
  outcome: (result: OutcomeResult, now: number): Partial<LedgerEntry> => ({
    outcome: { result, at: now },
  }),
};

/** Writes down a decision about one insight, beside what was decided before. */
export function decide(folder: string, id: string, decision: Partial<LedgerEntry>): void {
  updateLedger(folder, id, (before) => ({ ...before, ...decision }));
}

function entriesOf(value: unknown): [string, unknown][] {
  const shape = z.object({ insights: z.record(z.string(), z.unknown()) }).safeParse(value);
  return shape.success ? Object.entries(shape.data.insights) : [];
}

/** Whether an insight is to be acted on, and if not, why. */
export type InsightState = 'open' | 'dismissed' | 'snoozed' | 'applied';

/** The state of an insight at a moment. */
export function stateOf(decided: LedgerEntry | undefined, now: number): InsightState {
  if (decided?.applied !== undefined) return 'applied';
  if (decided?.dismissedAt !== undefined) return 'dismissed';
  return (decided?.snoozedUntil ?? 0) > now ? 'snoozed' : 'open';
}
