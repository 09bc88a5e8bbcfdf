import { type Command, Option } from 'commander';
import { dataFolder } from '../../../dataFolder/paths.ts';
import { readMembership } from '../../../dataFolder/team/membership.ts';
import { arePoolsStale, type Pool, readPools } from '../../../dataFolder/team/poolFile.ts';
import { readUploadState } from '../../../dataFolder/team/uploadState.ts';
import type { UtcDays } from '../../../model/calendar.ts';
import { HumanError } from '../../../model/errors.ts';
import { formatUsd, nanoToUsd } from '../../../model/money.ts';
import { count } from '../../../query/context.ts';
import { utcDays } from '../../../query/spans.ts';
import type { Cell, Column } from '../../../reports/document/document.ts';
import type { Patience } from '../../../team/connection.ts';
import { firestoreWish } from '../../../team/firestore/address.ts';
import type { TeamLedger } from '../../../team/ledger.ts';
import { notJoined } from '../../../team/membership.ts';
import { openTeamLedger } from '../../../team/openLedger.ts';
import type { PushOutcome } from '../../../team/push.ts';
import {
  type ExportKey,
  exportColumns,
  exportKeys,
  mostExported,
} from '../../../team/questions.ts';
import { sumColumns } from '../../../team/schema/columns.ts';
import { pendingDaysOf, pushQuietly, pushToTeam } from '../../../team/sync.ts';
import { bringUpToDate, print } from '../../support/answer.ts';
import { now } from '../../support/clock.ts';
import { type Environment, findEnvironment } from '../../support/environment.ts';
import { complain, say, sayJson } from '../../support/say.ts';
import { leavesText, membershipFields } from './joining.ts';
import { pushes, type TeamOptions, teamMachine } from './machine.ts';

/** `outlay team push` */
export function addPush(group: Command): void {
  group
    .command('push')
    .description(
      'Read what is new and send what the ledger lacks; ask how the team’s budgets stand.',
    )
    .option('--no-index', 'send what the store has; read no transcripts')
    .option('-q, --quiet', 'say nothing unless something is wrong')
    .option('--json', 'answer as JSON')
    .action(async (options: TeamOptions) => {
      const environment = findEnvironment(options);
      await bringUpToDate(environment);
      const outcome = await pushToTeam({ ...teamMachine(environment), everything: true });
      if (outcome === undefined) throw notJoined();
      if (options.json)
        sayJson({ schemaVersion: 1, sentDays: outcome.sent, refusedDays: outcome.refused });
      else if (!options.quiet) say(`Sent: ${count(outcome.sent, 'day')}.`);
      complainOfDays(outcome);
    });
}

function complainOfDays({ refused }: PushOutcome): void {
  if (refused.length === 0) return;
  complain(
    `The ledger keeps no ${refused.slice(0, 3).join(', ')}${refused.length > 3 ? ' and other days' : ''}: see to the clock of this machine, or of the one that wrote these transcripts.`,
  );
}

/** Sends what is new behind a command that read it; says once where that cannot be done, and fails nothing. */
export async function pushBehind(environment: Environment, patience?: Patience): Promise<void> {
  if (!pushes(environment)) return;
  const machine = teamMachine(environment);
  const outcome = await pushQuietly(patience === undefined ? machine : { ...machine, patience });
  if (outcome === undefined) return;
  if ('sent' in outcome) complainOfDays(outcome);
  else if (!outcome.told) complain(outcome.text);
}

