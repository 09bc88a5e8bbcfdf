import { HumanError } from '../../model/errors.ts';
import { nanoToUsd } from '../../model/money.ts';
import { tierOf } from '../../pricing/tiers.ts';
import type { ReportContext } from '../../query/context.ts';
import { matcherOf } from '../../query/filters.ts';
import { Names } from '../../query/names.ts';
import { type ActivityRow, latestMessages } from '../../store/query/activity.ts';
import { eventRows } from '../../store/query/events.ts';
import { messageFilter } from '../../store/query/messages.ts';
import type { RecentCall } from '../capture.d.cts';
import { failures, spanOfCalls } from './summary.ts';

/** More nobody reads, and they would fill the memory. */
const most = 10_000;

/** The last calls of a context, newest first. */
export function recent(context: ReportContext, wanted: number, beginning: number): RecentCall[] {
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > most) {
    throw new HumanError('usage', `recentCalls() takes a whole number from 1 to ${most}.`);
  }
  const { db } = context;
  const span = spanOfCalls(context, {}, beginning);
  const names = new Names(context);
  const { passes, passesBackground } = matcherOf(context, {}, names);
  const only = messageFilter(db, span, 'session', (rows) => rows.map(passes));
  const answered: RecentCall[] = [];
  for (const row of latestMessages(db, span, only)) {
    answered.push(answeredCall(context, names, row));
    if (answered.length === wanted) break;
  }
  const failed = eventRows(db, span, failures)
    .filter(({ session }) => passesBackground(session))
    .slice(-wanted)
    .map(({ at, agent, code, model }): RecentCall => {
      const type = names.agentType(agent);
      const asked = { ...nothing, at: iso(at), failure: code, agent: nameOf(names, agent, type) };
      if (model === '') return asked;
      const id = context.book.modelId(model);
      return { ...asked, model: id, tier: tierOf(id, context.book) };
    });
  return [...answered, ...failed].sort((a, b) => (a.at < b.at ? 1 : -1)).slice(0, wanted);
}

function answeredCall(context: ReportContext, names: Names, row: ActivityRow): RecentCall {
  const model = names.word(row.model);
  return {
    at: iso(row.at),
    ok: true,
    failure: null,
    model,
    tier: tierOf(model, context.book),
    agent: nameOf(names, row.agent, names.agentType(row.agent)),
    task: names.task(row) || null,
    correlation: names.word(row.prompt) || null,
    inputTokens: row.input,
    outputTokens: row.output,
    cacheReadTokens: row.cacheRead,
    cacheWriteTokens: row.cacheWrite5m + row.cacheWrite1h,
    usd: row.unpriced > 0 ? null : nanoToUsd(row.nano),
    atLeast: row.lower > 0,
    durationMs: row.durationMs,
  };
}

const nothing = {
  ok: false,
  model: null,
  tier: null,
  task: null,
  correlation: null,
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  usd: 0,
  atLeast: false,
  durationMs: null,
} as const;

/** Null for a call under no agent's name. */
function nameOf(names: Names, agent: number, type: string): string | null {
  return names.isMainThread(agent) ? null : type;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
