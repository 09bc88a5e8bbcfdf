import type {
  PanelMessage,
  PanelMiss,
  PanelOutline,
  SessionStrings,
} from '../../src/protocol/session.ts';
import type { Figures } from '../shared/figures.ts';
import { fill } from '../shared/fill.ts';
import { lengthText } from './lengths.ts';

interface Wording {
  readonly words: SessionStrings;
  readonly figures: Figures;
}

/** Why a message's cache was missed, in a few words; '' when it was not. */
export function missText(miss: PanelMiss | null, words: SessionStrings): string {
  switch (miss?.reason) {
    case undefined:
      return '';
    case 'first-write':
      return words.missFirst;
    case 'expired':
      return fill(words.missExpired, lengthText(miss.gap, words));
    case 'model-switch':
      return words.missSwitch;
    case 'compaction':
      return words.missCompaction;
    case 'prefix-change':
      return words.missPrefix;
  }
}

/** What a missed cache cost, in a sentence; '' where nothing was lost. */
export function missSentence({ miss }: PanelMessage, { words, figures }: Wording): string {
  if (miss === null || miss.reason === 'first-write') return '';
  const [tokens, cost] = [figures.count(miss.tokens), figures.money(miss.nano)];
  if (miss.reason === 'expired') {
    const [kept, gap] = [lengthText(miss.lifetime, words), lengthText(miss.gap, words)];
    return fill(words.missLifetime, kept, gap, tokens, cost);
  }
  return fill(words.missCost, missText(miss, words), tokens, cost);
}

/** That a message is several requests, or was not logged by itself; nothing for any other. */
export function sumText({ requests, recovered }: PanelMessage, words: SessionStrings): string[] {
  if (recovered) return [requests === 1 ? words.recoveredRequest : words.recoveredSum];
  if (requests === 1) return [];
  return [requests === null ? words.sumOfUnknown : fill(words.sumOfRequests, String(requests))];
}

/** What a message cost, or that it has no price. */
export function costText(message: PanelMessage, { words, figures }: Wording): string {
  if (isUnpriced(message)) return words.unpriced;
  const figure = figures.money(message.nano);
  return message.atLeast || message.pricedBy === 'unpriced' ? `≥\u2009${figure}` : figure;
}

export function isUnpriced({ pricedBy, nano }: PanelMessage): boolean {
  return pricedBy === 'unpriced' && nano === 0;
}

/** Where a message's price comes from. */
export function priceText({ pricedBy, row }: PanelMessage, words: SessionStrings): string {
  if (pricedBy === 'client') return words.clientPrice;
  return pricedBy === 'unpriced' ? words.unpriced : row;
}

/** A model's name without what all have in common. */
export function modelText(model: string): string {
  return model.replace(/^claude-/, '');
}

/** What a row says of its message in one line, for filters and files. */
export function aboutText(
  message: PanelMessage,
  outline: PanelOutline | undefined,
  words: SessionStrings,
): string {
  const said = saidText(message, outline, words);
  return message.recovered ? `${said} (${words.recovered})` : said;
}

function saidText(
  message: PanelMessage,
  outline: PanelOutline | undefined,
  words: SessionStrings,
): string {
  if (outline === undefined) return message.tools.join(', ') || modelText(message.model);
  const { kind, name, words: said } = outline;
  if (kind === 'prompt') return fill(words.quoted, said);
  return kind === 'tool' ? `${name} ${said}`.trim() : said;
}
