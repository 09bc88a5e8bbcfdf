import type { TablesUi } from '../../src/protocol.ts';

/** The same with one chart shown as a table, or as a chart again. */
export function withTable({ tables }: TablesUi, name: string, asTable: boolean): TablesUi {
  const rest = tables.filter((one) => one !== name);
  return { tables: asTable ? [...rest, name] : rest };
}
