import * as z from 'zod/mini';
import { jsonPathOf } from './settingProblem.ts';
import { listed, plain, type Refuse, structured } from './settingTable.ts';

/** A figure the status bar can show. */
export const shownFigures = ['today', 'budget', 'session', 'lastHour', 'month'] as const;
export type ShownFigure = (typeof shownFigures)[number];

/** Settings of the editor alone: a workspace may have its own, and they are not mirrored. */
export const editorSettings = {
  show: structured({
    key: 'outlay.statusBar.show',
    default: ['today', 'budget'],
    read: readFigures,
    ...listed('figures', 2, 'show'),
    json: {
      type: 'array',
      items: {
        type: 'string',
        enum: shownFigures,
        markdownEnumDescriptions: shownFigures.map((name) => `%settings.show.${name}%`),
      },
      uniqueItems: true,
    },
  }),
  scope: plain({
    key: 'outlay.statusBar.scope',
    schema: z.enum(['all', 'workspace']),
    default: 'all',
    expected: 'scope',
    ...listed('figures', 3, 'scope'),
  }),
  mcpServer: plain({
    key: 'outlay.agents.mcpServer',
    schema: z.boolean(),
    default: true,
    expected: 'boolean',
    ...listed('reading', 9, 'mcpServer'),
  }),
};

function readFigures(value: unknown, refuse: Refuse): readonly ShownFigure[] {
  if (!Array.isArray(value)) {
    refuse('', 'figures', 'default');
    return ['today', 'budget'];
  }
  const figures: ShownFigure[] = [];
  for (const [index, name] of value.entries()) {
    const known = shownFigures.find((figure) => figure === name);
    if (known === undefined) refuse(jsonPathOf(index), 'figure', 'ignored');
    else if (!figures.includes(known)) figures.push(known);
  }
  return figures;
}
