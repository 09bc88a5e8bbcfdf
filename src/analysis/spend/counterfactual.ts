/** What the same tokens would have cost elsewhere. Money in nano-dollars, shares of one for percentages. */

/** Messages that are priced alike, and what they cost. */
export interface CostedGroup<T> {
  /** What a price needs to know of them; for the caller to say. */
  readonly item: T;
  readonly messages: number;
  /** Undefined where the messages have no price. */
  readonly nano: number | undefined;
}

export interface Counterfactual {
  /** What the messages would have cost. */
  readonly baseline: number;
  /** What those messages did cost. */
  readonly actual: number;
  /** baseline − actual: above 0 where what was used is the cheaper one. */
  readonly savings: number;
  /** Savings as a share of the baseline; undefined where that is nothing. */
  readonly share: number | undefined;
  /** Messages on both sides of the comparison. */
  readonly messages: number;
  /** Messages without a price on one of the sides, which are on neither. */
  readonly leftOut: number;
}

/** Reprices groups of messages. `price` gives undefined for what the baseline has no price for. */
export function counterfactual<T>(
  groups: Iterable<CostedGroup<T>>,
  price: (item: T) => number | undefined,
): Counterfactual {
  let [baseline, actual, messages, leftOut] = [0, 0, 0, 0];
  for (const group of groups) {
    const repriced = group.nano === undefined ? undefined : price(group.item);
    if (group.nano === undefined || repriced === undefined) {
      leftOut += group.messages;
      continue;
    }
    baseline += repriced;
    actual += group.nano;
    messages += group.messages;
  }
  const savings = baseline - actual;
  const share = baseline === 0 ? undefined : savings / baseline;
  return { baseline, actual, savings, share, messages, leftOut };
}
