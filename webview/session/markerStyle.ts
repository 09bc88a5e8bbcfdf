import { fill } from '../shared/fill.ts';
import type { Theme } from '../shared/theme.ts';
import { lost, type Marker, type MarkerKind, nearest } from './markers.ts';
import { costText, missText, modelText } from './messageText.ts';
import { type SessionView, threadName } from './view.ts';

/**
 * A mark as it is drawn: what it says, and how expensive it was as a share of the most expensive.
 */
export interface DrawnMarker {
  readonly kind: MarkerKind | 'compaction';
  readonly share: number;
}

interface MarkLook {
  readonly pointStyle: ('circle' | 'crossRot' | 'triangle' | 'rectRot')[];
  readonly pointRadius: number[];
  readonly pointHoverRadius: number[];
  readonly pointBorderWidth: number[];
  readonly pointBorderColor: string[];
  readonly pointBackgroundColor: string[];
}

const shapes = {
  message: 'circle',
  miss: 'crossRot',
  switch: 'triangle',
  compaction: 'rectRot',
} as const;

/** Marks are distinguished by their shapes; the colour only helps. */
export function markLook(marks: readonly DrawnMarker[], theme: Theme): MarkLook {
  const colour = ({ kind }: DrawnMarker): string => {
    if (kind === 'message') return theme.foreground;
    return kind === 'miss'
      ? theme.token('editorWarning-foreground') || theme.foreground
      : theme.token('editorInfo-foreground') || theme.foreground;
  };
  const size = ({ kind, share }: DrawnMarker): number =>
    kind === 'message' ? 1.5 + 5 * Math.sqrt(share) : 5;
  return {
    pointStyle: marks.map(({ kind }) => shapes[kind]),
    pointRadius: marks.map(size),
    pointHoverRadius: marks.map((mark) => size(mark) + 1.5),
    pointBorderWidth: marks.map(({ kind }) => (kind === 'miss' ? 2 : 1)),
    pointBorderColor: marks.map(colour),
    pointBackgroundColor: marks.map((mark) =>
      mark.kind === 'message' && theme.highContrast ? theme.background : colour(mark),
    ),
  };
}

/** Lines of a tooltip about the messages of a moment. */
export function marksAt(view: SessionView, at: number): string[] {
  const { derived, session, words } = view;
  const compacted = session.compactions.filter((one) => one.at === at);
  if (compacted.length > 0) {
    return [
      '',
      ...compacted.map((one) => `◆ ${words.compacted}: ${threadName(session, one.agentId)}`),
    ];
  }
  const message = nearest(derived.ordered, at);
  if (message === undefined || message.at !== at) return [];
  const index = (derived.numbers.get(message.key) ?? 1) - 1;
  const mark = derived.marks[index];
  return mark === undefined ? [] : ['', ...markLines(view, mark)];
}

/** What is to be said about a message. */
export function markLines(view: SessionView, { message, before }: Marker): string[] {
  const { derived, words, session, figures } = view;
  const name = fill(
    words.messageNamed,
    figures.count(derived.numbers.get(message.key) ?? 0),
    threadName(session, message.agentId),
    costText(message, view),
  );
  return [
    name,
    ...(before === ''
      ? []
      : [`▲ ${fill(words.switched, modelText(before), modelText(message.model))}`]),
    ...(lost(message) ? [`✕ ${words.why}: ${missText(message.miss, words)}`] : []),
  ];
}
