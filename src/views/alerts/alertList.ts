import { l10n, type QuickPickItem, QuickPickItemKind, window } from 'vscode';
import {
  type Alert,
  type AlertOutcome,
  readAlertHistory,
  readAlertState,
  updateAlertState,
} from '../../dataFolder/alertFile.ts';
import { dataFolder } from '../../dataFolder/paths.ts';
import type { SpendModel } from '../core/spendModel.ts';
import { formatOf } from '../text/format.ts';
import { levelIcon } from './alertText.ts';
import {
  type AlertAction,
  type AlertNotifications,
  actionLabel,
  actionsOf,
} from './notifications.ts';
import { channelLabel } from './testChannel.ts';

/** Alerts a list offers; the terminal has all. */
const listed = 200;

interface Item extends QuickPickItem {
  readonly alert?: Alert;
  /** A budget whose notifications come again. */
  readonly unmute?: string;
  /** A key that is told again at once. */
  readonly wake?: string;
}

/** The alerts told so far, the latest first; choosing one offers what can be done about it. */
export async function showAlerts(
  model: SpendModel,
  notifications: AlertNotifications,
): Promise<void> {
  const picked = await window.showQuickPick(itemsOf(model, notifications), {
    title: l10n.t('Alerts'),
    placeHolder: l10n.t('Alerts, latest first'),
    matchOnDetail: true,
  });
  if (picked?.unmute !== undefined) notifications.mute(picked.unmute, false);
  if (picked?.wake !== undefined) wake(picked.wake);
  if (picked?.alert === undefined) return;
  const alert = picked.alert;
  const actions = actionsOf(alert, false).map(
    (action): QuickPickItem & { action: AlertAction } => ({
      label: actionLabel(action),
      action,
    }),
  );
  const chosen = await window.showQuickPick(actions, { title: notifications.textOf(alert) });
  if (chosen !== undefined) await notifications.act(alert, chosen.action);
}

/** What the list has: alerts by day, then what is snoozed and muted. */
export function itemsOf(model: SpendModel, notifications: AlertNotifications): Item[] {
  const format = formatOf(model.spend.settings);
  const { alerts, outcomes } = readAlertHistory(dataFolder());
  const { muted, snoozed } = readAlertState(dataFolder());
  const byAlert = Map.groupBy(outcomes, ({ id }) => id);
  const now = Date.now();
  const items: Item[] = [];
  let day = '';
  for (const alert of alerts.toReversed().slice(0, listed)) {
    const own = format.day(alert.at);
    if (own !== day) items.push({ label: own, kind: QuickPickItemKind.Separator });
    day = own;
    items.push({
      alert,
      label: `$(${levelIcon(alert.level)}) ${notifications.textOf(alert)}`,
      description: format.time(alert.at),
      ...detailOf(byAlert.get(alert.id) ?? []),
    });
  }
  if (items.length === 0) items.push({ label: l10n.t('No alerts yet.') });
  const asleep = Object.entries(snoozed).filter(([, until]) => now < until);
  if (asleep.length + muted.length > 0) {
    items.push({ label: l10n.t('Quiet'), kind: QuickPickItemKind.Separator });
  }
  return [
    ...items,
    ...asleep.map(
      ([key, until]): Item => ({
        wake: key,
        label: `$(bell-slash) ${l10n.t('End the snooze of {0}', key)}`,
        description: l10n.t('until {0}', format.dateTime(until)),
      }),
    ),
    ...muted.map(
      (key): Item => ({
        unmute: key,
        label: `$(bell) ${l10n.t('Show notifications for {0} again', key)}`,
      }),
    ),
  ];
}

function detailOf(outcomes: readonly AlertOutcome[]): { detail?: string } {
  if (outcomes.length === 0) return {};
  const told = outcomes.map(({ channel, ok }) =>
    ok ? channelLabel(channel) : l10n.t('{0} failed', channelLabel(channel)),
  );
  return { detail: l10n.t('Sent by: {0}', told.join(', ')) };
}

function wake(key: string): void {
  updateAlertState(dataFolder(), (state) => {
    const { [key]: _until, ...snoozed } = state.snoozed;
    return { state: { ...state, snoozed }, result: undefined };
  });
}
