import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { gatewayAddress } from '../../../dataFolder/company/gatewayAddress.ts';
import {
  type GatewayAnswer,
  type GatewayLimit,
  type GatewaySetup,
  readGatewayAnswer,
  readGatewaySetup,
  removeGateway,
  writeGatewaySetup,
} from '../../../dataFolder/company/gatewayFile.ts';
import { spanOf } from '../../../dataFolder/company/limits.ts';
import { localTime } from '../../../model/calendar.ts';
import { HumanError } from '../../../model/errors.ts';
import { nanoToUsd } from '../../../model/money.ts';
import type { Cell, Column } from '../../../reports/document/document.ts';
import { isLeftToEditor, refreshNow } from '../../../team/gateway/refresh.ts';
import { print } from '../../support/answer.ts';
import { type Environment, findEnvironment } from '../../support/environment.ts';
import { say, sayJson } from '../../support/say.ts';
import type { TeamOptions } from './machine.ts';

interface GatewayOptions extends TeamOptions {
  readonly user?: string;
  readonly tokenFile?: string;
  readonly ca?: string;
  readonly off?: true;
}

const help = `
The key is one that may read spend limits, in a file for you alone or in OUTLAY_GATEWAY_TOKEN. What is read are
your own limits and what counts towards them; nothing is sent but the question. Without a key, Claude Code's
status line says what it knows: outlay statusline install.

Examples:
  outlay team gateway https://gateway.example.com --user ada@example.com --token-file key.txt
  outlay team gateway                        asks again, and says how the limits stand
  outlay team gateway --off                  nothing is asked or kept any more`;

/** `outlay team gateway`: the limits a company's gateway sets, as budgets that are only read. */
export function addGateway(group: Command): void {
  group
    .command('gateway')
    .description("Read your limits from your company's Claude gateway; off until you name it.")
    .argument('[address]', 'the base address of the gateway')
    .option('--user <id>', 'you, by your id or mail address at the gateway')
    .option('--token-file <file>', 'file with the key, mode 0600')
    .option('--ca <file>', 'authority of a private gateway, as PEM')
    .option('--off', 'forget the gateway and what it answered')
    .option('--json', 'answer as JSON')
    .addHelpText('after', help)
    .action(async (address: string | undefined, options: GatewayOptions) => {
      const environment = findEnvironment({ ...options, index: false });
      const { folder } = environment;
      if (options.off === true) {
        removeGateway(folder);
        if (options.json) sayJson({ schemaVersion: 1, gateway: null });
        else say('The gateway is not asked any more, and nothing of it is kept.');
        return;
      }
      const setup = address === undefined ? readGatewaySetup(folder) : setupOf(address, options);
      if (setup === undefined) {
        throw new HumanError(
          'usage',
          'No gateway is named yet: outlay team gateway https://… --user YOU --token-file FILE',
        );
      }
      const keys = { env: process.env };
      // What gives no answer is not kept as a gateway.
      if (address !== undefined || !isLeftToEditor(setup, keys)) {
        await refreshNow(folder, setup, keys);
      }
      if (address !== undefined) writeGatewaySetup(folder, setup);
      tell(environment, setup, readGatewayAnswer(folder));
    });
}

function setupOf(address: string, { user, tokenFile, ca }: GatewayOptions): GatewaySetup {
  const url = gatewayAddress(address);
  if (url === undefined) {
    throw new HumanError(
      'usage',
      'The address of a gateway looks like https://gateway.example.com, without a password in it; plain http is for this machine only.',
    );
  }
  if (user === undefined || user.trim() === '') {
    throw new HumanError(
      'usage',
      'Say who you are at the gateway: --user ID, or your mail address.',
    );
  }
  for (const file of [tokenFile, ca]) {
    if (file !== undefined && !existsSync(resolve(file))) {
      throw new HumanError('usage', `${resolve(file)} is not there.`);
    }
  }
  return {
    url,
    user: user.trim(),
    tokenFile: tokenFile === undefined ? '' : resolve(tokenFile),
    ca: ca === undefined ? '' : resolve(ca),
    keyInEditor: false,
  };
}

