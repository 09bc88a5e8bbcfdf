import type { CommandId } from './commandIds.ts';

/**
 * What a link in a document may run. A document quotes transcripts: nothing stands here that writes
 * anything, or that takes a path or a text from its link and acts upon it unasked.
 */
export const documentCommands = [
  'outlay.refineReport',
  'outlay.saveReport',
  'outlay.openReportPanel',
  'outlay.openDashboard',
  'outlay.help',
  'outlay.rescan',
  'outlay.resume',
  'outlay.closeDemo',
  'outlay.setPrice',
  'outlay.showDiagnostics',
  'outlay.showLog',
  'outlay.openSettings',
  'outlay.explainNoTranscripts',
  'outlay.backUpStore',
  'outlay.moveStore',
  'outlay.resetStore',
  'outlay.removeAll',
] as const satisfies readonly CommandId[];
