import { lengthOf } from '../../src/model/calendar.ts';
import type { PanelMessage, SessionStrings } from '../../src/protocol/session.ts';
import type { Figures } from '../shared/figures.ts';
import { fill } from '../shared/fill.ts';

interface Wording {
  readonly words: SessionStrings;
  readonly figures: Figures;
}

/** How long a message's request took, and how often it was tried; '' where nobody told. */
export function requestSentence({ request }: PanelMessage, { words, figures }: Wording): string {
  if (request === null) return '';
  const took = requestLength(request.duration, { words, figures });
  const sentence =
    request.firstToken === null
      ? fill(words.requestTook, took)
      : fill(words.requestBegan, took, requestLength(request.firstToken, { words, figures }));
  if (request.attempts < 2) return sentence;
  return `${sentence} ${fill(words.requestTried, figures.count(request.attempts))}`;
}

/** Below a minute with decimals: most requests take seconds. */
function requestLength(ms: number, { words, figures }: Wording): string {
  if (ms >= 60_000) return lengthText(ms, words);
  return fill(words.seconds, figures.decimal(ms / 1000, ms < 9995 ? 2 : 1));
}

/** A length of time in its largest unit. */
export function lengthText(ms: number, words: SessionStrings): string {
  const found = lengthOf(ms);
  const { count } = found;
  switch (found.unit) {
    case 's':
      return fill(words.seconds, String(count));
    case 'min':
      return fill(words.minutes, String(count));
    case 'h':
      if (found.minutes === 0) return fill(words.wholeHours, String(count));
      return fill(words.hours, String(count), String(found.minutes).padStart(2, '0'));
    case 'd':
      return fill(words.days, String(count));
  }
}
