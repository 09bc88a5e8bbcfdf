import { nanoToUsd } from '../../model/money.ts';
import type { AlertLevel, WebhookFormat } from '../../settings/alertSettings.ts';
import { amountWords } from '../alertText.ts';
import type { AlertMessage } from './channel.ts';

/** Colours of levels, as numbers of red, green and blue. */
const colours: Readonly<Record<AlertLevel, number>> = {
  info: 0x3b82f6,
  warning: 0xf59e0b,
  critical: 0xef4444,
  stop: 0x991b1b,
};

/** Facts that are in nano-dollars where no budget counts in another unit. */
const amounts = ['spent', 'limit', 'forecast', 'judged', 'projected', 'usual'];

/** What is posted, and where: some services take another address for JSON. */
export function webhookBody(
  format: WebhookFormat,
  message: AlertMessage,
  url: string,
): { readonly target: string; readonly body: object } {
  const write = { json: alertJson, slack, discord, teams }[
    format as Exclude<WebhookFormat, 'ntfy'>
  ];
  return format === 'ntfy' ? ntfy(message, url) : { target: url, body: write(message) };
}

/** Everything that is known of an alert; amounts of dollars in dollars. Its shape is a contract. */
export function alertJson({ alert, words, test }: AlertMessage): Record<string, unknown> {
  const { id, at, key, rule, level, budget, part, since, facts, cause, atLeast } = alert;
  const inUsd = budget === undefined || budget.unit === 'usd';
  const figures = Object.entries(facts).map(([name, value]) => {
    if (name === 'usedUpAt' || name === 'asOf') return [name, new Date(value).toISOString()];
    if (!amounts.includes(name)) return [name, value];
    return inUsd ? [`${name}_usd`, nanoToUsd(Math.round(value))] : [name, Math.round(value)];
  });
  return {
    schemaVersion: 1,
    id,
    test,
    at: new Date(at).toISOString(),
    key,
    rule,
    level: level === 'stop' ? 'HARD_STOP' : level.toUpperCase(),
    budget:
      budget === undefined
        ? null
        : { scope: budget.scope, period: budget.period, unit: budget.unit },
    part: part === '' ? null : part,
    since: since === undefined ? null : new Date(since).toISOString(),
    figures: Object.fromEntries(figures),
    cause:
      cause === undefined
        ? null
        : {
            sessionId: cause.session,
            title: cause.title,
            project: cause.project || null,
            messageId: cause.message ?? null,
            ...(inUsd
              ? { usd: nanoToUsd(Math.round(cause.amount)) }
              : { tokens: Math.round(cause.amount) }),
          },
    lowerBound: atLeast,
    title: words.title,
    text: words.text,
    action: words.action,
    message: words.message,
  };
}

function fieldsOf({ alert }: AlertMessage): { readonly name: string; readonly value: string }[] {
  const { facts, level } = alert;
  const figure = (name: string, value: number | undefined): { name: string; value: string }[] =>
    value === undefined ? [] : [{ name, value: amountWords(alert, value) }];
  return [
    { name: 'Level', value: level },
    ...figure('Spent', facts.spent),
    ...figure('Limit', facts.limit),
    ...figure('On track for', facts.forecast),
  ];
}

function slack(message: AlertMessage): object {
  const { alert, words } = message;
  return {
    text: slackText(words.message),
    attachments: [
      {
        color: hex(colours[alert.level]),
        fallback: slackText(words.message),
        fields: fieldsOf(message).map(({ name, value }) => ({
          title: name,
          value: slackText(value),
          short: true,
        })),
        ts: Math.floor(alert.at / 1000),
      },
    ],
  };
}

/** In Slack's text three characters begin something else: links, mentions of everybody. */
function slackText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function discord(message: AlertMessage): object {
  const { alert, words } = message;
  return {
    // Nobody is called by what stands in a title.
    allowed_mentions: { parse: [] },
    embeds: [
      {
        title: markdownText(words.title),
        description: markdownText(words.message),
        color: colours[alert.level],
        fields: fieldsOf(message).map((field) => ({ ...field, inline: true })),
        timestamp: new Date(alert.at).toISOString(),
      },
    ],
  };
}

function markdownText(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!|<>~@]/g, (character) =>
    '.-!()'.includes(character) ? character : `\\${character}`,
  );
}

function teams(message: AlertMessage): object {
  const { alert, words } = message;
  const serious = alert.level === 'critical' || alert.level === 'stop';
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          body: [
            {
              type: 'TextBlock',
              text: markdownText(words.title),
              weight: 'bolder',
              color: serious ? 'attention' : alert.level === 'warning' ? 'warning' : 'default',
              wrap: true,
            },
            { type: 'TextBlock', text: markdownText(words.message), wrap: true },
            {
              type: 'FactSet',
              facts: fieldsOf(message).map(({ name, value }) => ({ title: name, value })),
            },
          ],
        },
      },
    ],
  };
}

const priorities: Readonly<Record<AlertLevel, number>> = {
  info: 2,
  warning: 3,
  critical: 4,
  stop: 5,
};

/** ntfy takes JSON at its root, with the topic in it. */
function ntfy(
  { alert, words }: AlertMessage,
  url: string,
): { readonly target: string; readonly body: object } {
  const target = new URL(url);
  const parts = target.pathname.split('/').filter((part) => part !== '');
  const topic = decodeURIComponent(parts.pop() ?? '');
  target.pathname = `/${parts.join('/')}`;
  return {
    target: target.href,
    body: {
      topic,
      title: words.title,
      message: words.message,
      priority: priorities[alert.level],
      tags: [alert.level === 'info' ? 'information_source' : 'warning', alert.rule],
    },
  };
}

function hex(colour: number): string {
  return `#${colour.toString(16).padStart(6, '0')}`;
}
