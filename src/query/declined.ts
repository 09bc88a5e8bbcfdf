import { declinedRows } from '../store/query/declined.ts';
import { addSums, noSums } from '../store/schema/sums.ts';
import type { Declined, ReportContext } from './context.ts';
import { Names } from './names.ts';
import { type RowSource, type Selection, select, type TaggedSpend } from './select.ts';

/** What of a selection says which declined attempts stand beside it. */
type Asked = Pick<Selection, 'span' | 'filters' | 'names'>;

/** The declined attempts beside a selection, each as a row under its own model. */
export function declinedBeside(
  context: ReportContext,
  { span, filters, names }: Asked,
  withTags = false,
): readonly TaggedSpend[] {
  const source: RowSource = (db, within) =>
    declinedRows(db, within).map(({ modelName, nano, ...keys }) => ({
      ...keys,
      ...noSums(),
      model: names.numberOf(modelName),
      messages: 1,
      unpriced: Number(nano === undefined),
      nano: nano ?? 0,
    }));
  return select(context, { span, filters }, [], withTags, names, source).rows;
}

/** No declined attempt. */
export const noneDeclined: Declined = { attempts: 0, nano: 0, unpriced: 0 };

/** The sums of declined attempts. */
export function sumDeclined(attempts: Iterable<TaggedSpend>): Declined {
  const { messages, nano, unpriced } = addSums(attempts);
  return { attempts: messages, nano, unpriced };
}

/** The declined attempts beside sessions as a whole. */
export function declinedOfSessions(
  context: ReportContext,
): (sessions: readonly number[]) => Declined {
  const asked = { span: undefined, filters: {}, names: new Names(context) };
  const bySession = Map.groupBy(declinedBeside(context, asked), ({ session }) => session);
  return (sessions) => sumDeclined(sessions.flatMap((session) => bySession.get(session) ?? []));
}
