import { sortOption } from '../../query/options.ts';
import { textOption } from '../../query/question.ts';
import type { ReportDefinition } from '../document/definition.ts';
import { sessionsReport } from './sessions.ts';

/**
 * What `outlay sessions --json` answers, as a definition: the terminal's own command lists less for people,
 * so that it is none of the registry's.
 */
export const sessionsList: ReportDefinition = {
  name: 'sessions',
  title: 'Sessions',
  summary: 'Every session with its cost.',
  period: 'all',
  filters: ['project', 'account'],
  options: [sortOption],
  gate: false,
  examples: [],
  run: (context, question) =>
    sessionsReport(
      context,
      {
        span: question.span,
        ...question.filters,
        sort: textOption(question, 'sort') === 'cost' ? 'cost' : 'time',
      },
      false,
    ),
};
