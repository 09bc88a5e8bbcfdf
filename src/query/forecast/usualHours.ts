import { type UsualHours, usualHours, usualHoursDays } from '../../analysis/spend/usualHours.ts';
import { addDays, dayOf, firstMoment, startOfDay } from '../../model/calendar.ts';
import { backgroundRows } from '../../store/query/background.ts';
import { spendRows } from '../../store/query/spendRows.ts';
import type { ReportContext } from '../context.ts';

const known = new WeakMap<object, UsualHours>();

/** The hours at which everything of the last four weeks was spent; read once for a question. */
export function usualHoursOf(context: Pick<ReportContext, 'reader' | 'now' | 'zone'>): UsualHours {
  let hours = known.get(context);
  if (hours === undefined) {
    hours = readUsualHours(context);
    known.set(context, hours);
  }
  return hours;
}

function readUsualHours({
  reader,
  now,
  zone,
}: Pick<ReportContext, 'reader' | 'now' | 'zone'>): UsualHours {
  const span = {
    from: firstMoment(addDays(dayOf(now, zone), -usualHoursDays), zone),
    to: startOfDay(now, zone),
  };
  return usualHours(
    [
      ...spendRows(reader.db, span, ['bucket'], { only: ['nano'] }),
      ...backgroundRows(reader.db, span),
    ],
    zone,
  );
}
