import { l10n, window } from 'vscode';
import { isCompanyAlert } from '../../alerts/alertText.ts';
import { mute, snooze } from '../../alerts/decide.ts';
import { type Alert, readAlertState, updateAlertState } from '../../dataFolder/alertFile.ts';
import { dataFolder } from '../../dataFolder/paths.ts';
import { hourMs } from '../../model/calendar.ts';
import { messageOf } from '../../model/errors.ts';
import { alertLevels } from '../../settings/alertSettings.ts';
import { inBackground } from '../core/background.ts';
import type { SpendModel } from '../core/spendModel.ts';
import type { SessionActions } from '../sessions/actions.ts';
import { formatOf } from '../text/format.ts';
import { alertText } from './alertText.ts';
import { raiseForToday } from './raiseForToday.ts';

/** How long a snooze of a notification lasts. */
const snoozeMs = hourMs;

/** What a notification offers. */
export type AlertAction = 'open' | 'raise' | 'snooze' | 'mute' | 'list';

const rankOf = ({ level }: Alert): number => alertLevels.indexOf(level);

/** Notifications: from warning on, one at a time, with what can be done. */
export class AlertNotifications {
  readonly #model: SpendModel;
  readonly #actions: Pick<SessionActions, 'open'>;
  readonly #showList: () => void;
  /** How many were shown in this window. */
  shown = 0;

  constructor(model: SpendModel, actions: Pick<SessionActions, 'open'>, showList: () => void) {
    this.#model = model;
    this.#actions = actions;
    this.#showList = showList;
  }

  /** Shows the worst of some alerts, and says how many more the list has. */
  async show(alerts: readonly Alert[]): Promise<void> {
    const { muted } = readAlertState(dataFolder());
    const loud = alerts.filter(
      ({ level, budget }) =>
        level !== 'info' && !(budget !== undefined && muted.includes(budget.key)),
    );
    const [worst, ...others] = loud.toSorted((a, b) => rankOf(b) - rankOf(a));
    if (worst === undefined) return;
    const picked = await this.#ask(worst, others.length);
    if (picked !== undefined) await this.act(worst, picked);
  }

  /** The text of an alert, as a notification has it. */
  textOf(alert: Alert): string {
    const { settings } = this.#model.spend;
    return alertText(alert, {
      format: formatOf(settings),
      templates: settings.alerts.templates,
      zone: settings.zone,
    });
  }

  async #ask(alert: Alert, others: number): Promise<AlertAction | undefined> {
    const more =
      others === 0
        ? ''
        : ` ${others === 1 ? l10n.t('There is 1 more alert.') : l10n.t('There are {0} more alerts.', others)}`;
    const labels = new Map<string, AlertAction>(
      actionsOf(alert, others > 0).map((action) => [actionLabel(action), action]),
    );
    const text = this.textOf(alert) + more;
    this.shown += 1;
    const isGrave = alert.level === 'critical' || alert.level === 'stop';
    const picked = isGrave
      ? await window.showErrorMessage(text, ...labels.keys())
      : await window.showWarningMessage(text, ...labels.keys());
    return picked === undefined ? undefined : labels.get(picked);
  }

  /** Does what was chosen. What fails is said. */
  async act(alert: Alert, action: AlertAction): Promise<void> {
    const { cause, key, budget } = alert;
    try {
      switch (action) {
        case 'open':
          if (cause !== undefined) await this.#actions.open(cause.session, cause.message);
          return;
        case 'raise':
          if (budget !== undefined) await raiseForToday(this.#model, budget.key);
          return;
        case 'snooze':
          this.snooze(key, Date.now() + snoozeMs);
          return;
        case 'mute':
          if (budget !== undefined) this.mute(budget.key, true);
          return;
        case 'list':
          this.#showList();
      }
    } catch (error) {
      inBackground(window.showErrorMessage(messageOf(error)));
    }
  }

  /** Tells nothing of it until then; what still holds then is told again. */
  snooze(key: string, until: number): void {
    updateAlertState(dataFolder(), (state) => ({
      state: snooze(state, key, until),
      result: undefined,
    }));
  }

  /** Keeps alerts of a budget from being notifications; they are in the list all the same. */
  mute(budgetKey: string, muted: boolean): void {
    updateAlertState(dataFolder(), (state) => ({
      state: mute(state, budgetKey, muted),
      result: undefined,
    }));
  }
}

/** What can be done about an alert. */
export function actionsOf(alert: Alert, hasMore: boolean): AlertAction[] {
  const { cause, budget } = alert;
  return [
    ...(cause !== undefined ? (['open'] as const) : []),
    ...(budget !== undefined && !isCompanyAlert(alert) ? (['raise'] as const) : []),
    'snooze',
    ...(budget !== undefined ? (['mute'] as const) : []),
    ...(hasMore ? (['list'] as const) : []),
  ];
}

export function actionLabel(action: AlertAction): string {
  switch (action) {
    case 'open':
      return l10n.t('See What Did It');
    case 'raise':
      return l10n.t('Raise for Today…');
    case 'snooze':
      return l10n.t('Snooze for an Hour');
    case 'mute':
      return l10n.t('Don’t Show Again for This Budget');
    case 'list':
      return l10n.t('Show Alerts');
  }
}
