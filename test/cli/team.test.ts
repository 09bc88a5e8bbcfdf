import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { until } from '../../scripts/shared/retry.ts';
import { AnalysisThread } from '../../src/analysisThread/client.ts';
import { defaultSettings } from '../../src/settings/settings.ts';
import { PostgresServer } from '../lib/postgres.ts';
import { bundle, type CliWorld } from './runCli.ts';
import { json, machineAt, ok, secretText } from './teamMachine.ts';

let server: PostgresServer;
/** What the server's clock says: the periods of pools are cut by it. */
let serverNow: number;

before(async () => {
  server = await PostgresServer.start();
  serverNow = Number(server.sql('postgres', 'SELECT floor(extract(epoch FROM now()) * 1000)'));
});
after(async () => {
  await server[Symbol.asyncDispose]();
});

const machine = (dollars: number, name?: string): CliWorld => machineAt(serverNow, dollars, name);

/** A team with ada as its admin, on a database of its own. */
function found(world: CliWorld, ...options: string[]): string {
  const owner = server.database();
  const file = world.dataFile('owner.txt', owner);
  chmodSync(file, 0o600);
  ok(
    world.run(
      'team',
      'create',
      'Acme',
      '--as',
      'ada',
      '--connection',
      file,
      '--machine',
      'one',
      ...options,
    ),
  );
  return new URL(owner).pathname.slice(1);
}

function invite(admin: CliWorld, name: string): string {
  const file = admin.dir.at(`${name}.txt`);
  ok(admin.run('team', 'invite', name, '--to', file));
  return file;
}

type Row = Readonly<Record<string, unknown>>;

