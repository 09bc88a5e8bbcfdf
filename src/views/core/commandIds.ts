import {
  type DataPanelName,
  dataPanelNames,
  dataPanels,
  openPanel,
  type PanelEntry,
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

/** Where there is something to look at: without transcripts these would lead nowhere. */
const withData = 'outlay.state != none';
/** For those at the beginning; "Help" has the same for all others. */
const withoutData = 'outlay.state == none';

/** Commands but those that open a panel or show a report, in the order in which `package.json` lists them. */
const ownCommands = {
  showMenu: { palette: false },
  rescan: { icon: 'refresh' },
  pause: { icon: 'debug-pause', enablement: '!outlay.paused', palette: '!outlay.paused' },
  resume: { icon: 'debug-start', enablement: 'outlay.paused', palette: 'outlay.paused' },
  showAlerts: { icon: 'bell', palette: false },
  setAlertSecret: { palette: false },
  testAlert: { palette: false },
  setDailyBudget: { palette: false },
  installGuard: { palette: '!outlay.guardInstalled' },
  uninstallGuard: { palette: 'outlay.guardInstalled' },
  // In the menu of the list of sessions: the palette is full.
  turnOnExactMode: { palette: false },
  turnOffExactMode: { palette: false },
  companyGateway: { palette: false },
  addBudget: { icon: 'add', palette: false },
  changeBudget: { icon: 'edit', palette: false },
  raiseBudgetToday: { icon: 'arrow-up', palette: false },
  raiseBudgetFor: { palette: false },
  pauseBudget: { icon: 'debug-pause', palette: false },
  resumeBudget: { icon: 'debug-start', palette: false },
  removeBudget: { icon: 'trash', palette: false },
  setPrice: { palette: false },
  setCurrency: { palette: false },
  chooseBilling: { palette: false },
  explainNoTranscripts: { palette: withoutData },
  showDiagnostics: {},
  help: {},
  openWalkthrough: { palette: withoutData },
  openDemo: { enablement: '!outlay.demo', palette: '!outlay.demo' },
  closeDemo: { enablement: 'outlay.demo', palette: 'outlay.demo' },
  /** In the title bar of each panel. */
  openInBrowser: { icon: 'globe', palette: false },
  showStorage: {},
  backUpStore: { palette: false },
  moveStore: { palette: false },
  resetStore: { palette: false },
  removeAll: { palette: false },
  openSettings: { icon: 'gear' },
  showLog: { icon: 'output', palette: false },
  openSession: { icon: 'graph-line', palette: withData },
  openTranscript: { icon: 'go-to-file', palette: false },
  copySessionId: { palette: false },
  copyResumeCommand: { palette: false },
  resumeInTerminal: { icon: 'terminal', palette: false },
  revealProject: { palette: false },
  excludeSession: { palette: false },
  showExcluded: { palette: false },
  groupSessions: { icon: 'list-tree', palette: false },
  sortSessions: { icon: 'sort-precedence', palette: false },
  filterSessions: { icon: 'filter', palette: false },
  clearSessionFilter: { icon: 'filter-filled', palette: false },
  refreshInsights: { icon: 'refresh', palette: false },
  applyInsight: { icon: 'edit', palette: false },
  configureInsight: { icon: 'gear', palette: false },
  undoInsight: { icon: 'discard', palette: false },
  showFailures: { icon: 'list-flat', palette: false },
  dismissInsight: { icon: 'close', palette: false },
  snoozeInsight: { icon: 'bell-slash', palette: false },
  restoreInsight: { icon: 'eye', palette: false },
  recordOutcome: { icon: 'feedback', palette: false },
  showDismissed: { icon: 'eye', palette: false },
  hideDismissed: { icon: 'eye-closed', palette: false },
  showReport: { palette: withData },
  refineReport: { palette: false },
  saveReport: { icon: 'save', palette: false },
  openReportPanel: { icon: 'graph-line', palette: false },
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
    dataPanelNames.map((name): [string, CommandEntry] => {
      const { icon, palette }: PanelEntry = dataPanels[name];
      return [openPanel(name), { icon, ...(palette !== undefined && { palette }) }];
    }),
  ),
};

/** The command that shows one report. */
export function reportCommandId(name: string): string {
  const id = name.replace(/ (.)/g, (_, first: string) => first.toUpperCase());
  return `outlay.report.${id}`;
}
