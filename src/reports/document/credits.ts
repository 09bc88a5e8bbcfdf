import { formatUsd } from '../../model/money.ts';
import { formatNumber } from '../../model/numbers.ts';

/** What GitHub bills for an AI credit since 1 June 2026, US dollars. */
const usdPerCredit = 0.01;

/** Credits as a number; null where none were said. */
export function shownCredits(nanoCredits: number): number | null {
  return nanoCredits === 0 ? null : nanoCredits / 1e9;
}

/** Credits of several messages together, billionths. */
export function creditsOf(messages: readonly { readonly nanoCredits: number | null }[]): number {
  return messages.reduce((sum, { nanoCredits }) => sum + (nanoCredits ?? 0), 0);
}

/** Said beside a figure of which GitHub counted AI credits: the figure itself is at list price. */
export function creditNotes(nanoCredits: number): string[] {
  const credits = shownCredits(nanoCredits);
  if (credits === null) return [];
  const count = formatNumber(credits, 2);
  return [
    `GitHub counted ${count} AI credits for it, ${formatUsd(Math.round(nanoCredits * usdPerCredit))} beyond a plan; the figures are what the tokens cost at list price.`,
  ];
}
