import {
  type PanelFigures,
  type PanelQueryName,
  type PanelQuestionOf,
  readPanel,
} from '../panels/registry.ts';
import { keptStore } from './keptStore.ts';
import { contextParts, type TaskOrigin } from './taskContext.ts';

/** A query of a panel by its name. Plain data. */
export interface PanelQuery<Name extends PanelQueryName = PanelQueryName> {
  readonly panel: Name;
  readonly question: PanelQuestionOf<Name>;
}

/** What a panel asks the analysing thread. Plain data. */
export type PanelTask<Name extends PanelQueryName = PanelQueryName> = TaskOrigin & PanelQuery<Name>;

/**
 * Answers with the figures of a panel, which asks again with every line that is written; words are made of them
 * where the editor's language is known.
 */
export function runPanel<Name extends PanelQueryName>(task: PanelTask<Name>): PanelFigures<Name> {
  return keptStore.use(contextParts(task), (context) =>
    readPanel(context, task.panel, task.question),
  );
}
