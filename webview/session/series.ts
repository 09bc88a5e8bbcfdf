import type { PanelMessage, PanelSession, PanelWords } from '../../src/protocol/session.ts';
import { fill } from '../lib/fill.ts';

/** What a line of the chart is of; decides how it is drawn. */
export type SeriesKind = 'total' | 'main' | 'agents' | 'background';

/** A cumulative line: what had been spent at each moment. `y` in nano-dollars. */
export interface Series {
  readonly kind: SeriesKind;
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

/** At most so many lines; the rest of the subagents share one. */
const mostSeries = 7;

/** Messages in the order they happened; of one moment, by key. */
export function byTime(messages: Iterable<PanelMessage>): PanelMessage[] {
  return [...messages].sort((a, b) => a.at - b.at || (a.key < b.key ? -1 : 1));
}

/**
 * The lines of a session's chart: the main thread, its subagents by type, background, and their
 * total where there is more than one of them. The total ends at the session's figure.
 */
export function seriesOf(
  session: PanelSession,
  messages: readonly PanelMessage[],
  words: PanelWords,
): Series[] {
  const names = new Map(session.threads.map(({ agentId, name }) => [agentId, name]));
  const groups = new Map<string, { kind: SeriesKind; spends: Spend[] }>();
  const group = (kind: SeriesKind, name: string): Spend[] => {
    const key = `${kind} ${name}`;
    const known = groups.get(key) ?? { kind, spends: [] };
    groups.set(key, known);
    return known.spends;
  };
  const all: Spend[] = [];
  for (const { at, nano, agentId } of byTime(messages)) {
    const kind = agentId === '' ? 'main' : 'agents';
    const name = agentId === '' ? words.mainThread : (names.get(agentId) ?? agentId);
    group(kind, name).push({ at, nano });
    all.push({ at, nano });
  }
  for (const spend of session.backgrounds) {
    group('background', words.background).push(spend);
    all.push(spend);
  }
  const end = all.reduce((last, { at }) => Math.max(last, at), 0);
  const lines = [...groups].map(([key, { kind, spends }]) => ({
    kind,
    name: key.slice(kind.length + 1),
    spends,
    sum: sumOf(spends),
  }));
  lines.sort((a, b) => rank(a.kind) - rank(b.kind) || b.sum - a.sum);
  const shown = joinRest(lines, words);
  const series = shown.map(({ kind, name, spends }) => cumulative(kind, name, spends, end));
  if (series.length < 2) return series;
  return [cumulative('total', words.total, all, end), ...series];
}

interface Spend {
  readonly at: number;
  readonly nano: number;
}

interface Line {
  readonly kind: SeriesKind;
  readonly name: string;
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
function joinRest(lines: readonly Line[], words: PanelWords): readonly Line[] {
  const agents = lines.filter(({ kind }) => kind === 'agents');
  const room = mostSeries - 1 - (lines.length - agents.length);
  if (agents.length <= room) return lines;
  const rest = agents.slice(room - 1);
  const spends = rest.flatMap((line) => line.spends);
  const name = fill(words.otherThreads, String(rest.length));
  const joined: Line = { kind: 'agents', name, spends, sum: sumOf(spends) };
  const kept = lines.filter((line) => !rest.includes(line));
  const at = kept.findIndex(({ kind }) => kind === 'background');
  return at < 0 ? [...kept, joined] : kept.toSpliced(at, 0, joined);
}

/** Every line reaches to the end, so that the labels stand below one another. */
function cumulative(kind: SeriesKind, name: string, spends: readonly Spend[], end: number): Series {
  let y = 0;
  const points = [...spends]
    .sort((a, b) => a.at - b.at)
    .map(({ at, nano }) => {
      y += nano;
      return { x: at, y };
    });
  const last = points.at(-1);
  if (last !== undefined && last.x < end) points.push({ x: end, y });
  return { kind, name, points };
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

/** Moments a table of the lines has rows for: at most so many, the last one always. */
export function tableMoments(series: readonly Series[], most: number): number[] {
  const moments = [...new Set(series.flatMap(({ points }) => points.map(({ x }) => x)))];
  moments.sort((a, b) => a - b);
  if (moments.length <= most) return moments;
  const step = (moments.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, n) => moments[Math.round(n * step)]!);
}
