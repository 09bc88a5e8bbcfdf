/** How many days cost more than a limit. */
export function daysAbove(days: readonly number[], limit: number): number {
  return days.filter((nano) => nano > limit).length;
}

const usual = [5, 10, 20, 50, 100];

/**
 * Daily budgets to choose from, in dollars, least first: twice the average day, rounded to what a
 * person would write, and the usual ones.
 */
export function budgetChoices(average: number): { twice: number | undefined; all: number[] } {
  const twice = average > 0 ? roundedDollars((2 * average) / 1e9) : undefined;
  const all = new Set(twice === undefined ? usual : [twice, ...usual]);
  return { twice, all: [...all].sort((a, b) => a - b) };
}

/** Up to a whole dollar below ten, to fives below a hundred, to one figure and a half above. */
function roundedDollars(dollars: number): number {
  if (dollars <= 10) return Math.max(1, Math.ceil(dollars));
  if (dollars <= 100) return Math.ceil(dollars / 5) * 5;
  const step = 10 ** Math.floor(Math.log10(dollars)) / 2;
  return Math.ceil(dollars / step) * step;
}