/** `outlay team status` */
export function addStatus(group: Command): void {
  group
    .command('status')
    .description(
      'Whether this machine has joined, what leaves it, what is sent, and how budgets stand.',
    )
    .option('--json', 'answer as JSON')
    .action((options: TeamOptions) => {
      const environment = findEnvironment({ ...options, index: false });
      const membership = readMembership(environment.folder, process.env);
      if (membership === undefined) {
        if (options.json) sayJson({ schemaVersion: 1, joined: false });
        else {
          say('This machine has joined no team: nothing leaves it.');
          if (firestoreWish(process.env) === true) {
            say(
              'FRESH_USE_FIRESTORE is on, which by itself sends nothing. To join: outlay team join --as NAME',
            );
          }
        }
        return;
      }
      const pending = pendingDaysOf(teamMachine(environment), membership);
      const { pushedAt, problem } = readUploadState(environment.folder);
      const pools = readPools(environment.folder);
      const at = now();
      const stale = pools !== undefined && arePoolsStale(pools, at);
      print(environment, {
        title: 'Team',
        sentences: [
          `${membership.team}, as ${membership.member}.`,
          pushedAt === 0
            ? 'Nothing was sent yet: outlay team push'
            : `${pending === 0 ? 'Everything is sent' : `${count(pending, 'day')} not sent yet`}; last push ${new Date(pushedAt).toISOString()}.`,
          ...(problem === undefined ? [] : [problem.text]),
          leavesText(membership),
        ],
        tables: pools === undefined ? [] : [poolTable(pools.pools)],
        notes: stale ? [staleText(pools.askedAt)] : [],
        json: {
          schemaVersion: 1,
          joined: true,
          ...membershipFields(membership),
          pushedAt: pushedAt === 0 ? null : new Date(pushedAt).toISOString(),
          pendingDays: pending,
          problem: problem?.text ?? null,
          pools: (pools?.pools ?? []).map((pool) => poolFields(pool, pools!.askedAt, stale)),
        },
      });
    });
}

function staleText(askedAt: number): string {
  return `What the team spent is of ${new Date(askedAt).toISOString()}: at least that much.`;
}

function poolTable(pools: readonly Pool[]) {
  const columns: Column[] = [
    { key: 'scope', header: 'Of', unit: 'text', strong: true },
    { key: 'period', header: 'Period', unit: 'text' },
    { key: 'spent', header: 'Spent', unit: 'usd' },
    { key: 'limit', header: 'Budget', unit: 'usd' },
    { key: 'share', header: 'Used', unit: 'percent' },
  ];
  const rows = pools.map((pool): Cell[] => [
    scopeText(pool),
    pool.period,
    pool.spent,
    pool.budget?.nano ?? null,
    pool.budget === undefined ? null : pool.spent / pool.budget.nano,
  ]);
  return { title: 'Pools', columns, rows };
}

function scopeText({ scope, name }: Pool): string {
  if (scope === 'team') return 'the team';
  return scope === 'group' ? `group ${name}` : 'you';
}

function poolFields(pool: Pool, askedAt: number, stale: boolean): object {
  const { scope, name, period, from, to, spent, budget } = pool;
  return {
    scope,
    name: name === '' ? null : name,
    period,
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    spent_usd: nanoToUsd(spent),
    limit_usd: budget === undefined ? null : nanoToUsd(budget.nano),
    utilization: budget === undefined ? null : spent / budget.nano,
    asOf: new Date(askedAt).toISOString(),
    stale,
  };
}

