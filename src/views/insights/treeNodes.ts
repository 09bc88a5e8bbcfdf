import type { InsightJson, OptimizeJson, TakenJson } from '../../reports/insights/optimizeJson.ts';

/** Something that could be saved. */
export interface InsightNode {
  readonly kind: 'insight';
  readonly insight: InsightJson;
}

/** Advice that was taken, with what its agent spent before and after. */
export interface TakenNode {
  readonly kind: 'taken';
  readonly taken: TakenJson;
}

/** Insights that belong together, below those that are open. */
export interface InsightGroupNode {
  readonly kind: 'group';
  readonly group: 'taken' | 'hidden';
  readonly children: readonly (InsightNode | TakenNode)[];
}

/** One fact below an insight: what it says is made when it is shown. */
export interface LineNode {
  readonly kind: 'line';
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly icon: string;
}

export type InsightsNode = InsightNode | TakenNode | InsightGroupNode | LineNode;

/** The top of the tree: open insights as the report orders them, advice taken, and what is hidden. */
export function arrangeInsights(
  { insights, adviceTaken }: OptimizeJson,
  withHidden: boolean,
): (InsightNode | InsightGroupNode)[] {
  const taken = new Set(adviceTaken.map(({ id }) => id));
  const node = (insight: InsightJson): InsightNode => ({ kind: 'insight', insight });
  // What was applied stands with its effect; where that is not known, it stays where it was.
  const open = insights.filter((each) => !isHidden(each) && !taken.has(each.id));
  const hidden = withHidden ? insights.filter(isHidden) : [];
  const groups: InsightGroupNode[] = [
    {
      kind: 'group',
      group: 'taken',
      children: adviceTaken.map((each) => ({ kind: 'taken', taken: each })),
    },
    { kind: 'group', group: 'hidden', children: hidden.map(node) },
  ];
  return [...open.map(node), ...groups.filter(({ children }) => children.length > 0)];
}

/** Whether somebody does not want to see an insight, for now or for good. */
export function isHidden({ state }: Pick<InsightJson, 'state'>): boolean {
  return state === 'dismissed' || state === 'snoozed';
}

/** An id that stays with its item: VS Code keeps what is expanded and selected by it. */
export function insightNodeId(node: InsightsNode): string {
  switch (node.kind) {
    case 'insight':
      return `insight:${node.insight.id}`;
    case 'taken':
      return `taken:${node.taken.id}`;
    case 'group':
      return `group:${node.group}`;
    case 'line':
      return `line:${node.id}`;
  }
}
