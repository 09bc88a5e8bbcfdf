import { realWire, webhookUrl } from '../../export/post.ts';
import { deliver } from '../../export/webhook.ts';
import { HumanError } from '../../model/errors.ts';
import type { WebhookFormat } from '../../settings/alertSettings.ts';
import { redacted } from '../secrets.ts';
import { webhookBody } from './bodies.ts';
import {
  type AlertMessage,
  type Channel,
  type ChannelWorld,
  retries,
  timeoutMs,
} from './channel.ts';

/** An address of the user's, in one of the formats others understand. */
export const webhookChannel: Channel = {
  name: 'webhook',
  leaves: true,
  problem: (world) =>
    addressOf(world) === ''
      ? 'No address is set: set outlay.alerts.webhook.url or OUTLAY_ALERT_WEBHOOK_URL.'
      : addressProblem(addressOf(world)),
  send: (message, world) =>
    post(
      addressOf(world),
      world.settings.webhookFormat,
      message,
      world,
      world.secrets.webhookToken,
    ),
};

/** Slack, by an address that is a secret. */
export const slackChannel: Channel = {
  name: 'slack',
  leaves: true,
  problem: ({ secrets }) =>
    secrets.slackWebhookUrl === ''
      ? 'No address is set: set SLACK_WEBHOOK_URL, or use "Outlay: Set Alert Secret…".'
      : addressProblem(secrets.slackWebhookUrl),
  send: (message, world) => post(world.secrets.slackWebhookUrl, 'slack', message, world, ''),
};

function addressOf({ settings, secrets }: ChannelWorld): string {
  return secrets.webhookUrl || settings.webhookUrl;
}

function addressProblem(address: string): string | undefined {
  try {
    webhookUrl(address);
    return undefined;
  } catch (error) {
    if (error instanceof HumanError) return error.message;
    throw error;
  }
}

/**
 * Posts an alert. All tries carry its id as `X-Outlay-Delivery`; a redirect is not followed, so that
 * no secret goes where nobody sent it.
 */
async function post(
  address: string,
  format: WebhookFormat,
  message: AlertMessage,
  { secrets, sleep }: ChannelWorld,
  token: string,
): Promise<void> {
  const url = webhookUrl(address);
  const { target, body } = webhookBody(format, message, url);
  try {
    await deliver(
      {
        url: target,
        body: JSON.stringify(body),
        headers: token === '' ? {} : { authorization: `Bearer ${token}` },
        secret: undefined,
        ...{ timeoutMs, retries },
        id: message.alert.id,
      },
      { ...realWire, sleep },
    );
  } catch (error) {
    if (!(error instanceof HumanError)) throw error;
    throw new HumanError(error.reason, redacted(error.message, secrets));
  }
}
