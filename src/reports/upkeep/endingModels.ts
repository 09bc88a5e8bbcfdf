import { dayMs } from '../../model/calendar.ts';
import { dayStart } from '../../pricing/days.ts';
import type { ReportContext } from '../../query/context.ts';

/** Use that is recent enough to go on, and ends that are near enough to plan for, in days. */
const usedWithinDays = 30;
const endsWithinDays = 90;

/** A model somebody uses that Anthropic ends soon, or has ended. */
export interface EndingModel {
  readonly model: string;
  /** Day (UTC) from which requests fail. */
  readonly ends: string;
  /** Who says so, in words. */
  readonly source: string;
  readonly over: boolean;
  /** Messages of the last 30 days. */
  readonly messages: number;
}

/** Models of the last 30 days that end within 90 days or have ended, most used first. */
export function endingModels({ reader, book, now }: ReportContext): EndingModel[] {
  const ending = [...book.table.models.values()].flatMap(({ id, ends }) =>
    ends !== null && dayStart(ends.day)! <= now + endsWithinDays * dayMs ? [{ id, ends }] : [],
  );
  if (ending.length === 0) return [];
  const used = reader.byModel({ from: now - usedWithinDays * dayMs, to: now }, undefined);
  return ending
    .flatMap(({ id, ends }) => {
      const messages = used
        .filter(({ model }) => book.modelId(model) === id)
        .reduce((sum, row) => sum + row.messages, 0);
      if (messages === 0) return [];
      const over = dayStart(ends.day)! <= now;
      return [{ model: id, ends: ends.day, source: ends.source, over, messages }];
    })
    .sort((a, b) => b.messages - a.messages);
}
