/** Every command but those of single reports; `package.json` lists the same, and a test compares. */
export const commandIds = {
  showMenu: 'outlay.showMenu',
  rescan: 'outlay.rescan',
  pause: 'outlay.pause',
  resume: 'outlay.resume',
  setDailyBudget: 'outlay.setDailyBudget',
  setPrice: 'outlay.setPrice',
  setCurrency: 'outlay.setCurrency',
  explainNoTranscripts: 'outlay.explainNoTranscripts',
  showDiagnostics: 'outlay.showDiagnostics',
  help: 'outlay.help',
  openWalkthrough: 'outlay.openWalkthrough',
  openDemo: 'outlay.openDemo',
  closeDemo: 'outlay.closeDemo',
  showStorage: 'outlay.showStorage',
  backUpStore: 'outlay.backUpStore',
  moveStore: 'outlay.moveStore',
  resetStore: 'outlay.resetStore',
  removeAll: 'outlay.removeAll',
  openSettings: 'outlay.openSettings',
  showLog: 'outlay.showLog',
  openDashboard: 'outlay.openDashboard',
  openBurn: 'outlay.openBurn',
  openAnomalies: 'outlay.openAnomalies',
  openSession: 'outlay.openSession',
  openTranscript: 'outlay.openTranscript',
  copySessionId: 'outlay.copySessionId',
  copyResumeCommand: 'outlay.copyResumeCommand',
  resumeInTerminal: 'outlay.resumeInTerminal',
  revealProject: 'outlay.revealProject',
  excludeSession: 'outlay.excludeSession',
  showExcluded: 'outlay.showExcluded',
  groupSessions: 'outlay.groupSessions',
  sortSessions: 'outlay.sortSessions',
  filterSessions: 'outlay.filterSessions',
  clearSessionFilter: 'outlay.clearSessionFilter',
  showReport: 'outlay.showReport',
  saveReport: 'outlay.saveReport',
  openReportPanel: 'outlay.openReportPanel',
} as const;
export type CommandId = (typeof commandIds)[keyof typeof commandIds];

/** The command that shows one report. */
export function reportCommandId(name: string): string {
  const id = name.replace(/ (.)/g, (_, first: string) => first.toUpperCase());
  return `outlay.report.${id}`;
}
