import type { Event } from 'vscode';
import type { RawOptions } from '../query/question.ts';
import type { Alerts } from './alerts/alerts.ts';
import { makeReport } from './core/analysis.ts';
import type { SpendModel } from './core/spendModel.ts';

/**
 * What other extensions may ask of Outlay: `extensions.getExtension('outlay.outlay').exports`. Answers
 * have the shapes of the terminal's `--json` and their `schemaVersion`; fields are added, never renamed
 * or removed. Options are named as the terminal's flags. A wrong one rejects with a sentence.
 */
export interface OutlayExports {
  /** Version of this interface; raised when something of it changes its meaning. */
  readonly apiVersion: 1;
  /** As `outlay summary --json`. */
  readonly summary: (options?: RawOptions) => Promise<unknown>;
  /** As `outlay conversation --json`: every session of a period with its cost. */
  readonly sessions: (options?: RawOptions) => Promise<unknown>;
  /** As `outlay budget check --json`. */
  readonly budgets: (options?: RawOptions) => Promise<unknown>;
  /** Any report by the name of its command, as its `--json`. */
  readonly report: (name: string, options?: RawOptions) => Promise<unknown>;
  /** Fired when a figure on the screen has changed: ask again what you show. */
  readonly onDidChange: Event<unknown>;
  /**
   * Fired with an alert as `outlay alerts --json` writes one, in the window that tells it and in no other:
   * once. An id that comes again is the same alert.
   */
  readonly onAlert: Event<unknown>;
}

/** Builds what other extensions get. Reports are made on a thread of their own. */
export function outlayExports(model: SpendModel, alerts: Alerts): OutlayExports {
  const report = async (name: string, options: RawOptions = {}): Promise<unknown> =>
    JSON.parse((await makeReport(model, { name, raw: options }, 'json', Date.now())).text);
  return {
    apiVersion: 1,
    summary: (options) => report('summary', options),
    sessions: (options) => report('conversation', options),
    budgets: (options) => report('budget check', options),
    report,
    onDidChange: model.onDidChange,
    onAlert: alerts.onAlert,
  };
}
