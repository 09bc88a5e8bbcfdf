/** How many rows each part of the screen has, or could use. */
export interface Rows {
  readonly budgets: number;
  readonly pace: number;
  /** The line of headings included. */
  readonly parts: number;
  readonly sessions: number;
  readonly activity: number;
}

/** Rules between the parts from this many rows on. */
const rulesFrom = 16;

type Part = keyof Rows;

/**
 * What gets its rows first: the figures, then what is going on, then what it goes to. Each step asks for
 * so many rows of a part in all; one that does not fit is left to those after it.
 */
const steps: readonly (readonly [part: Part, rows: number])[] = [
  ['budgets', 3],
  ['pace', 1],
  ['sessions', 2],
  ['budgets', 6],
  ['parts', 4],
  ['activity', 2],
  ['sessions', 3],
  ['parts', 5],
  ['activity', 3],
  ['pace', 2],
  ['sessions', 5],
  ['parts', 6],
  ['activity', 5],
  ['sessions', 8],
  ['parts', 9],
  ['activity', 8],
];

/** Gives each part its rows, as far as there are any. Beside each other sessions and activity take the same. */
export function allot(
  height: number,
  sideways: boolean,
  wanted: Rows,
): Rows & { readonly rules: boolean } {
  const rules = height >= rulesFrom;
  const given: Record<Part, number> = { budgets: 0, pace: 0, parts: 0, sessions: 0, activity: 0 };
  let left = height;
  /** Rows one more of a part takes of the screen: a rule with the first. */
  const cost = (part: Part): number => {
    const first = given[part] === 0 && rules && part !== 'pace' ? 1 : 0;
    if (!sideways || (part !== 'sessions' && part !== 'activity')) return 1 + first;
    const other = part === 'sessions' ? given.activity : given.sessions;
    if (given[part] < other) return 0;
    return 1 + (other === 0 ? first : 0);
  };
  const give = (part: Part, rows: number): boolean => {
    if (given[part] >= Math.min(rows, wanted[part])) return false;
    const taken = cost(part);
    // Headings of spend say nothing without a row below them.
    if (taken + (part === 'parts' && given.parts === 0 ? 1 : 0) > left) return false;
    given[part] += 1;
    left -= taken;
    return true;
  };
  for (const [part, rows] of steps) while (give(part, rows));
  // What is left goes to the two lists, which are as long as one likes.
  while (left > 0) {
    const more = [give('sessions', Infinity), give('activity', Infinity)];
    if (!more.includes(true)) break;
  }
  return { ...given, rules };
}
