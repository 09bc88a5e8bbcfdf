/**
 * A window as far as alerts go, in a process of its own: asks the rules, decides and tells. Arguments as
 * JSON: `AlertChild`. Prints a line for each alert it tells in the editor, and `fired N` at its end.
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type ChannelWorld, messageFor } from '../../src/alerts/channels/channel.ts';
import { channels } from '../../src/alerts/channels/registry.ts';
import { checkAlerts } from '../../src/alerts/checkAlerts.ts';
import { type Deliverer, deliverAlerts } from '../../src/alerts/deliverAlerts.ts';
import { readSecrets } from '../../src/alerts/secrets.ts';
import { budgetsInForce, type InForce } from '../../src/budgets/budgetsInForce.ts';
import { readConfig } from '../../src/dataFolder/readConfig.ts';
import { noPeers } from '../../src/dataFolder/readPeers.ts';
import { createPriceBook } from '../../src/pricing/priceBook.ts';
import { withReportContext } from '../../src/query/openContext.ts';
import { noLabels } from '../../src/settings/labels.ts';

/** What such a process does. */
export interface AlertChild {
  readonly dataFolder: string;
  readonly storeFile: string;
  readonly now: number;
  readonly webhookUrl: string;
  /** Where it ends itself with SIGKILL: nobody is told that it does. */
  readonly dies?: 'decided' | 'claimed' | 'sent';
  /** It goes on, as a window does, until there is such a file. */
  readonly untilFile?: string;
}

const asked = JSON.parse(process.argv[2]!) as AlertChild;
const { dataFolder, storeFile, now, webhookUrl, dies, untilFile } = asked;
const stored = readConfig(join(dataFolder, 'config.json'));
const settings = { ...stored.settings.alerts, webhookUrl };
const budgets = (): InForce => budgetsInForce(stored.settings, stored, undefined, now);

const die = (point: AlertChild['dies']): void => {
  if (dies === point) process.kill(process.pid, 'SIGKILL');
};

const world: ChannelWorld = {
  settings,
  secrets: readSecrets({}),
  zone: 'UTC',
  log: () => undefined,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};
const webhook = channels.find(({ name }) => name === 'webhook')!;
const deliverers: Deliverer[] = [
  {
    channel: 'editor',
    send: async ({ id }) => void process.stdout.write(`editor ${id}\n`),
  },
  {
    channel: 'webhook',
    send: async (alert) => {
      die('claimed');
      await webhook.send(messageFor(webhook, alert, world), world);
      die('sent');
    },
  },
];
const check = (): number =>
  withReportContext(
    {
      ...{ storeFile, dataFolder, now, budgets, labels: noLabels, peers: noPeers, home: '/home/x' },
      book: createPriceBook(),
      settings: stored.settings,
      zone: 'UTC',
      accounts: undefined,
      problems: [],
      git: null,
    },
    (context) => checkAlerts(context, { dataFolder, settings, channels: ['editor', 'webhook'] }),
  ).fired.length;

const owner = randomUUID();
let told = 0;
do {
  told += check();
  die('decided');
  await deliverAlerts({ dataFolder, owner, clock: () => now }, deliverers);
  if (untilFile !== undefined) await new Promise((resolve) => setTimeout(resolve, 100));
} while (untilFile !== undefined && !existsSync(untilFile));
process.stdout.write(`fired ${told}\n`);
