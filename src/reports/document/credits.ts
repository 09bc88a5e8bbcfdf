import { formatUsd } from '../../model/money.ts';
import { formatNumber } from '../../model/numbers.ts';

/** What GitHub bills for an AI credit since 1 June 2026, US dollars. */
const usdPerCredit = 0.01;

/** Credits as a number; null where none were said, which is not 0. */
export function shownCredits(nanoCredits: number | null): number | null {
  return nanoCredits === null ? null : nanoCredits / 1e9;
}

/** Credits of several messages together, billionths; null where none of them says any. */
export function creditsOf(
  messages: readonly { readonly nanoCredits: number | null }[],
): number | null {
  const said = messages.flatMap(({ nanoCredits }) => nanoCredits ?? []);
  return said.length === 0 ? null : said.reduce((sum, credits) => sum + credits, 0);
}

/** Said beside a figure of which GitHub counted AI credits: the figure itself is at list price. */
export function creditNotes(nanoCredits: number | null): string[] {
  if (nanoCredits === null) return [];
  const listed = 'the figures are what the tokens cost at list price.';
  if (nanoCredits === 0) return [`GitHub counted no AI credits for it; ${listed}`];
  const credits = formatNumber(nanoCredits / 1e9, 2);
  const beyond = formatUsd(Math.round(nanoCredits * usdPerCredit));
  return [`GitHub counted ${credits} AI credits for it, ${beyond} beyond a plan; ${listed}`];
}
