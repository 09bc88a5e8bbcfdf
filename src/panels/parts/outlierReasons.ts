import type { MissReason } from '../../analysis/spend/cacheMisses.ts';
import type { AnomalyUnit } from '../../model/anomalyUnits.ts';
import { daySpan, firstMoment } from '../../model/calendar.ts';
import { tokenClassNames } from '../../model/tokenClassNames.ts';
import { promptTokens, type Usage, usageKeys } from '../../model/tokens.ts';
import { missedCaches } from '../../query/cacheMisses.ts';
import { classCosts } from '../../query/classCosts.ts';
import type { ReportContext } from '../../query/context.ts';
import { Names } from '../../query/names.ts';
import type { Question } from '../../query/question.ts';
import { select, type TaggedSpend } from '../../query/select.ts';
import type { Outlier } from '../../reports/spend/anomaly.ts';
import { compactionsOf } from '../../store/query/events.ts';
import { type MessageCost, messageCosts } from '../../store/query/messageCosts.ts';
import { addSums, noSums } from '../../store/schema/sums.ts';

/** The token class most of something was for: its name in reports, and its share. */
export interface TopClass {
  readonly name: string;
  readonly share: number;
}

/** What most likely made something cost what it did. */
export type OutlierReason =
  | {
      readonly kind: 'message';
      readonly topClass: TopClass | undefined;
      /** A cache that was missed, and why; a thread's first prompt finds none. */
      readonly miss:
        | { readonly reason: MissReason; readonly gap: number; readonly lifetime: number }
        | undefined;
      readonly promptTokens: number;
      readonly model: string;
    }
  | {
      readonly kind: 'session';
      readonly topClass: TopClass | undefined;
      readonly messages: number;
      /** The model most was spent on. */
      readonly model: string;
    }
  | {
      readonly kind: 'day';
      readonly sessions: number;
      /** The project most was spent on, and its share. */
      readonly project: string;
      readonly share: number;
    };

/** Messages are read one by one only so far. */
const mostMessages = 20_000;

/** Looks for the reason of each; undefined where nothing can be said. */
export function outlierReasons(
  context: ReportContext,
  question: Question,
  unit: AnomalyUnit,
  outliers: readonly Outlier[],
): (OutlierReason | undefined)[] {
  if (outliers.length === 0) return [];
  const names = new Names(context);
  switch (unit) {
    case 'day':
      return outliers.map(({ day, nano }) => dayReason(context, question, names, day!, nano));
    case 'session': {
      const reason = sessionReasons(context, question, names);
      return outliers.map(({ session }) => reason(session!));
    }
    case 'message': {
      const reason = messageReasons(context, names, outliers);
      return outliers.map((outlier) => reason(outlier));
    }
  }
}

function sessionReasons(
  context: ReportContext,
  question: Question,
  names: Names,
): (sid: string) => OutlierReason | undefined {
  const { rows } = select(context, question, ['session', 'model', 'facet'], false, names);
  const bySession = Map.groupBy(rows, ({ session }) => session);
  const numbers = numbersOf(names);
  return (sid) => {
    const own = bySession.get(numbers.get(sid) ?? 0);
    if (own === undefined) return undefined;
    const byModel = [...Map.groupBy(own, ({ model }) => model)].map(([model, facts]) => ({
      model,
      nano: addSums(facts).nano,
    }));
    const [top] = byModel.sort((a, b) => b.nano - a.nano);
    return {
      kind: 'session',
      topClass: topClassOf(context, own, names),
      messages: addSums(own).messages,
      model: names.word(top?.model ?? 0),
    };
  };
}

function topClassOf(
  { book }: ReportContext,
  facts: readonly TaggedSpend[],
  names: Names,
): TopClass | undefined {
  const parts = facts.map((fact) => ({ row: names.facet(fact).row, sums: fact }));
  return topClass(classCosts(book, parts).byClass);
}

function topClass(byClass: Usage): TopClass | undefined {
  const all = usageKeys.reduce((sum, key) => sum + byClass[key], 0);
  const [top] = [...usageKeys].sort((a, b) => byClass[b] - byClass[a]);
  if (top === undefined || all <= 0) return undefined;
  return { name: tokenClassNames[top], share: byClass[top] / all };
}

function messageReasons(
  context: ReportContext,
  names: Names,
  outliers: readonly Outlier[],
): (outlier: Outlier) => OutlierReason | undefined {
  const numbers = numbersOf(names);
  const reasons = new Map<string, OutlierReason>();
  let left = mostMessages;
  for (const [sid, own] of Map.groupBy(outliers, ({ session }) => session!)) {
    const number = numbers.get(sid);
    if (number === undefined || left <= 0) continue;
    const costs = messageCosts(context.db, number);
    left -= costs.length;
    const misses = missedCaches(
      context.book,
      names.product(number),
      costs,
      compactionsOf(context.db, number),
    );
    for (const { message } of own) {
      const cost = costs.find(({ messageId }) => messageId === message);
      if (cost === undefined) continue;
      const miss = misses.get(cost);
      reasons.set(`${sid} ${message}`, {
        kind: 'message',
        topClass: topClassOfMessage(context, cost),
        miss,
        model: cost.model,
        promptTokens: promptTokens(cost.usage),
      });
    }
  }
  return ({ session, message }) => reasons.get(`${session} ${message}`);
}

function topClassOfMessage(
  { book }: ReportContext,
  { row, usage, nano }: MessageCost,
): TopClass | undefined {
  const sums = { ...noSums(), ...usage, messages: 1, nano };
  return topClass(classCosts(book, [{ row, sums }]).byClass);
}

function dayReason(
  context: ReportContext,
  { filters }: Question,
  names: Names,
  day: string,
  nano: number,
): OutlierReason {
  const { zone } = context;
  const span = daySpan(firstMoment(day, zone), zone);
  const { rows, backgrounds } = select(context, { span, filters }, ['session'], false, names);
  const all = [...rows, ...backgrounds];
  const projects = [...Map.groupBy(all, ({ session }) => names.project(session))]
    .map(([project, own]) => ({ project, nano: own.reduce((sum, row) => sum + row.nano, 0) }))
    .sort((a, b) => b.nano - a.nano);
  return {
    kind: 'day',
    sessions: new Set(all.map(({ session }) => session)).size,
    project: projects[0]?.project ?? '',
    share: nano > 0 ? (projects[0]?.nano ?? 0) / nano : 0,
  };
}

function numbersOf(names: Names): Map<string, number> {
  return new Map([...names.places].map(([number, { sid }]) => [sid, number]));
}
