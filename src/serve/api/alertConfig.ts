import * as z from 'zod/mini';
import type { ServedChange } from '../../analysisThread/servedChange.ts';
import {
  type AlertSettings,
  alertLevels,
  alertRules,
  alertTable,
  channelNames,
} from '../../settings/alertSettings.ts';

const template = z.string().check(z.minLength(1), z.maxLength(500));

/**
 * The settings of alerts a caller may change, by what they are called there, each with its schema. What
 * runs a program or says where alerts are sent is not among them: a person sets that, where it can be seen.
 */
const fields = {
  enabled: { setting: alertTable.alertsEnabled, schema: alertTable.alertsEnabled.schema! },
  channels: { setting: alertTable.alertChannels, schema: z.array(z.enum(channelNames)) },
  hourlyUsd: { setting: alertTable.hourlyUsd, schema: alertTable.hourlyUsd.schema! },
  dailyProjectionUsd: {
    setting: alertTable.dailyProjectionUsd,
    schema: alertTable.dailyProjectionUsd.schema!,
  },
  exhaustionDays: {
    setting: alertTable.exhaustionDays,
    schema: alertTable.exhaustionDays.schema!,
  },
  quiet: { setting: alertTable.quietRules, schema: z.array(z.enum(alertRules)) },
  templates: {
    setting: alertTable.alertTemplates,
    schema: z.partialRecord(z.enum(alertLevels), template),
  },
} as const;

type Field = keyof typeof fields;

/** What `PUT /alerts/config` takes: what is not named stays, null is what holds without being set. */
export const alertConfigBody = z.strictObject(
  Object.fromEntries(
    Object.entries(fields).map(([name, { schema }]) => [name, z.optional(z.nullable(schema))]),
  ),
);

/** What a caller wants to change, by the full names of the settings. */
export function alertChanges(body: z.infer<typeof alertConfigBody>): ServedChange {
  const given = Object.entries(body).filter(([, value]) => value !== undefined);
  const settings = given.map(([name, value]) => [fields[name as Field].setting.key, value]);
  return { what: 'settings', settings: Object.fromEntries(settings) };
}

/** The settings of alerts in force; of where they are sent and what they run only whether there is any. */
export function alertConfigJson(alerts: AlertSettings, notes: readonly string[]): object {
  const { enabled, channels, exhaustionDays, quiet, templates } = alerts;
  return {
    schemaVersion: 1,
    enabled,
    channels,
    hourlyUsd: alerts.hourlyUsd ?? null,
    dailyProjectionUsd: alerts.dailyProjectionUsd ?? null,
    exhaustionDays,
    quiet,
    templates,
    webhook: { configured: alerts.webhookUrl !== '', format: alerts.webhookFormat },
    sendNames: alerts.sendNames,
    command: { configured: alerts.command.length > 0 },
    notes,
  };
}
