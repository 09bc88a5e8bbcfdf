/** Commands a person finds in the palette; `package.json` lists the same, and a test compares. */
export const commandIds = {
  rescan: 'outlay.rescan',
  pause: 'outlay.pause',
  resume: 'outlay.resume',
  showLog: 'outlay.showLog',
  showMenu: 'outlay.showMenu',
  setDailyBudget: 'outlay.setDailyBudget',
  setPrice: 'outlay.setPrice',
  openSettings: 'outlay.openSettings',
  showDiagnostics: 'outlay.showDiagnostics',
  explainNoTranscripts: 'outlay.explainNoTranscripts',
} as const;
export type CommandId = (typeof commandIds)[keyof typeof commandIds];
