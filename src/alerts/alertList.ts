import { type Alert, readAlertHistory, readAlertState } from '../dataFolder/alertFile.ts';
import type { TimeSpan, Zone } from '../model/calendar.ts';
import { levelNames } from '../model/level.ts';
import { count } from '../query/context.ts';
import type { Document } from '../reports/document/document.ts';
import { type AlertTemplates, alertLevels } from '../settings/alertSettings.ts';
import { alertWords } from './alertText.ts';
import { alertJson } from './channels/bodies.ts';

/** Which alerts are listed, and how. */
export interface AlertListQuestion {
  readonly dataFolder: string;
  /** Undefined: all that are remembered. */
  readonly span: TimeSpan | undefined;
  /** UTC milliseconds. */
  readonly now: number;
  readonly zone: Zone;
  readonly templates: AlertTemplates;
  /** What is wrong with the settings, one sentence each. */
  readonly problems: readonly string[];
}

/** What was told, the latest first, by which channels, and what is snoozed. */
export function alertList(question: AlertListQuestion): Document {
  const { dataFolder, span, now, zone, templates } = question;
  const { alerts, outcomes, problems } = readAlertHistory(dataFolder);
  const { from, to } = span ?? { from: 0, to: Number.MAX_SAFE_INTEGER };
  const found = alerts.filter(({ at }) => at >= from && at < to).toReversed();
  const byAlert = Map.groupBy(outcomes, ({ id }) => id);
  const rows = found.map((alert) => ({
    alert,
    words: alertWords(alert, { zone, templates, names: true }),
    told: byAlert.get(alert.id) ?? [],
  }));
  const { snoozed } = readAlertState(dataFolder);
  const asleep = Object.entries(snoozed).filter(([, until]) => now < until);
  const notes = [...problems, ...question.problems];
  return {
    title: 'Alerts told',
    sentences: [
      found.length === 0 ? 'Nothing was told.' : `${count(found.length, 'alert')}.`,
      ...asleep.map(([key, until]) => `${key} is snoozed until ${new Date(until).toISOString()}.`),
    ],
    tables: [
      {
        title: '',
        columns: [
          { key: 'at', header: 'Time', unit: 'time' },
          { key: 'level', header: 'Level', unit: 'text' },
          { key: 'message', header: 'What', unit: 'text', widest: 120, wraps: true, fills: true },
          { key: 'told', header: 'Told by', unit: 'text', widest: 40, leaves: 1 },
          { key: 'key', header: 'Key', unit: 'text', widest: 60, details: true },
          { key: 'id', header: 'Id', unit: 'text', prefix: 8 },
        ],
        rows: rows.map(({ alert, words, told }) => [
          alert.at,
          alert.level,
          words.message,
          told.map(({ channel, ok }) => (ok ? channel : `${channel} failed`)).join(', ') || null,
          alert.key,
          alert.id,
        ]),
      },
    ],
    notes,
    json: {
      schemaVersion: 1,
      counts: Object.fromEntries(
        alertLevels.map((level) => [levelNames[level], countOf(found, level)]),
      ),
      alerts: rows.map(({ alert, words, told }) => ({
        ...alertJson({ alert, words, test: false }),
        told: told.map(({ channel, at, ok, note }) => ({
          channel,
          at: new Date(at).toISOString(),
          ok,
          note: note ?? null,
        })),
      })),
      snoozed: asleep.map(([key, until]) => ({ key, until: new Date(until).toISOString() })),
      notes,
    },
  };
}

function countOf(alerts: readonly Alert[], level: Alert['level']): number {
  return alerts.filter((each) => each.level === level).length;
}
