import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { debianTool } from '../lib/debianTool.ts';
import { at, gateway, key, row, world } from './gatewayWorld.ts';
import type { CliWorld } from './runCli.ts';

type Row = Readonly<Record<string, unknown>>;

/** What a real gateway answered, by path and query; how it came about stands in the file. */
const captured: {
  readonly answers: Readonly<Record<string, Row>>;
  readonly refused: { readonly status: number; readonly body: Row };
  readonly database: Readonly<Record<'spend' | 'pooledSpend', string[]>>;
} = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', 'fixtures', 'gateway', 'spendLimits.json'), 'utf8'),
);

/** Cents in the captured gateway's database. */
function counted(table: 'spend' | 'pooledSpend', key: string): number {
  return Number(captured.database[table].find((each) => each.startsWith(`${key}|`))!.split('|')[2]);
}
const file = (made: CliWorld): string => made.dir.at('data', 'key.txt');

describe('outlay team gateway', () => {
  it('reads the limits of who works here, and they stand beside the budgets, to be read only', async () => {
    await using server = await gateway();
    using made = world();
    server.answer = (url) => ({
      body: {
        data: [
          row('user_eve', 'monthly', '100', '99'),
          ...(url.searchParams.get('user_ids[]') === 'user_ada'
            ? [
                row('user_ada', 'monthly', '50000', '41280.125'),
                row('user_ada', 'daily', null, '120'),
                row('user_ada', 'fortnightly', '900', '1'),
                { ...row('user_ada', 'weekly', '700', '1'), currency: 'EUR' },
              ]
            : []),
        ],
        next_page: null,
        has_more: false,
      },
    });
    const named = ['--user', 'user_ada', '--token-file', file(made)];
    const first = await made.runBeside('team', 'gateway', server.url, ...named, '--json');
    assert.equal(first.code, 0, first.err);
    assert.deepEqual(
      JSON.parse(first.out).limits.map((each: Row) => [
        each.period,
        each.spent_usd,
        each.limit_usd,
      ]),
      [
        ['month', 412.80125, 500],
        ['day', 1.2, null],
        ['fortnightly', 0.01, 9],
        ['week', null, null],
      ],
    );
    assert.deepEqual(server.asked, [
      `${key} GET /v1/organizations/spend_limits/effective?user_ids[]=user_ada&limit=1000`,
    ]);
    const again = await made.runBeside('team', 'gateway');
    assert.match(again.out, /The limit of a week is in EUR, and not judged here\./);
    assert.match(again.out, /No limit in dollars is set for a day\./);
    assert.match(again.out, /The period "fortnightly" is not known here/);

    const check = JSON.parse(made.run('budget', 'check', '--json').out);
    assert.deepEqual(
      check.budgets.map((each: Row) => [
        each.scope,
        each.period,
        each.origin,
        each.spent_usd,
        each.level,
      ]),
      [['company', 'month', 'company', 412.80125, 'WARNING']],
    );
    for (const args of [['set', '9'], ['raise', '900'], ['pause'], ['remove']]) {
      const refused = made.run('budget', ...args, '--scope', 'company', '--period', 'month');
      assert.equal(refused.code, 2, args[0]);
      assert.match(refused.err, /set at its gateway, and only shown here/);
    }
    // Nothing of others, and no key, is kept.
    for (const name of ['gateway.json', 'gateway-limits.json']) {
      const kept = readFileSync(made.dir.at('data', name), 'utf8');
      assert.ok(!kept.includes(key) && !kept.includes('eve'), name);
      assert.equal(statSync(made.dir.at('data', name)).mode & 0o777, 0o600);
    }
    assert.equal(made.run('team', 'gateway', '--off').code, 0);
    assert.equal(existsSync(made.dir.at('data', 'gateway-limits.json')), false);
    assert.deepEqual(JSON.parse(made.run('budget', 'check', '--json').out).budgets, []);
  });

  it('finds who is named by a mail address on any page, and is asked by the service when that is due', async () => {
    await using server = await gateway();
    using made = world();
    let spent = '1000';
    server.answer = (url) => {
      if (url.searchParams.has('q')) return { status: 400, body: { type: 'error' } };
      return url.searchParams.get('page') === 'two'
        ? { body: { data: [row('user_ada', 'monthly', '2000', spent)], next_page: null } }
        : { body: { data: [row('user_eve', 'monthly', '1', '1'), 'odd', null], next_page: 'two' } };
    };
    made.env = { ...made.env, OUTLAY_GATEWAY_TOKEN: key };
    made.settings({
      'outlay.alerts.channels': ['log'],
      'outlay.alerts.quiet': ['acceleration', 'outlier', 'spike', 'hourly'],
    });
    const base = `${server.url}/admin/`;
    const set = await made.runBeside(
      'team',
      'gateway',
      base,
      '--user',
      'User_Ada@example.com',
      '--json',
    );
    assert.equal(set.code, 0, set.err);
    assert.deepEqual(
      JSON.parse(set.out).limits.map((each: Row) => [each.spent_usd, each.limit_usd]),
      [[10, 20]],
    );
    assert.match(
      server.asked.at(-1)!,
      /\/admin\/v1\/organizations\/spend_limits\/effective\?limit=1000&page=two$/,
    );
    // Not due: the service asks nobody.
    const asked = server.asked.length;
    assert.equal(
      JSON.parse((await made.runBeside('alerts', '--json')).out).alerts[0].level,
      'INFO',
    );
    assert.equal(server.asked.length, asked);
    const answerFile = made.dir.at('data', 'gateway-limits.json');
    const age = (minutes: number): void => {
      const kept = JSON.parse(readFileSync(answerFile, 'utf8'));
      made.dataFile(
        'gateway-limits.json',
        JSON.stringify({ ...kept, askedAt: at - minutes * 60_000, notBefore: 0 }),
      );
    };
    age(11);
    spent = '2100.5';
    const told = JSON.parse((await made.runBeside('alerts', '--json')).out).alerts;
    assert.deepEqual(
      told.map((each: Row) => [each.key, each.level]),
      [['budget company month usd', 'HARD_STOP']],
    );
    // It wants to be left alone: that is said once, the figure stays with its age, and it is.
    age(20);
    server.answer = () => ({ status: 429, headers: { 'retry-after': '7200' } });
    const busy = await made.runBeside('alerts', '--json');
    assert.match(busy.err, /asked too often \(429\)\. It is asked again later\./);
    assert.match(
      JSON.parse(busy.out).notes.join(' '),
      /≥ What the company counted is of .*, as 127\.0\.0\.1/,
    );
    const { notBefore } = JSON.parse(readFileSync(answerFile, 'utf8'));
    assert.ok(notBefore > at + 7_000_000);
    const before = server.asked.length;
    assert.equal((await made.runBeside('alerts', '--json')).err, '');
    assert.equal(server.asked.length, before);
  });

  it('says of a real gateway’s answers what its database says, by id and by mail address', async () => {
    await using server = await gateway();
    using made = world();
    server.answer = ({ pathname, search }) => {
      const body = captured.answers[decodeURIComponent(pathname + search)];
      return body === undefined ? captured.refused : { body };
    };
    const named = ['--token-file', file(made)];
    const ask = async (user: string): Promise<Row[]> => {
      const asked = await made.runBeside(
        'team',
        'gateway',
        server.url,
        '--user',
        user,
        ...named,
        '--json',
      );
      assert.equal(asked.code, 0, asked.err);
      return JSON.parse(asked.out).limits;
    };
    const usd = (cents: number) => Math.round(cents * 1000) / 100_000;
    const [own, shared] = [counted('spend', '00u1ada|2026-12'), counted('pooledSpend', 'core')];
    const ofAda = [
      ['day', usd(own), 1, 'organization', null, false],
      ['week', usd(own), 2, 'rbac_group', 'core', false],
      ['month', usd(own), 900, 'rbac_group', 'core', false],
      ['month', usd(shared), 7, 'rbac_group', 'core', true],
    ];
    for (const user of ['00u1ada', 'ada@example.com']) {
      const limits = await ask(user);
      assert.deepEqual(
        limits.map((each) => [
          ...[each.period, each.spent_usd, each.limit_usd, each.source, each.group, each.shared],
        ]),
        ofAda,
        user,
      );
    }
    // Days, ISO weeks and months of UTC.
    const resets = (await ask('00u1ada')).map(({ resetsAt }) => new Date(String(resetsAt)));
    assert.ok(resets.every((each) => each.getTime() > at && each.getTime() % 86_400_000 === 0));
    assert.equal(resets[1]!.getUTCDay(), 1);
    assert.deepEqual([resets[2]!.getUTCDate(), resets[3]!.getUTCDate()], [1, 1]);
    // What the group shares is a budget beside the person’s own, to be read only.
    const check = JSON.parse(made.run('budget', 'check', '--json').out);
    assert.deepEqual(check.budgets.map((each: Row) => [each.scope, each.period]).toSorted(), [
      ['company', 'day'],
      ['company', 'month'],
      ['company', 'week'],
      ['company:core', 'month'],
    ]);
    const refused = made.run(
      'budget',
      'raise',
      '900',
      '--scope',
      'company:core',
      '--period',
      'month',
    );
    assert.match(refused.err, /set at its gateway, and only shown here/);
    // A limit that was lifted for a person; and whom the gateway has never seen.
    assert.deepEqual(
      (await ask('00u2bob')).map((each) => [each.period, each.limit_usd]),
      [
        ['day', null],
        ['week', null],
        ['month', 900],
        ['month', 5],
      ],
    );
    const stranger = await made.runBeside(
      'team',
      'gateway',
      server.url,
      '--user',
      'nobody',
      ...named,
    );
    assert.match(stranger.out, /Nothing was spent by nobody this month: if that was you/);
    const nobody = [server.url, '--user', 'nobody@example.com', ...named];
    assert.match(
      (await made.runBeside('team', 'gateway', ...nobody)).out,
      /finds nobody by nobody@example\.com/,
    );
    server.answer = () => captured.refused;
    const other = await made.runBeside(
      'team',
      'gateway',
      server.url,
      '--user',
      '00u1ada',
      ...named,
    );
    assert.match(other.err, /refuses the key \(401\)/);
  });

  it('finds what a group shares on any page, and does without where limits are of people alone', async () => {
    await using server = await gateway();
    using made = world();
    const own = { ...row('ada', 'monthly', '100', '1'), groups: ['web'] };
    const budget = { amount: '900', paused: false, currency: 'USD', period_to_date_spend: '12.5' };
    const ofGroup = (id: string) => ({
      ...{ id: `spl_${id}`, scope: { type: 'rbac_group', rbac_group_id: id }, period: 'monthly' },
      pooled_budget: budget,
    });
    server.answer = ({ pathname, searchParams }) => {
      if (pathname.endsWith('/effective')) return { body: { data: [own], next_page: null } };
      return searchParams.get('after_id') === 'spl_ops'
        ? { body: { data: [ofGroup('web')], has_more: false, last_id: 'spl_web' } }
        : { body: { data: [ofGroup('ops')], has_more: true, last_id: 'spl_ops' } };
    };
    const args = [server.url, '--user', 'ada', '--token-file', file(made), '--json'];
    const limits = async (): Promise<unknown[]> => {
      const asked = await made.runBeside('team', 'gateway', ...args);
      return JSON.parse(asked.out).limits.map(({ group, spent_usd, limit_usd }: Row) => [
        ...[group, spent_usd, limit_usd],
      ]);
    };
    const person = ['web', 0.01, 1];
    assert.deepEqual(await limits(), [person, ['web', 0.125, 9]]);
    server.answer = ({ pathname }) =>
      pathname.endsWith('/effective') ? { body: { data: [own] } } : { status: 404 };
    assert.deepEqual(await limits(), [person]);
  });

  it('asks whom is meant where several people have one mail address', async () => {
    await using server = await gateway();
    using made = world();
    const twins = ['one', 'two'].map((id) => {
      const each = row(id, 'monthly', '100', '1');
      return { ...each, actor: { ...each.actor, email_address: 'ada@example.com' } };
    });
    server.answer = () => ({ body: { data: twins, next_page: null } });
    const args = ['--user', 'ada@example.com', '--token-file', file(made)];
    const result = await made.runBeside('team', 'gateway', server.url, ...args);
    assert.match(result.err, /knows several people as ada@example\.com\. .* --user: one, two\./);
  });

  it('leaves the question to the editor that keeps the key, and shows what that was told', async () => {
    await using server = await gateway();
    using made = world();
    const setup = { url: server.url, user: 'user_ada', tokenFile: '', ca: '', keyInEditor: true };
    made.dataFile('gateway.json', JSON.stringify(setup));
    const month = { period: 'month', periodName: 'monthly', limit: 100e9, spent: 40e9 };
    const limit = { ...month, currency: 'USD', source: 'user', group: '', isShared: false };
    made.dataFile(
      'gateway-limits.json',
      JSON.stringify({ host: 'gateway.example.com', limits: [limit], askedAt: 1000, notBefore: 0 }),
    );
    const told = await made.runBeside('team', 'gateway');
    assert.match(told.out, /\$40\.00 +\$100\.00/);
    assert.match(told.out, /The editor keeps the key: its windows ask, last at 1970-01-01 00:00/);
    // One that watches says nothing of it.
    assert.equal((await made.runBeside('alerts', '--json')).err, '');
    assert.deepEqual(server.asked, []);
    // Who has a key asks all the same.
    made.env = { ...made.env, OUTLAY_GATEWAY_TOKEN: key };
    assert.equal((await made.runBeside('team', 'gateway')).code, 0);
    assert.equal(server.asked.length, 1);
  });

  it('says in one sentence what is wrong, repeats no key, and keeps nothing of it', async () => {
    await using server = await gateway();
    using made = world();
    const open = made.dataFile('open.txt', key);
    chmodSync(open, 0o644);
    const usual = ['--user', 'user_ada', '--token-file', file(made)];
    const answers = {
      401: /refuses the key \(401\)/,
      403: /refuses the key \(403\)/,
      404: /has no spend limits there \(404\)/,
      302: /leads elsewhere \(302\), and a key follows nobody/,
      503: /failed \(503\)/,
    };
    for (const [status, message] of Object.entries(answers)) {
      server.answer = () => ({
        status: Number(status),
        headers: { location: 'http://127.0.0.1:1/' },
      });
      const result = await made.runBeside('team', 'gateway', server.url, ...usual);
      assert.match(result.err, message, status);
      assert.equal(result.err.trim().split('\n').length, 1);
      assert.ok(!result.err.includes(key));
    }
    for (const body of ['no json', '[]', '{"data":{}}']) {
      server.answer = () => ({ body });
      const result = await made.runBeside('team', 'gateway', server.url, ...usual);
      assert.match(result.err, /in a shape this Outlay does not know/, body);
    }
    const cases: readonly (readonly [string[], RegExp])[] = [
      [[], /No gateway is named yet/],
      [['http://gateway.example.com', ...usual], /plain http is for this machine only/],
      [['https://a:b@gateway.example.com', ...usual], /without a password in it/],
      [[server.url], /Say who you are/],
      [[server.url, '--user', 'a'], /There is no key/],
      [[server.url, '--user', 'a', '--token-file', open], /can be read by others.*chmod 600/],
      [['http://127.0.0.1:1', ...usual], /cannot be reached \(ECONNREFUSED\)/],
    ];
    for (const [args, message] of cases) {
      const result = await made.runBeside('team', 'gateway', ...args);
      assert.match(result.err, message, args.join(' '));
      assert.notEqual(result.code, 0);
    }
    assert.equal(existsSync(made.dir.at('data', 'gateway.json')), false);
    server.answer = () => ({ body: { data: [] } });
    const none = await made.runBeside('team', 'gateway', server.url, ...usual);
    assert.match(none.out, /has no limit for user_ada\./);
  });

  it('is asked over TLS by who can prove who they are', async () => {
    using made = world();
    const openssl = debianTool('openssl', ['openssl']);
    const [keyFile, certFile] = [made.dir.at('g.key'), made.dir.at('g.pem')];
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const kind = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
    execFileSync(
      openssl.path,
      [...kind, '-nodes', '-days', '3650', ...names, '-keyout', keyFile, '-out', certFile],
      { stdio: 'ignore', env: { ...process.env, ...openssl.env } },
    );
    await using server = await gateway({
      key: readFileSync(keyFile),
      cert: readFileSync(certFile),
    });
    const usual = ['--user', 'user_ada', '--token-file', file(made)];
    const unknown = await made.runBeside('team', 'gateway', server.url, ...usual);
    assert.match(unknown.err, /could not prove who it is \(\w+\)\. Name the authority/);
    assert.deepEqual(server.asked, []);
    const other = server.url.replace('localhost', '127.0.0.1');
    const misnamed = await made.runBeside('team', 'gateway', other, ...usual, '--ca', certFile);
    assert.match(misnamed.err, /could not prove who it is \(ERR_TLS_CERT_ALTNAME_INVALID\)/);
    const known = await made.runBeside('team', 'gateway', server.url, ...usual, '--ca', certFile);
    assert.equal(known.code, 0, known.err);
  });
});

describe('what Claude Code says of a gateway’s limit', () => {
  it('is a budget where it names period, limit and spend, and is left a share where it does not', () => {
    using made = world();
    const seconds = Math.floor(at / 1000) + 5 * 86_400;
    const report = (limit: Row): void => {
      const input = {
        session_id: 'aaaaaaaa-0000-4000-8000-000000000001',
        rate_limits: { spend_limit: limit },
      };
      made.runWith({ input: JSON.stringify(input) }, 'statusline');
    };
    const budgets = () => JSON.parse(made.run('budget', 'check', '--json').out).budgets;
    report({ used_percentage: 82, resets_at: seconds });
    assert.deepEqual(budgets(), []);
    report({
      used_percentage: 82,
      resets_at: seconds,
      used_usd: 82,
      limit_usd: 100,
      period: 'monthly',
    });
    const [company] = budgets();
    assert.deepEqual(
      [
        company.scope,
        company.period,
        company.spent_usd,
        company.budget_usd,
        company.utilization_pct,
      ],
      ['company', 'month', 82, 100, 82],
    );
    assert.match(made.run('budget', 'check').out, /82%/);
  });
});