describe('outlay team', () => {
  it('makes a team, invites, joins and pushes: what the report says is in the ledger, and no text', () => {
    using ada = machine(3);
    using bob = machine(2, 'bob');
    const database = found(ada);
    const invitation = invite(ada, 'bob');
    assert.equal(statSync(invitation).mode & 0o777, 0o600);
    const joined = ok(bob.run('team', 'join', invitation, '--machine', 'two'));
    assert.match(
      joined,
      /Joined: Acme, as bob, on two\.\nWhat leaves this machine \(two\): sums by day/,
    );
    for (const world of [ada, bob]) {
      const pushed = json(world.run('team', 'push', '--json'));
      assert.ok(pushed.sentDays >= 1, JSON.stringify(pushed));
      assert.deepEqual(pushed.refusedDays, []);
      assert.equal(json(world.run('team', 'push', '--json')).sentDays, 0);
    }
    const spent = (world: CliWorld): number =>
      json(world.run('summary', '--json', '--no-index')).total_cost_usd;
    const usd = (where: string): number =>
      Number(server.sql(database, `SELECT sum(nano) / 1e9 FROM outlay.spend ${where}`));
    assert.equal(usd(''), spent(ada) + spent(bob));
    assert.equal(usd("WHERE project = 'shop'"), 3);
    const everything = server.sql(
      database,
      'SELECT row_to_json(s)::text FROM outlay.spend s UNION ALL SELECT row_to_json(m)::text FROM outlay.machine m',
    );
    assert.match(everything, /claude-opus-4-7/);
    for (const kept of [secretText, 'secret-place', 'feature/hidden', 'aaaaaaaa-0000', 'prompt-']) {
      assert.ok(!everything.includes(kept), kept);
    }
    const members = json(ada.run('team', 'members', '--json')).members;
    assert.deepEqual(
      members.map((each: Row) => [each.name, each.admin, each.machines, each.month_usd]),
      [
        ['ada', true, 1, 3],
        ['bob', false, 1, 2],
      ],
    );
    // The policy shows a member totals and themselves.
    assert.deepEqual(
      json(bob.run('team', 'members', '--json')).members.map((each: Row) => each.name),
      ['bob'],
    );
    const total = json(bob.run('team', 'export', '--by', 'project', '--json')).rows;
    assert.deepEqual(
      total.map((row: Row) => [row.project, row.cost_usd]),
      [
        ['shop', 3],
        ['web', 2],
      ],
    );
    const rows = ok(bob.run('team', 'export')).trim().split('\n');
    assert.match(
      rows[0]!,
      /^member,machine,day,local_day,project,model,agent,branch,catalogue,messages,/,
    );
    assert.ok(rows.slice(1).every((row) => row.startsWith('bob,two,')));
  });

  it('follows the policy: hashed projects, branches, and back', () => {
    using ada = machine(2);
    const database = found(ada, '--projects', 'hash');
    const names = (): string =>
      server.sql(database, 'SELECT DISTINCT project, branch FROM outlay.spend ORDER BY 1');
    ok(ada.run('team', 'push'));
    assert.match(names(), /^#[0-9a-f]{16}\|\n#[0-9a-f]{16}\|$/);
    ok(ada.run('team', 'policy', '--projects', 'name', '--branches'));
    ok(ada.run('team', 'push'));
    assert.equal(names(), 'shop|feature/hidden\nweb|feature/hidden');
    assert.equal(server.sql(database, 'SELECT sum(nano) / 1e9 FROM outlay.spend')[0], '2');
  });

  it('pushes behind "outlay index", says once that it cannot, and fails nothing', () => {
    using ada = machine(1);
    const database = found(ada);
    ok(ada.run('index'));
    assert.equal(server.sql(database, 'SELECT count(*) FROM outlay.spend'), '1');
    const membership = JSON.parse(readFileSync(ada.dir.at('data', 'team.json'), 'utf8'));
    const gone = new URL(membership.connection);
    gone.port = '1';
    ada.env = { ...ada.env, OUTLAY_TEAM_URL: gone.href };
    const first = ada.run('index');
    assert.equal(first.code, 0);
    assert.match(first.err, /^The team's server 127\.0\.0\.1:1 cannot be reached \(ECONNREFUSED\)/);
    const second = ada.run('index');
    assert.deepEqual([second.code, second.err], [0, '']);
    assert.ok(!(first.err + first.out).includes(decodeURIComponent(gone.password)));
    const status = json(ada.run('team', 'status', '--json'));
    assert.match(status.problem, /cannot be reached/);
    assert.equal(ada.run('team', 'push').code, 3);
    // Another store is not the machine's: nothing of it is sent.
    ada.env = { ...ada.env, OUTLAY_TEAM_URL: '' };
    ok(ada.run('index', '--store', ada.dir.at('other.db')));
    assert.match(json(ada.run('team', 'status', '--json')).problem, /cannot be reached/);
    ok(ada.run('index'));
    assert.equal(json(ada.run('team', 'status', '--json')).problem, null);
  });

  it('is pushed to by the thread of windows and servers as well', async () => {
    using ada = machine(2);
    const database = found(ada);
    ok(ada.run('summary'));
    const thread = new AnalysisThread(join(dirname(bundle), 'report.cjs'));
    const task = {
      ...{ storeFile: ada.dir.at('data', 'outlay.db'), dataFolder: ada.dir.at('data') },
      ...{ keptFolder: ada.dir.at('data'), settings: defaultSettings(), clientModels: [] },
      ...{ now: serverNow, home: ada.dir.at('home'), problems: [], folders: [] },
    };
    try {
      const { result } = await thread.ask({ type: 'team', task });
      assert.deepEqual(result, { outage: undefined });
      assert.equal(Number(server.sql(database, 'SELECT sum(nano) / 1e9 FROM outlay.spend')), 2);
      server.sql(database, 'ALTER TABLE outlay.migration RENAME TO elsewhere');
      const again = await thread.ask({ type: 'team', task });
      assert.match(again.result.outage!.text, /There is no team here/);
    } finally {
      await thread.close();
    }
  });

  it('alerts of what the team shares without an editor: once, whoever asks, and says what is old', async () => {
    using ada = machine(1);
    using bob = machine(4, 'bob');
    found(ada);
    const others = ['forecast', 'hourly', 'projection', 'spike', 'acceleration', 'outlier'];
    ada.settings({ 'outlay.alerts.channels': ['log'], 'outlay.alerts.quiet': others });
    ok(ada.run('team', 'budget', '4', '--period', 'month'));
    ok(ada.run('team', 'push'));
    ok(bob.run('team', 'join', invite(ada, 'bob'), '--machine', 'two'));
    ok(bob.run('team', 'push'));
    // What ada's machine knows is of before bob's push, and due to be asked again.
    const file = ada.dir.at('data', 'team-pools.json');
    const age = (minutes: number): void => {
      const known = JSON.parse(readFileSync(file, 'utf8'));
      const askedAt = serverNow - minutes * 60_000;
      writeFileSync(file, JSON.stringify({ ...known, askedAt }));
    };
    age(6);
    const service = ada.start('alerts', '--continuous', '--interval', '1', '--json');
    let out = '';
    service.stdout.on('data', (data: Buffer) => {
      out += data.toString();
    });
    try {
      const terminals = [1, 2].map(() => ada.runBeside('alerts', '--json'));
      const said = (await Promise.all(terminals)).flatMap(
        (each): Row[] => JSON.parse(each.out).alerts,
      );
      const lines = (): Row[] =>
        out
          .split('\n')
          .slice(0, -1)
          .map((line) => JSON.parse(line));
      const all = (): Row[] => [...said, ...lines()];
      await until('the shared budget is told of', () => all().length > 0);
      const status = json(ada.run('team', 'status', '--json'));
      assert.equal(status.pools.find((pool: Row) => pool.period === 'month').spent_usd, 5);
      // Later windows, terminals and rounds of the service find that it was told.
      assert.deepEqual(JSON.parse(ada.run('alerts', '--json').out).alerts, []);
      assert.deepEqual(
        all().map(({ rule, level, key }) => [rule, level, key]),
        [['budget', 'HARD_STOP', 'budget team month usd']],
      );
    } finally {
      service.kill('SIGTERM');
      if (service.exitCode === null) await once(service, 'exit');
    }
    assert.equal(json(ada.run('alerts', 'list', '--json')).alerts.length, 1);
    // The server goes away: that is said once, and of when the figures are as long as they are old.
    age(20);
    const gone = new URL(
      JSON.parse(readFileSync(ada.dir.at('data', 'team.json'), 'utf8')).connection,
    );
    gone.port = '1';
    ada.env = { ...ada.env, OUTLAY_TEAM_URL: gone.href };
    const first = ada.run('alerts', '--json');
    assert.equal(first.code, 0, first.err);
    assert.match(first.err, /cannot be reached \(ECONNREFUSED\)/);
    assert.match(
      json(first).notes.join(' '),
      /≥ What the team spent is of .*others may have spent since/,
    );
    const second = ada.run('alerts', '--json');
    assert.doesNotMatch(second.err, /cannot be reached/);
    assert.match(json(second).notes.join(' '), /≥ What the team spent is of/);
    // A period that is over says nothing of the one that runs.
    const known = JSON.parse(readFileSync(file, 'utf8'));
    const over = known.pools.map((pool: Row) => ({ ...pool, to: serverNow - 1 }));
    writeFileSync(file, JSON.stringify({ ...known, pools: over }));
    assert.match(
      json(ada.run('alerts', '--json')).notes.join(' '),
      /known of an earlier month only/,
    );
  });

  it('leaves: nothing is sent any more, and what was sent goes where that is asked for', () => {
    using ada = machine(2);
    const database = found(ada);
    ok(ada.run('team', 'push'));
    assert.deepEqual(json(ada.run('team', 'leave', '--delete', '--json')), {
      ...{ schemaVersion: 1, left: true, deletedRows: 2 },
    });
    assert.equal(server.sql(database, 'SELECT count(*) FROM outlay.spend'), '0');
    assert.equal(existsSync(ada.dir.at('data', 'team.json')), false);
    ok(ada.run('index'));
    assert.equal(server.sql(database, 'SELECT count(*) FROM outlay.spend'), '0');
    assert.deepEqual(json(ada.run('team', 'status', '--json')), {
      schemaVersion: 1,
      joined: false,
    });
  });

  it('sets groups and budgets, says who is near a limit, and lets nobody but admins do so', () => {
    using ada = machine(3);
    using bob = machine(1, 'bob');
    found(ada);
    const invitation = invite(ada, 'bob');
    ok(bob.run('team', 'join', invitation, '--machine', 'two'));
    ok(ada.run('team', 'groups', 'ada', 'web', 'core'));
    ok(ada.run('team', 'budget', '3.50', '--scope', 'member', '--period', 'month'));
    ok(ada.run('team', 'budget', '100', '--scope', 'group:web'));
    ok(bob.run('team', 'push'));
    ok(ada.run('team', 'push'));
    assert.match(
      ok(ada.run('team', 'members')),
      /2 members, \$4\.00 this month\.\nNear a limit or above it: ada\./,
    );
    const pools = json(ada.run('team', 'status', '--json')).pools;
    const shown = pools
      .filter((pool: Row) => pool.period === 'month')
      .map((pool: Row) => [pool.scope, pool.name, pool.spent_usd, pool.limit_usd]);
    assert.deepEqual(shown, [
      ['team', null, 4, null],
      ['group', 'core', 3, null],
      ['group', 'web', 3, 100],
      ['member', 'ada', 3, 3.5],
    ]);
    // They hold beside the machine's own, by the same engine.
    const check = json(ada.run('budget', 'check', '--json', '--no-index'));
    assert.deepEqual(
      check.budgets.map((each: Row) => [each.scope, each.origin, each.spent_usd, each.lowerBound]),
      [
        ['member', 'team', 3, false],
        ['team:web', 'team', 3, false],
      ],
    );
    ada.env = { ...ada.env, OUTLAY_NOW: new Date(Date.now() + 3_600_000).toISOString() };
    const later = json(ada.run('budget', 'check', '--json', '--no-index'));
    assert.ok(later.notJudged.length + later.budgets.length === 2);
    assert.ok(later.budgets.every((each: Row) => each.lowerBound === true));
    ada.env = { ...ada.env, OUTLAY_NOW: new Date(serverNow).toISOString() };
    for (const args of [
      ['groups', 'bob', 'web'],
      ['budget', '1'],
      ['no-budget'],
      ['remove', 'ada'],
      ['policy', '--visible', 'members'],
      ['invite', 'eve', '--to', bob.dir.at('eve.txt')],
    ]) {
      const refused = bob.run('team', ...args);
      assert.equal(refused.code, 3, args.join(' '));
      assert.match(refused.err, /refuses this to your login .*An admin of the team may do it\.$/m);
    }
    ok(ada.run('team', 'no-budget', '--scope', 'group:web'));
    ok(ada.run('team', 'remove', 'bob', '--delete'));
    const out = bob.run('team', 'push');
    assert.match(
      out.err,
      /does not know this login any more\. Ask who runs the team for a new invitation/,
    );
  });

  it('refuses in one sentence what cannot be', () => {
    using world = machine(1);
    const open = world.dataFile('open.txt', 'postgres://a:sesame@127.0.0.1/x');
    chmodSync(open, 0o644);
    const odd = world.dataFile('odd.txt', 'sesame');
    chmodSync(odd, 0o600);
    const cases: readonly (readonly [string[], RegExp, number])[] = [
      [['push'], /joined no team\. Join with the invitation/, 2],
      [['members'], /joined no team/, 2],
      [['export'], /joined no team/, 2],
      [['leave'], /joined no team/, 2],
      [['join'], /Name the file with your invitation/, 2],
      [['join', 'nowhere.txt'], /cannot be read \(ENOENT\)/, 2],
      [['join', open], /can be read by others.*chmod 600/, 2],
      [['join', odd], /The invitation is no connection string/, 2],
      [['create', 'X', '--as', 'ada'], /Say where the database is/, 2],
      [['create', 'X', '--as', 'Ada', '--connection', odd], /is no name of a member/, 2],
      [['create', '--connection', odd], /Name the team and its first admin/, 2],
      [['budget', '5', '--scope', 'everyone'], /is no scope of a team's budget/, 2],
      [['budget', 'much'], /is no limit of a budget/, 2],
      [['invite', 'bob', '--to', odd], /is there already/, 2],
    ];
    for (const [args, message, code] of cases) {
      const result = world.run('team', ...args);
      assert.match(result.err, message, args.join(' '));
      assert.equal(result.code, code, args.join(' '));
      assert.equal(result.err.trim().split('\n').length, 1, result.err);
      assert.ok(!result.err.includes('sesame'));
    }
    const database = server.database();
    writeFileSync(odd, database);
    assert.match(world.run('team', 'join', odd).err, /There is no team here/);
    assert.match(
      world.run('team', 'create', '--upgrade', '--connection', odd).err,
      /no team in this database yet/,
    );
  });
});
