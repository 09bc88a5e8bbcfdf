import { stripVTControlCharacters } from 'node:util';

/** What is needed to reach others and is in no setting. */
export const secretNames = [
  'webhookUrl',
  'webhookToken',
  'slackWebhookUrl',
  'emailPassword',
] as const;
export type SecretName = (typeof secretNames)[number];

/** Where e-mail goes, and by whom it is sent. */
export interface MailPlace {
  readonly host: string;
  readonly port: string;
  readonly from: string;
  readonly to: string;
}

/** Secrets and what the environment says beside them; '' where there is none. */
export interface AlertSecrets extends Readonly<Record<SecretName, string>> {
  readonly mail: MailPlace;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** The variables secrets are in; the user's command gets none of them. */
export const secretVariables: Readonly<Record<SecretName, string>> = {
  webhookUrl: 'OUTLAY_ALERT_WEBHOOK_URL',
  webhookToken: 'OUTLAY_ALERT_WEBHOOK_TOKEN',
  slackWebhookUrl: 'SLACK_WEBHOOK_URL',
  emailPassword: 'EMAIL_PASSWORD',
};

/** Secrets of the environment, and those kept by the editor where the environment has none. */
export function readSecrets(
  env: Variables,
  kept: Partial<Readonly<Record<SecretName, string>>> = {},
): AlertSecrets {
  const of = (name: string): string => (env[name] ?? '').trim();
  const secret = (name: SecretName): string => of(secretVariables[name]) || (kept[name] ?? '');
  return {
    webhookUrl: secret('webhookUrl'),
    webhookToken: secret('webhookToken'),
    slackWebhookUrl: secret('slackWebhookUrl'),
    emailPassword: secret('emailPassword'),
    mail: {
      host: of('EMAIL_SMTP_HOST'),
      port: of('EMAIL_SMTP_PORT') || '587',
      from: of('EMAIL_FROM'),
      to: of('EMAIL_TO'),
    },
  };
}

/** A text without any secret in it, however it is encoded: for logs, errors and messages. */
export function redacted(text: string, secrets: AlertSecrets): string {
  let safe = stripVTControlCharacters(text);
  for (const name of secretNames) {
    const secret = secrets[name];
    for (const written of spellings(secret)) safe = safe.replaceAll(written, '‹secret›');
  }
  return safe;
}

/** How a secret may stand in a text; too short ones would take words out of sentences. */
function spellings(secret: string): string[] {
  if (secret.length < 4) return [];
  const bytes = Buffer.from(secret);
  // What follows an address's host is what is secret of it.
  const path = URL.canParse(secret) ? new URL(secret).pathname + new URL(secret).search : '';
  return [
    secret,
    encodeURIComponent(secret),
    bytes.toString('base64'),
    bytes.toString('base64url'),
    ...(path.length > 4 ? [path] : []),
  ];
}
