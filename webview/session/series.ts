import type { PanelMessage, PanelSession, SessionStrings } from '../../src/protocol/session.ts';
import { fill } from '../shared/fill.ts';

/** What a line of the chart is of; decides how it is drawn. */
export type SeriesKind = 'total' | 'main' | 'agents' | 'background';

/** A cumulative line: what had been spent at each moment. `y` in nano-dollars. */
export interface Series {
  readonly kind: SeriesKind;
  readonly name: string;
  /** The threads it is of; none for total and background. */
  readonly agents: readonly string[];
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

/** At most so many lines; the rest of the subagents share one. */
const mostSeries = 7;

/**
 * The lines of a session's chart: the main thread, each subagent, background, and their total where
 * there is more than one of them. The total ends at the session's figure. Messages come earliest first.
 */
export function seriesOf(
  session: PanelSession,
  ordered: readonly PanelMessage[],
  words: SessionStrings,
): Series[] {
  const names = new Map(session.threads.map(({ agentId, name }) => [agentId, name]));
  const lines = [...Map.groupBy(ordered, ({ agentId }) => agentId)].map(
    ([agentId, spends]): Line => ({
      kind: agentId === '' ? 'main' : 'agents',
      name: agentId === '' ? words.mainThread : (names.get(agentId) ?? agentId),
      agents: [agentId],
      spends,
      sum: sumOf(spends),
    }),
  );
  const { backgrounds } = session;
  if (backgrounds.length > 0) {
    const [kind, name] = ['background', words.background] as const;
    lines.push({ kind, name, agents: [], spends: backgrounds, sum: sumOf(backgrounds) });
  }
  const all: Spend[] = [...ordered, ...backgrounds];
  const end = all.reduce((last, { at }) => Math.max(last, at), 0);
  lines.sort((a, b) => rank(a.kind) - rank(b.kind) || b.sum - a.sum);
  const series = joinRest(lines, words).map((line) => cumulative(line, end));
  if (series.length < 2) return series;
  const [kind, name] = ['total', words.total] as const;
  return [cumulative({ kind, name, agents: [], spends: all, sum: 0 }, end), ...series];
}

interface Spend {
  readonly at: number;
  readonly nano: number;
}

interface Line {
  readonly kind: SeriesKind;
  readonly name: string;
  readonly agents: readonly string[];
  readonly spends: readonly Spend[];
  readonly sum: number;
}

function sumOf(spends: readonly Spend[]): number {
  return spends.reduce((sum, { nano }) => sum + nano, 0);
}

function rank(kind: SeriesKind): number {
  return ['total', 'main', 'agents', 'background'].indexOf(kind);
}

/** The total takes one place; what does not fit becomes "n more". */
function joinRest(lines: readonly Line[], words: SessionStrings): readonly Line[] {
  const subagents = lines.filter(({ kind }) => kind === 'agents');
  const room = mostSeries - 1 - (lines.length - subagents.length);
  if (subagents.length <= room) return lines;
  const rest = subagents.slice(room - 1);
  const spends = rest.flatMap((line) => line.spends);
  const name = fill(words.otherThreads, String(rest.length));
  const agents = rest.flatMap((line) => line.agents);
  const joined: Line = { kind: 'agents', name, agents, spends, sum: sumOf(spends) };
  const kept = lines.filter((line) => !rest.includes(line));
  const at = kept.findIndex(({ kind }) => kind === 'background');
  return at < 0 ? [...kept, joined] : kept.toSpliced(at, 0, joined);
}

/** Every line reaches to the end, so that the labels stand below one another. */
function cumulative({ kind, name, agents, spends }: Line, end: number): Series {
  let y = 0;
  const points = [...spends]
    .sort((a, b) => a.at - b.at)
    .map(({ at, nano }) => {
      y += nano;
      return { x: at, y };
    });
  const last = points.at(-1);
  if (last !== undefined && last.x < end) points.push({ x: end, y });
  return { kind, name, agents, points };
}

/** What a line had come to at a moment. */
export function valueAt({ points }: Series, x: number): number {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle]!.x <= x) low = middle + 1;
    else high = middle;
  }
  return points[low - 1]?.y ?? 0;
}

/** The moments something is spent at, earliest first: a table of the lines has a row for each. */
export function momentsOf(series: readonly Series[]): number[] {
  const moments = new Set(series.flatMap(({ points }) => points.map(({ x }) => x)));
  return [...moments].sort((a, b) => a - b);
}
