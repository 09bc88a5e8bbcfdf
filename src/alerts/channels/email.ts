import type Nodemailer from 'nodemailer';
import { HumanError, messageOf } from '../../model/errors.ts';
import { plainText } from '../../text/plainText.ts';
import { redacted } from '../secrets.ts';
import {
  type AlertMessage,
  type Channel,
  type ChannelWorld,
  timeoutMs,
  withRetries,
} from './channel.ts';

/** By e-mail, to those `EMAIL_TO` names. */
export const emailChannel: Channel = {
  name: 'email',
  leaves: true,
  problem: ({ secrets: { mail, emailPassword } }) => {
    const lacking = [
      ...(mail.host === '' ? ['EMAIL_SMTP_HOST'] : []),
      ...(mail.from === '' ? ['EMAIL_FROM'] : []),
      ...(mail.to === '' ? ['EMAIL_TO'] : []),
    ];
    if (lacking.length > 0) return `Nothing is set for ${lacking.join(', ')}.`;
    if (!/^[1-9]\d{0,4}$/.test(mail.port)) return 'EMAIL_SMTP_PORT is not a port.';
    const wrong = [mail.from, ...addressesOf(mail.to)].find((each) => !isAddress(each));
    if (wrong !== undefined) {
      return `${JSON.stringify(plainText(wrong).slice(0, 80))} is not an e-mail address (EMAIL_FROM, EMAIL_TO).`;
    }
    return emailPassword !== '' && isLineBroken(emailPassword)
      ? 'EMAIL_PASSWORD has a line break in it.'
      : undefined;
  },
  send: (message, world) =>
    withRetries(() => attempt(message, world), world, isRefused).catch((error: unknown) => {
      const text = redacted(messageOf(error), world.secrets);
      throw new HumanError('files', `The mail server ${world.secrets.mail.host}: ${text}`);
    }),
};

function addressesOf(text: string): string[] {
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

/** `a@b`, or `Name <a@b>`. */
function isAddress(text: string): boolean {
  return !isLineBroken(text) && /^[^\s@<>,;]+@[^\s@<>,;]+$/.test(bareAddress(text));
}

function bareAddress(text: string): string {
  return /<([^<>]*)>\s*$/.exec(text)?.[1] ?? text.trim();
}

function isLineBroken(text: string): boolean {
  return /[\r\n\0]/.test(text);
}

function isHere(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d+){3}$/.test(host);
}

/** What a server refuses for good is refused again: 5xx. */
function isRefused(error: unknown): boolean {
  const { responseCode } = error as { responseCode?: unknown };
  return typeof responseCode === 'number' && responseCode >= 500;
}

/** Sends it once. Loaded only here: it is larger than all else that a check of alerts needs. */
async function attempt({ alert, words }: AlertMessage, world: ChannelWorld): Promise<void> {
  const { mail, emailPassword } = world.secrets;
  const loaded = (await import('nodemailer')) as unknown as {
    default: typeof Nodemailer;
  };
  const secure = Number(mail.port) === 465;
  const transport = loaded.default.createTransport({
    host: mail.host,
    port: Number(mail.port),
    secure,
    // A password never travels unencrypted, but to this machine.
    requireTLS: !secure && emailPassword !== '' && !isHere(mail.host),
    ...(emailPassword !== '' && { auth: { user: bareAddress(mail.from), pass: emailPassword } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    await transport.sendMail({
      from: mail.from,
      to: addressesOf(mail.to),
      subject: plainText(`Outlay: ${words.title}`),
      text: `${words.message}\n`,
      // The same however often it is tried: who gets it twice sees it once.
      messageId: `<${alert.id}@outlay.invalid>`,
      date: new Date(alert.at),
      headers: { 'X-Outlay-Delivery': alert.id, 'Auto-Submitted': 'auto-generated' },
    });
  } finally {
    transport.close();
  }
}
