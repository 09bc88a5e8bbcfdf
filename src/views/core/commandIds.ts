import {
  type DataPanelName,
  dataPanelNames,
  dataPanels,
  openPanel,
} from '../../protocol/panels.ts';

/** How VS Code offers a command. Its title is `command.NAME` in `package.nls.json`. */
export interface CommandEntry {
  /** Name of a codicon. */
  readonly icon?: string;
  /** When it can be chosen: a condition in VS Code's words. */
  readonly enablement?: string;
  /** When the command palette lists it; false for never. */
  readonly palette?: string | false;
}

/** Commands but those that open a panel or show a report, in the order in which `package.json` lists them. */
const ownCommands = {
  showMenu: {},
  rescan: { icon: 'refresh' },
  pause: { icon: 'debug-pause', enablement: '!outlay.paused', palette: '!outlay.paused' },
  resume: { icon: 'debug-start', enablement: 'outlay.paused', palette: 'outlay.paused' },
  showAlerts: { icon: 'bell' },
  setAlertSecret: {},
  testAlert: {},
  setDailyBudget: {},
  installGuard: {},
  uninstallGuard: {},
  addBudget: { icon: 'add' },
  changeBudget: { icon: 'edit' },
  raiseBudgetToday: { icon: 'arrow-up' },
  raiseBudgetFor: {},
  pauseBudget: { icon: 'debug-pause' },
  resumeBudget: { icon: 'debug-start' },
  removeBudget: { icon: 'trash' },
  setPrice: {},
  setCurrency: {},
  explainNoTranscripts: {},
  showDiagnostics: {},
  help: {},
  openWalkthrough: {},
  openDemo: { enablement: '!outlay.demo', palette: '!outlay.demo' },
  closeDemo: { enablement: 'outlay.demo', palette: 'outlay.demo' },
  showStorage: {},
  backUpStore: {},
  moveStore: {},
  resetStore: {},
  removeAll: {},
  openSettings: { icon: 'gear' },
  showLog: { icon: 'output' },
  openSession: { icon: 'graph-line' },
  openTranscript: { icon: 'go-to-file' },
  copySessionId: { palette: false },
  copyResumeCommand: { palette: false },
  resumeInTerminal: { icon: 'terminal', palette: false },
  revealProject: { palette: false },
  excludeSession: { palette: false },
  showExcluded: { palette: 'outlay.hasExcluded' },
  groupSessions: { icon: 'list-tree' },
  sortSessions: { icon: 'sort-precedence' },
  filterSessions: { icon: 'filter' },
  clearSessionFilter: { icon: 'filter-filled', palette: false },
  refreshInsights: { icon: 'refresh' },
  applyInsight: { icon: 'edit' },
  configureInsight: { icon: 'gear', palette: false },
  undoInsight: { icon: 'discard', palette: false },
  showFailures: { icon: 'list-flat', palette: false },
  dismissInsight: { icon: 'close', palette: false },
  snoozeInsight: { icon: 'bell-slash', palette: false },
  restoreInsight: { icon: 'eye', palette: false },
  recordOutcome: { icon: 'feedback', palette: false },
  showDismissed: {
    icon: 'eye',
    palette: 'outlay.hasHiddenInsights && !outlay.hiddenInsightsShown',
  },
  hideDismissed: { icon: 'eye-closed', palette: 'outlay.hiddenInsightsShown' },
  showReport: {},
  saveReport: { icon: 'save', enablement: 'outlay.reportShown' },
  openReportPanel: { icon: 'graph-line', enablement: 'outlay.reportHasPanel' },
} as const satisfies Readonly<Record<string, CommandEntry>>;

type OwnCommand = keyof typeof ownCommands;
export type PanelCommand = `outlay.open${Capitalize<DataPanelName>}`;

/** Commands that open a panel, by the panel. */
export const panelCommands = Object.fromEntries(
  dataPanelNames.map((name) => [name, `outlay.${openPanel(name)}`]),
) as Readonly<Record<DataPanelName, PanelCommand>>;

/** Every command but those of single reports, by name, with its id. */
export const commandIds = Object.fromEntries(
  [...Object.keys(ownCommands), ...dataPanelNames.map(openPanel)].map((name) => [
    name,
    `outlay.${name}`,
  ]),
) as {
  readonly [Name in OwnCommand | ReturnType<typeof openPanel>]: `outlay.${Name}`;
};
export type CommandId = (typeof commandIds)[keyof typeof commandIds];

/** The same as `package.json` offers them. */
export const commandEntries: Readonly<Record<string, CommandEntry>> = {
  ...ownCommands,
  ...Object.fromEntries(
    dataPanelNames.map((name) => [openPanel(name), { icon: dataPanels[name].icon }]),
  ),
};

/** The command that shows one report. */
export function reportCommandId(name: string): string {
  const id = name.replace(/ (.)/g, (_, first: string) => first.toUpperCase());
  return `outlay.report.${id}`;
}
