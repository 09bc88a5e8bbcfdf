/** How the editor offers a panel. */
export interface PanelEntry {
  /** Its command's icon. */
  readonly icon: string;
  /** Where its command stands in the title bar of the list of sessions. */
  readonly menu: string;
  /** When the command palette lists its command, where that is not always: a condition in VS Code's words. */
  readonly palette?: string;
}

/**
 * The panels over the whole store, by name. The name says the rest: its question and data are in
 * `src/protocol/NAME.ts`, its page is `webview/NAME`, its command is `outlay.openNAME` and its view
 * type `outlay.NAME`.
 */
export const dataPanels = {
  dashboard: { icon: 'dashboard', menu: 'navigation@0' },
  budgets: { icon: 'credit-card', menu: '1_panels@0' },
  burn: { icon: 'flame', menu: '1_panels@1', palette: 'outlay.state != none' },
  anomalies: { icon: 'graph-scatter', menu: '1_panels@2', palette: 'outlay.state != none' },
} as const satisfies Readonly<Record<string, PanelEntry>>;
export type DataPanelName = keyof typeof dataPanels;
export const dataPanelNames = Object.keys(dataPanels) as DataPanelName[];

/** All panels, as VS Code restores them. */
export const viewTypes = mapNames(
  ['session', ...dataPanelNames],
  (name) => `outlay.${name}` as const,
);

/** The way to a panel: its command without `outlay.`. */
export type OpenPanel = `open${Capitalize<DataPanelName>}`;

export function openPanel(name: DataPanelName): OpenPanel {
  return `open${name.charAt(0).toUpperCase()}${name.slice(1)}` as OpenPanel;
}

function mapNames<Name extends string, T>(
  names: readonly Name[],
  value: (name: Name) => T,
): Readonly<Record<Name, T>> {
  return Object.fromEntries(names.map((name) => [name, value(name)])) as Record<Name, T>;
}
