import { type Checked, checkAlerts } from '../alerts/checkAlerts.ts';
import type { ChannelName } from '../settings/alertSettings.ts';
import { keptStore } from './keptStore.ts';
import { contextParts, type TaskOrigin } from './taskContext.ts';

/** Asks whether something is to be told. Plain data. */
export interface AlertTask extends TaskOrigin {
  /** By which channels it is told. */
  readonly channels: readonly ChannelName[];
}

/** What was decided upon; it is told where the windows are. */
export type AlertResult = Pick<Checked, 'fired'>;

/**
 * Asks the rules and decides, together with all other windows and terminals: with every commit, while something
 * is spent.
 */
export function runAlerts(task: AlertTask): AlertResult {
  const { dataFolder, settings, channels } = task;
  const options = { dataFolder, settings: settings.alerts, channels };
  const { fired } = keptStore.use(contextParts(task), (context) => checkAlerts(context, options));
  return { fired };
}