/** `outlay team members` */
export function addMembers(group: Command): void {
  group
    .command('members')
    .description(
      'Who is in the team, what they spent, and who is near a limit: as far as you may see it.',
    )
    .option('--json', 'answer as JSON')
    .addOption(new Option('--format <format>').choices(['table', 'markdown', 'json', 'csv']))
    .action(async (options: TeamOptions & { readonly format?: 'csv' }) => {
      const environment = findEnvironment({ ...options, index: false });
      const members = await asMember((ledger) => ledger.members());
      const columns: Column[] = [
        { key: 'member', header: 'Member', unit: 'text', strong: true },
        { key: 'role', header: 'Role', unit: 'text', idle: true },
        { key: 'groups', header: 'Groups', unit: 'text', idle: true },
        { key: 'machines', header: 'Machines', unit: 'count' },
        { key: 'pushed', header: 'Last push', unit: 'time' },
        { key: 'day', header: 'Today', unit: 'usd' },
        { key: 'week', header: 'Week', unit: 'usd' },
        { key: 'month', header: 'Month', unit: 'usd' },
        { key: 'used', header: 'Used', unit: 'percent', idle: true },
      ];
      const rows = members.map((each): Cell[] => [
        ...[each.name, each.admin ? 'admin' : '', each.groups.join(' '), each.machines],
        ...[each.pushedAt, each.day, each.week, each.month, each.share],
      ]);
      const near = members.filter(({ share }) => share !== null && share >= 0.75);
      print(environment, {
        title: 'Team',
        sentences: [
          `${count(members.length, 'member')}, ${formatUsd(sum(members.map(({ month }) => month)))} this month.`,
          ...(near.length > 0
            ? [`Near a limit or above it: ${near.map(({ name }) => name).join(', ')}.`]
            : []),
        ],
        tables: [{ title: 'Members', columns, rows }],
        notes: [{ about: 'Days, weeks and months are those of UTC.' }],
        json: {
          schemaVersion: 1,
          members: members.map(({ pushedAt, day, week, month, share, ...rest }) => ({
            ...rest,
            pushedAt: pushedAt === null ? null : new Date(pushedAt).toISOString(),
            day_usd: nanoToUsd(day),
            week_usd: nanoToUsd(week),
            month_usd: nanoToUsd(month),
            utilization: share,
          })),
        },
      });
    });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

async function asMember<T>(work: (ledger: TeamLedger) => Promise<T>): Promise<T> {
  const folder = dataFolder();
  const membership = readMembership(folder, process.env);
  if (membership === undefined) throw notJoined();
  const what = "The connection string of this machine's team";
  const ledger = await openTeamLedger(membership.connection, what, { folder, env: process.env });
  try {
    return await work(ledger);
  } finally {
    await ledger.close();
  }
}

interface ExportOptions extends TeamOptions {
  readonly by: ExportKey;
  readonly since?: string;
  readonly until?: string;
  readonly period?: string;
  readonly format?: 'csv' | 'json' | 'table';
}

/** `outlay team export` */
export function addTeamExport(group: Command): void {
  group
    .command('export')
    .description('Write what stands in the ledger, as far as you may see it: as CSV, or as JSON.')
    .addOption(
      new Option('--by <what>', 'rows as they were sent, or sums')
        .choices([...exportKeys])
        .default('row'),
    )
    .option('--since <day>', 'from this UTC day on')
    .option('--until <day>', 'up to this UTC day')
    .option('--period <period>', 'such as today, week, lastmonth or 30d')
    .addOption(new Option('--format <format>').choices(['csv', 'json', 'table']).default('csv'))
    .option('--json', 'the same as --format json')
    .action(async (options: ExportOptions) => {
      const { by } = options;
      const environment = findEnvironment({ ...options, index: false });
      const days = exportDays(options);
      const { rows: found, notes } = await asMember((ledger) => ledger.rows(by, days));
      if (found.length > mostExported) {
        throw new HumanError(
          'usage',
          `That is more than ${mostExported} rows. Ask for fewer days (--since, --until), or for sums (--by member).`,
        );
      }
      const keys = exportColumns(by);
      const units = (name: string): Column['unit'] =>
        name === 'nano' || name === 'background' ? 'usd' : 'count';
      const columns: Column[] = [
        ...keys.map((key): Column => ({ key, header: key, unit: 'text' })),
        ...sumColumns.map(
          (key): Column => ({ key: headOf(key), header: headOf(key), unit: units(key) }),
        ),
      ];
      const rows = found.map((row): Cell[] => [
        ...keys.map((key) => row[key] ?? ''),
        ...sumColumns.map((key) => Number(row[key])),
      ]);
      print(environment, {
        title: 'Team',
        sentences: [],
        tables: [{ title: 'Ledger', columns, rows }],
        notes,
        json: {
          schemaVersion: 1,
          by,
          ...days,
          ...(notes.length > 0 && { notes }),
          rows: found.map((row) => ({
            ...Object.fromEntries(keys.map((key) => [key, row[key]])),
            ...Object.fromEntries(
              sumColumns.map((key) => [
                headOf(key),
                units(key) === 'usd' ? nanoToUsd(Number(row[key])) : Number(row[key]),
              ]),
            ),
          })),
        },
      });
    });
}

/** Money is told in dollars. */
function headOf(key: (typeof sumColumns)[number]): string {
  if (key === 'nano') return 'cost_usd';
  return key === 'background' ? 'background_usd' : key;
}

function exportDays({ since, until, period }: ExportOptions): UtcDays {
  const asked = since === undefined && until === undefined && period === undefined ? '30d' : period;
  return utcDays({ since, until, period: asked }, now());
}
