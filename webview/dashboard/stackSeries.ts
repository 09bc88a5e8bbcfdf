import { groupName, type ModelGroup, modelGroups } from '../shared/charts/modelGroups.ts';
import { groupStyle, restStyle, type SeriesStyle } from '../shared/charts/palette.ts';
import { type DashboardShown, stackSum, stylesOf } from './shown.ts';

/** One part of the stacked bars. Money in nano-dollars. */
export interface StackSeries {
  readonly label: string;
  readonly parts: readonly number[];
  readonly sum: number;
  readonly style: SeriesStyle;
  readonly group?: ModelGroup;
}

/** The parts of the bars, in stacking order. `opened`: the family whose versions are told apart. */
export function stackSeries(
  shown: DashboardShown,
  opened: ModelGroup['family'] | '',
): StackSeries[] {
  const { data, question, theme } = shown;
  const styles = stylesOf(question.stack, shown);
  const all = data.stack.names.map((name, index): StackSeries & { readonly name: string } => ({
    name,
    label: data.stack.labels[index] ?? name,
    parts: data.buckets.map((bucket) => bucket.parts[index] ?? 0),
    sum: stackSum(data, index),
    style: styles.get(name) ?? restStyle(theme),
  }));
  if (question.stack !== 'model') return all;
  const models = new Map(
    all.filter(({ name }) => styles.has(name)).map((one) => [one.name, one] as const),
  );
  const spend = new Map([...models].map(([name, { sum }]) => [name, sum]));
  return [
    ...modelGroups(spend, opened).map((group): StackSeries => {
      const own = group.models.map((model) => models.get(model)!);
      return {
        label: groupName(group, own[0]!.label, shown.words),
        parts: data.buckets.map((_, index) => own.reduce((sum, one) => sum + one.parts[index]!, 0)),
        sum: own.reduce((sum, one) => sum + one.sum, 0),
        style: groupStyle(group, theme),
        group,
      };
    }),
    ...all.filter(({ name }) => !models.has(name)),
  ];
}
