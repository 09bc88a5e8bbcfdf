import { daysOf } from '../model/calendar.ts';
import type { ReportContext } from './context.ts';
import { type Selection, select } from './select.ts';

/** What was spent on one local day. */
export interface DaySpend {
  /** YYYY-MM-DD in the user's zone. */
  readonly day: string;
  readonly nano: number;
  readonly background: number;
  readonly messages: number;
}

/** Spend of a selection by local day, days without any left out: they add up to its total. */
export function spendByDay(context: ReportContext, selection: Selection): DaySpend[] {
  const days = new Map<string, { nano: number; background: number; messages: number }>();
  const dayAt = daysOf(context.zone);
  const entry = (at: number): { nano: number; background: number; messages: number } => {
    const day = dayAt(at);
    const known = days.get(day) ?? { nano: 0, background: 0, messages: 0 };
    days.set(day, known);
    return known;
  };
  const { rows, backgrounds } = select(context, selection, ['bucket'], false, selection.names);
  for (const { at, nano, messages } of rows) {
    const day = entry(at);
    day.nano += nano;
    day.messages += messages;
  }
  for (const { at, nano } of backgrounds) entry(at).background += nano;
  return [...days]
    .map(([day, sums]) => ({ day, ...sums }))
    .sort((a, b) => (a.day < b.day ? -1 : 1));
}
