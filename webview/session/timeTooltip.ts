import { promptTokens } from '../../src/model/tokens.ts';
import { fill } from '../shared/fill.ts';
import { valueAt } from './lanes.ts';
import { lost, type Marker, nearest } from './markers.ts';
import { costText, missText, modelText } from './messageText.ts';
import { type SessionView, threadName } from './view.ts';

/** What a session's chart says of a moment: what it had come to, and the message there. */
export function linesAt(view: SessionView, at: number): string[] {
  const { derived, words, figures } = view;
  return [`${words.total}: ${figures.money(valueAt(derived.steps, at))}`, ...marksAt(view, at)];
}

function marksAt(view: SessionView, at: number): string[] {
  const { derived, session, words } = view;
  const compacted = session.compactions.filter((one) => one.at === at);
  if (compacted.length > 0) {
    return compacted.map((one) => `◆ ${words.compacted}: ${threadName(session, one.agentId)}`);
  }
  const message = nearest(derived.ordered, at);
  if (message === undefined || message.at !== at) return [];
  const mark = derived.marks[(derived.numbers.get(message.key) ?? 1) - 1];
  return mark === undefined ? [] : markLines(view, mark);
}

function markLines(view: SessionView, { message, before }: Marker): string[] {
  const { derived, words, session, figures } = view;
  const { cacheWrite5m, cacheWrite1h } = message.usage;
  const name = fill(
    words.messageNamed,
    figures.count(derived.numbers.get(message.key) ?? 0),
    threadName(session, message.agentId),
    costText(message, view),
  );
  const context = promptTokens(message.usage);
  const written = cacheWrite5m + cacheWrite1h;
  return [
    name,
    ...(context > 0 ? [`${words.context}: ${figures.count(context)}`] : []),
    ...(written > 0 ? [`${words.writes}: ${figures.count(written)}`] : []),
    ...(before === ''
      ? []
      : [`▲ ${fill(words.switched, modelText(before), modelText(message.model))}`]),
    ...(lost(message) ? [`✕ ${missText(message.miss, words)}`] : []),
  ];
}
