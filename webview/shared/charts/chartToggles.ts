import type { CommonStrings } from '../../../src/protocol/shared.ts';
import type { Figures } from '../figures.ts';
import type { ChartInput } from './chartSection.ts';

/** What a page keeps of its charts. */
interface Kept<N extends string> {
  readonly tables: readonly N[];
}

/** A chart as a page has it: shown as a table or not, written and taken along as all of them are. */
export function chartWays<N extends string>(
  name: N,
  {
    ui: { tables },
    words,
    figures,
  }: { readonly ui: Kept<N>; readonly words: CommonStrings; readonly figures: Figures },
  tools: {
    readonly change: (more: Kept<N>) => void;
    readonly exportTo: ChartInput['exportTo'];
  },
): Pick<ChartInput, 'asTable' | 'onToggle' | 'words' | 'figures' | 'exportTo'> {
  const others = tables.filter((one) => one !== name);
  return {
    asTable: tables.includes(name),
    onToggle: (asTable) => tools.change({ tables: asTable ? [...others, name] : others }),
    words,
    figures,
    exportTo: tools.exportTo,
  };
}
