import { noteText, type Table } from '../../reports/document/document.ts';
import { Inks } from '../../reports/document/inks.ts';
import { type TextStyle, tableLines } from '../../reports/document/renderTable.ts';
import type { Dashboard, DashboardParts } from '../../reports/overview/dashboard.ts';
import { displayWidth } from '../../text/plainText.ts';
import { wrapped } from '../../text/wrap.ts';
import {
  beside,
  edgesLine,
  emptyLine,
  type FrameLine,
  ownLine,
  ruleLine,
  textLine,
} from './lines.ts';
import { allot } from './rows.ts';

/** What a frame is made of. */
export interface FrameInputs {
  readonly width: number;
  readonly height: number;
  /** Where and when somebody reads, and whether emphasis may be written. */
  readonly style: TextStyle;
  /** At the right edge of the first line: what time it is and what is going on. */
  readonly status: readonly string[];
  /** What went wrong lately; undefined where nothing did. */
  readonly problem: string | undefined;
  /** What was done just now, in place of the keys. */
  readonly notice: string | undefined;
}

/** From this width on sessions and activity stand beside each other. */
const besideFrom = 110;
/** From this width on three parts of spend stand beside each other, from that on two. */
const threeFrom = 66;
const twoFrom = 48;
/** A part of spend has room for shares from this width on. */
const sharesFrom = 30;
const gap = 2;

/** The first page: a frame of at most so many lines, each at most so wide. */
export function dashboardFrame(
  inputs: FrameInputs,
  dashboard: Dashboard,
  selected: string | undefined,
): FrameLine[] {
  const { width, height, style } = inputs;
  const ink = new Inks(style.colour);
  const { parts, verdict, pace, period } = dashboard;
  const head = headLine(inputs, verdict, ink);
  const foot = footLines(inputs, dashboard, dashboardKeys, ink);
  if (parts === undefined) return framed(head, emptyLines(dashboard, width), foot, height);
  const budgets = lines(parts.budgets, style, width, ink, false);
  const paceLines = wrapped(pace, width).map((text) => textLine(text, width));
  const sideways = width >= besideFrom;
  const half = sideways ? Math.floor((width - gap) / 2) : width;
  const sessions = sessionLines(parts.sessions, style, half, ink, selected);
  const activity = lines(parts.activity, style, sideways ? width - half - gap : width, ink, true);
  const spend = partColumns(parts, style, width, ink);
  const rows = allot(height - 1 - foot.length, sideways, {
    budgets: budgets.length,
    pace: paceLines.length,
    parts: spend.length,
    sessions: sessions.all.length,
    activity: activity.length,
  });
  const rule = (label: string, columns: number): FrameLine[] =>
    rows.rules ? [ruleLine(label, columns, ink)] : [];
  const left = [
    ...(rows.sessions > 0 ? rule(parts.sessions.title, half) : []),
    ...sessions.window(rows.sessions),
  ];
  const right = [
    ...(rows.activity > 0 ? rule(parts.activity.title, width - (sideways ? half + gap : 0)) : []),
    ...activity.slice(0, rows.activity),
  ];
  const body = [
    ...(rows.budgets > 0 ? rule('', width) : []),
    ...budgets.slice(0, rows.budgets),
    ...paceLines.slice(0, rows.pace),
    ...(rows.parts > 0 ? rule(period, width) : []),
    ...spend.slice(0, rows.parts),
    ...(sideways
      ? beside(
          [
            { lines: left, width: half },
            { lines: right, width: width - half - gap },
          ],
          gap,
        )
      : [...left, ...right]),
  ];
  return framed(head, body, foot, height);
}

/** Any page of lines, moved by so many of them. */
export function pageFrame(
  inputs: FrameInputs,
  page: { readonly title: string; readonly lines: readonly FrameLine[]; readonly scroll: number },
  keys: readonly string[],
): FrameLine[] {
  const { width, height, style } = inputs;
  const ink = new Inks(style.colour);
  const foot = footLines(inputs, undefined, keys, ink);
  const room = Math.max(0, height - 2 - foot.length);
  const head = [headLine(inputs, page.title, ink), ruleLine('', width, ink)];
  return framed(
    head[0]!,
    [head[1]!, ...page.lines.slice(page.scroll, page.scroll + room)],
    foot,
    height,
  );
}

/** How many lines of a page are seen at once. */
export function pageRoom({ height, problem }: Pick<FrameInputs, 'height' | 'problem'>): number {
  return Math.max(1, height - 3 - (problem === undefined ? 0 : 1));
}

/** Before anything is known. */
export function waitingFrame(inputs: FrameInputs): FrameLine[] {
  const ink = new Inks(inputs.style.colour);
  return framed(
    headLine(inputs, 'Reading…', ink),
    [],
    footLines(inputs, undefined, ['Q quit'], ink),
    inputs.height,
  );
}

