import type { ReportContext } from '../../query/context.ts';
import { backgroundKey, dimension } from '../../query/dimensions.ts';
import type { SumsOnly } from '../../query/select.ts';
import type { Buckets } from './timeBuckets.ts';

/** Spend of one bucket, split among the names of its chart. Money in nano-dollars. */
export interface StackedBucket {
  readonly from: number;
  readonly to: number;
  /** In the order of the names. */
  readonly parts: readonly number[];
  readonly total: number;
}

/** At most so many names stand in a chart; what is left is one more. */
const mostNames = 6;

/** What the rest is called inside the data; no name can be that. */
export const restName = '\u0000rest';

/**
 * Splits spend over time by model, project, agent or product: the most expensive names first, then the rest.
 * Every model has a name of its own.
 */
export function stacked(
  context: ReportContext,
  selection: SumsOnly,
  buckets: Buckets,
  by: 'model' | 'project' | 'agent' | 'product',
): { stackNames: string[]; buckets: StackedBucket[] } {
  const { names, rows, backgrounds } = selection;
  const { of, ofBackground } = dimension(by, context);
  const sums = new Map<string, Float64Array>();
  const add = (name: string, at: number, nano: number): void => {
    const index = buckets.indexOf(at);
    if (index < 0) return;
    let line = sums.get(name);
    if (line === undefined) {
      line = new Float64Array(buckets.spans.length);
      sums.set(name, line);
    }
    line[index]! += nano;
  };
  for (const row of rows) for (const name of of(row, names)) add(name, row.at, row.nano);
  for (const one of backgrounds) {
    for (const name of ofBackground(one, names)) add(name, one.at, one.nano);
  }
  const whole = [...sums]
    .map(([name, line]) => ({ name, line, sum: line.reduce((total, nano) => total + nano, 0) }))
    // What has no price has no height; lists beside the chart say so.
    .filter(({ sum }) => sum !== 0)
    .sort((a, b) => b.sum - a.sum || (a.name < b.name ? -1 : 1));
  const apart = whole.filter(({ name }) => name === backgroundKey);
  const named = whole.filter(({ name }) => name !== backgroundKey);
  // Models are folded by the page, family by family.
  const tooMany = by !== 'model' && named.length > mostNames + 1;
  const shown = tooMany ? named.slice(0, mostNames) : named;
  const rest = tooMany ? [{ name: restName, line: addLines(named.slice(mostNames)) }] : [];
  const lines = [...shown, ...rest, ...apart];
  return {
    stackNames: lines.map(({ name }) => name),
    buckets: buckets.spans.map(({ from, to }, index) => {
      const parts = lines.map(({ line }) => line[index]!);
      return { from, to, parts, total: parts.reduce((sum, nano) => sum + nano, 0) };
    }),
  };
}

function addLines(lines: readonly { readonly line: Float64Array }[]): Float64Array {
  const sum = new Float64Array(lines[0]?.line.length ?? 0);
  for (const { line } of lines) for (const [i, nano] of line.entries()) sum[i]! += nano;
  return sum;
}
