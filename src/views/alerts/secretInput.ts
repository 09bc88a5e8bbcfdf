import { l10n, type QuickPickItem, type SecretStorage, window } from 'vscode';
import {
  type AlertSecrets,
  readSecrets,
  type SecretName,
  secretNames,
  secretVariables,
} from '../../alerts/secrets.ts';

/** Under which the editor keeps a secret. */
function keyOf(name: SecretName): string {
  return `outlay.alerts.${name}`;
}

/** Secrets of the environment, else those the editor keeps. */
export async function keptSecrets(store: SecretStorage): Promise<AlertSecrets> {
  const kept: Partial<Record<SecretName, string>> = {};
  for (const name of secretNames) {
    const secret = await store.get(keyOf(name));
    if (secret !== undefined) kept[name] = secret;
  }
  return readSecrets(process.env, kept);
}

interface Choice extends QuickPickItem {
  readonly name: SecretName;
}

/** Asks which secret, then for it, and keeps it where the editor keeps secrets; empty deletes it. */
export async function askSecret(store: SecretStorage): Promise<void> {
  const choices: Choice[] = [];
  for (const name of secretNames) {
    const isSet = (await store.get(keyOf(name))) !== undefined;
    const variable = secretVariables[name];
    const given = (process.env[variable] ?? '').trim() !== '';
    choices.push({
      name,
      label: secretLabel(name),
      description: given
        ? l10n.t('set by {0}, which is used', variable)
        : isSet
          ? l10n.t('set')
          : l10n.t('not set'),
    });
  }
  const picked = await window.showQuickPick(choices, { title: l10n.t('Secrets for alerts') });
  if (picked === undefined) return;
  const secret = await window.showInputBox({
    title: picked.label,
    password: true,
    ignoreFocusOut: true,
    prompt: l10n.t('Stored by the editor, in no file of Outlay’s. Leave it empty to delete it.'),
  });
  if (secret === undefined) return;
  await keepSecret(store, picked.name, secret);
}

/** Deletes all of them from where the editor keeps secrets. */
export async function deleteSecrets(store: SecretStorage): Promise<void> {
  for (const name of secretNames) await store.delete(keyOf(name));
}

/** Keeps a secret, or deletes it. */
export async function keepSecret(
  store: SecretStorage,
  name: SecretName,
  secret: string,
): Promise<void> {
  if (secret.trim() === '') await store.delete(keyOf(name));
  else await store.store(keyOf(name), secret.trim());
}

function secretLabel(name: SecretName): string {
  switch (name) {
    case 'webhookUrl':
      return l10n.t('Address of the webhook');
    case 'webhookToken':
      return l10n.t('Token of the webhook (Authorization: Bearer)');
    case 'slackWebhookUrl':
      return l10n.t('Address of Slack’s webhook');
    case 'emailPassword':
      return l10n.t('Password for sending e-mail');
  }
}