/** The first line and the last ones at the edges of the screen, and what fits between them. */
function framed(
  head: FrameLine,
  body: readonly FrameLine[],
  foot: readonly FrameLine[],
  height: number,
): FrameLine[] {
  if (height <= 1) return [head].slice(0, height);
  const kept = foot.slice(-(height - 1));
  const room = height - 1 - kept.length;
  const shown = body.slice(0, room);
  const pad = Array.from({ length: room - shown.length }, () => emptyLine);
  return [head, ...shown, ...pad, ...kept];
}

/** The narrowest a verdict becomes before what stands right of it leaves. */
const leastVerdict = 24;

function headLine({ width, status }: FrameInputs, verdict: string, ink: Inks): FrameLine {
  const all = status.join('  ');
  const last = status.at(-1) ?? '';
  const fits = [all, last].find((text) => width - displayWidth(text) - gap >= leastVerdict);
  const right = fits === undefined ? emptyLine : ownLine(fits, width);
  const left = textLine(verdict, width - (right.width > 0 ? right.width + gap : 0), ink.strong);
  return edgesLine(left, right, width);
}

export const dashboardKeys = ['Q quit', '? help', '↑↓ choose', '⏎ open', 'E export', 'R refresh'];
export const pageKeys = ['Q quit', 'Esc back', '↑↓ move', 'E export', 'R refresh', '? help'];

/** What is wrong or missing, then the keys, or what was done just now. */
function footLines(
  { width, problem, notice }: FrameInputs,
  dashboard: Dashboard | undefined,
  keys: readonly string[],
  ink: Inks,
): FrameLine[] {
  const notes = (dashboard?.document.notes ?? []).filter((note) => typeof note === 'string');
  const told = [...(problem === undefined ? [] : [problem]), ...notes.map(noteText)];
  const more = told.length > 1 ? `  (${told.length - 1} more: ?)` : '';
  const [first] = told;
  const note =
    first === undefined
      ? []
      : [
          edgesLine(
            textLine(first, width - more.length, ink.quiet),
            textLine(more, width, ink.quiet),
            width,
          ),
        ];
  const last = notice === undefined ? keyLine(keys, width) : textLine(notice, width);
  return [...note, last];
}

/** As many keys as there is room for; the first ones are those nobody can do without. */
function keyLine(keys: readonly string[], width: number): FrameLine {
  let text = '';
  for (const key of keys) {
    const longer = text === '' ? key : `${text}  ${key}`;
    if (displayWidth(longer) > width) break;
    text = longer;
  }
  return ownLine(text, width);
}

function emptyLines({ document }: Dashboard, width: number): FrameLine[] {
  const next = document.next ?? [];
  return [
    emptyLine,
    ...next.flatMap((text) => wrapped(text, width)).map((text) => textLine(text, width)),
  ];
}

function lines(
  table: Table,
  style: TextStyle,
  width: number,
  ink: Inks,
  bare: boolean,
): FrameLine[] {
  return tableLines({ ...table, title: '', bare: bare || table.bare === true }, style, width, ink);
}

/** Sessions with a sign before the one that is chosen, and the rows around it. */
function sessionLines(
  table: Table,
  style: TextStyle,
  width: number,
  ink: Inks,
  selected: string | undefined,
): { readonly all: readonly FrameLine[]; readonly window: (rows: number) => FrameLine[] } {
  const mark = 2;
  const ids = sessionIds(table);
  const chosen = Math.max(0, ids.indexOf(selected ?? ''));
  const all = lines(table, style, width - mark, ink, true).map(
    ({ text, width: columns }, at): FrameLine => ({
      text: (at === chosen ? ink.strong('› ') : '  ') + text,
      width: columns + mark,
    }),
  );
  return {
    all,
    window: (rows) => {
      const from = Math.max(0, Math.min(chosen - Math.floor(rows / 2), all.length - rows));
      return all.slice(from, from + rows);
    },
  };
}

/** The ids of the sessions of a table, in its order. */
export function sessionIds({ columns, rows }: Table): string[] {
  const at = columns.findIndex(({ key }) => key === 'session');
  return rows.map((row) => String(row[at]));
}

/** Projects, models and agents, as many beside each other as there is room for. */
function partColumns(
  { projects, models, agents }: DashboardParts,
  style: TextStyle,
  width: number,
  ink: Inks,
): FrameLine[] {
  const all = [projects, models, agents];
  const count = width >= threeFrom ? 3 : width >= twoFrom ? 2 : 1;
  const each = Math.floor((width - gap * (count - 1)) / count);
  const blocks = all.slice(0, count).map((table) => ({
    lines: tableLines({ ...narrowed(table, each), half: true }, style, each, ink),
    width: each,
  }));
  return beside(blocks, gap);
}

/** Names and amounts first; shares where there is room for them. */
function narrowed(table: Table, width: number): Table {
  if (width >= sharesFrom) return table;
  const columns = table.columns.map((column) =>
    column.key === 'share' ? { ...column, details: true } : column,
  );
  return { ...table, columns };
}
