import { fits } from '../analysis/spend/patterns.ts';
import { marksOf, type TimeTag } from '../analysis/spend/timeTags.ts';
import { memoize } from '../model/memoize.ts';
import type { ReportContext } from './context.ts';

/** Tags of marks that hold for a session; `sid` is its full id. */
export function marksAt(marks: readonly TimeTag[], sid: string): string[] {
  return marks
    .filter(({ session }) => session === undefined || session === sid)
    .map(({ name }) => name);
}

/** Tags whose rules fit a branch. */
export function rulesFor({ labels }: ReportContext, branch: string): string[] {
  return [...labels.tags]
    .filter(([, patterns]) => patterns.some((pattern) => fits(branch, pattern)))
    .map(([name]) => name);
}

/** Every tag of what one session spends on a branch at a moment (UTC milliseconds). */
export type Tagger = (at: number, sid: string, branch: string) => readonly string[];

/** Tags of single messages, where many are asked for one after the other. */
export function taggerOf(context: ReportContext): Tagger {
  const marks = marksOf(context.labels.marks);
  const rulesOf = memoize((branch: string) => rulesFor(context, branch));
  return (at, sid, branch) => {
    const rules = rulesOf(branch);
    const held = marks.filter(({ from, to }) => from <= at && at < to);
    return held.length === 0 ? rules : [...new Set([...marksAt(held, sid), ...rules])];
  };
}
