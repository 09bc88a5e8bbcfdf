import { monthSpan } from '../../model/calendar.ts';
import {
  count,
  countedSessions,
  figureNotes,
  type ReportContext,
  warnings,
} from '../../query/context.ts';
import { projectPath } from '../../query/projects.ts';
import { figuresOf } from '../../query/sums.ts';
import type { SessionSummary } from '../../store/query/storeReader.ts';
import { isLowerBound, shortcomings } from '../../store/schema/sums.ts';
import { lastPart } from '../../text/paths.ts';
import type { ReportDefinition } from '../document/definition.ts';
import { type Cell, type Document, figureCell, type Table } from '../document/document.ts';
import { shownModel } from '../document/shown.ts';
import { totalOf } from '../sessions/sessions.ts';
import { overviewJson, overviewTable, overviewVerdict, readOverviewFigures } from './figures.ts';

/** `outlay`, and `outlay overview` */
export const overview: ReportDefinition = {
  name: 'overview',
  title: 'Overview',
  summary: 'Today, this week, this month, the budgets, and what to type next: outlay alone.',
  period: undefined,
  filters: [],
  options: [],
  gate: false,
  terminalOnly: true,
  examples: [['outlay overview', 'the same as outlay alone']],
  run: (context) => overviewDocument(context),
};

/** Sessions that are named. */
const shownSessions = 3;

function overviewDocument(context: ReportContext): Document {
  const all = countedSessions(context);
  if (all.length === 0) return nobody(context);
  const figures = readOverviewFigures(context);
  const { month } = figures;
  return {
    title: 'Overview',
    lead: true,
    sentences: [overviewVerdict(context, figures, all)],
    tables: [overviewTable(context, figures), sessionTable(context, all)],
    next: ['Next: outlay session, outlay report, outlay optimize, outlay help'],
    notes: figureNotes(context, figuresOf(context, month)),
    json: overviewJson(context, figures),
    verdict: { status: 'ok', ...shortcomings(month.sums) },
  };
}

/** Before there is anything to show. */
function nobody(context: ReportContext): Document {
  return {
    title: 'Overview',
    lead: true,
    sentences: ['No Claude Code sessions on this machine yet.'],
    tables: [],
    next: ['Where Outlay looked: outlay doctor. With made-up data: the editor’s demo.'],
    notes: warnings(context),
    json: null,
    verdict: { status: 'no-data', unpriced: false, incomplete: false },
  };
}

/** The most expensive sessions of this month; of a month without any, of all there were. */
function sessionTable(context: ReportContext, all: readonly SessionSummary[]): Table {
  const { from } = monthSpan(context.now, context.zone);
  const recent = all.filter(({ endedAt }) => endedAt >= from);
  const listed = (recent.length > 0 ? recent : all)
    .toSorted((a, b) => totalOf(b) - totalOf(a))
    .slice(0, shownSessions);
  return {
    title: recent.length > 0 ? 'Most expensive this month' : 'Most expensive of all',
    bare: true,
    columns: [
      { key: 'cost', header: 'Cost', unit: 'usd', strong: true },
      { key: 'title', header: 'Session', unit: 'text', widest: 40, fills: true },
      { key: 'project', header: 'Project', unit: 'text', widest: 24, leaves: 1 },
      { key: 'when', header: 'When', unit: 'time', byDay: true, live: true },
      { key: 'messages', header: 'Messages', unit: 'text', leaves: 3 },
      { key: 'model', header: 'Model', unit: 'text', widest: 24, leaves: 4, shown: shownModel },
    ],
    rows: listed.map((session): Cell[] => [
      figureCell(totalOf(session), isLowerBound(session)),
      session.title ?? session.sid.slice(0, 8),
      lastPart(projectPath(session)),
      session.endedAt,
      count(session.messages, 'message'),
      context.reader.agents(session.id).toSorted((a, b) => b.nano - a.nano)[0]?.model ?? '',
    ]),
  };
}