function tell(environment: Environment, setup: GatewaySetup, answer: GatewayAnswer): void {
  const { user, keyInEditor } = setup;
  const { host, limits, askedAt } = answer;
  const columns: Column[] = [
    { key: 'period', header: 'Period', unit: 'text', strong: true },
    { key: 'spent', header: 'Spent', unit: 'usd' },
    { key: 'limit', header: 'Limit', unit: 'usd' },
    { key: 'share', header: 'Used', unit: 'percent' },
    { key: 'source', header: 'From', unit: 'text', idle: true },
    { key: 'resets', header: 'Resets', unit: 'time' },
  ];
  const rows = limits.map((limit): Cell[] => [
    limit.period ?? limit.periodName,
    limit.spent ?? null,
    limit.limit ?? null,
    shareOf(limit),
    sourceText(limit),
    resetOf(limit, askedAt),
  ]);
  print(environment, {
    title: 'Gateway',
    sentences: [
      introduction(answer, user),
      ...limits.flatMap(whyNoBudget),
      ...(keyInEditor
        ? [
            `The editor keeps the key: its windows ask, last at ${localTime(askedAt, environment.zone)}.`,
          ]
        : []),
    ],
    tables: limits.length === 0 ? [] : [{ title: 'Limits', columns, rows }],
    notes: [
      { about: 'Spend is as the gateway counts it. Days, weeks and months are those of UTC.' },
    ],
    json: {
      schemaVersion: 1,
      gateway: host,
      user,
      asOf: new Date(askedAt).toISOString(),
      limits: limits.map((limit) => ({
        period: limit.period ?? limit.periodName,
        currency: limit.currency,
        spent_usd: limit.spent === undefined ? null : nanoToUsd(limit.spent),
        limit_usd: limit.limit === undefined ? null : nanoToUsd(limit.limit),
        utilization: shareOf(limit),
        source: limit.source === '' ? null : limit.source,
        group: limit.group === '' ? null : limit.group,
        shared: limit.isShared,
        resetsAt: isoOf(resetOf(limit, askedAt)),
      })),
    },
  });
}

/** What the gateway found: it finds anybody by an id, and by a mail address those who have spent something. */
function introduction({ host, limits }: GatewayAnswer, user: string): string {
  if (limits.length === 0) {
    return user.includes('@')
      ? `${host} finds nobody by ${user}: it knows the mail address of who has spent something there. Until then, name yourself by your id.`
      : `${host} has no limit for ${user}.`;
  }
  const own = limits.filter(({ isShared }) => !isShared);
  const holds = `${host} has these limits for ${user}; they stand beside your budgets (outlay budget check).`;
  return own.every(({ spent }) => spent === 0)
    ? `${holds} Nothing was spent by ${user} this month: if that was you, the gateway knows you by another id.`
    : holds;
}

/** Where a limit comes from, such as `group core`, or who shares it. */
function sourceText({ source, group, isShared }: GatewayLimit): string {
  if (group === '') return source;
  return isShared ? `shared by group ${group}` : `group ${group}`;
}

/** When a limit begins again; null where its period is not known. UTC milliseconds. */
function resetOf({ period }: GatewayLimit, askedAt: number): number | null {
  return period === undefined ? null : spanOf(period, askedAt).to;
}

function isoOf(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

function shareOf({ limit, spent }: GatewayLimit): number | null {
  return limit === undefined || spent === undefined || limit === 0 ? null : spent / limit;
}

/** Why a limit is shown here and is no budget. */
function whyNoBudget({
  period,
  periodName,
  limit,
  spent,
  currency,
  ...of
}: GatewayLimit): string[] {
  const shared = of.isShared ? ` of the group ${of.group}` : '';
  const name = `${period ?? periodName}${shared}`;
  if (currency !== 'USD') return [`The limit of a ${name} is in ${currency}, and not judged here.`];
  if (period === undefined)
    return [`The period "${periodName}" is not known here, and not judged.`];
  if (limit === undefined) return [`No limit in dollars is set for a ${name}.`];
  if (limit === 0)
    return [`The limit of a ${name} is $0: nothing may be spent, except what a plan includes.`];
  return spent === undefined ? [`What was spent of a ${name} is not said.`] : [];
}
