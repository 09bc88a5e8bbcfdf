import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { AnalysisThread } from '../../src/analysisThread/client.ts';
import { defaultSettings } from '../../src/settings/settings.ts';
import { FirestoreEmulator, installClient } from '../lib/firestore.ts';
import { answerRecord, bundle, type CliWorld, usageOf } from './runCli.ts';
import { json, machineAt, ok, secretText } from './teamMachine.ts';

let emulator: FirestoreEmulator;
before(async () => {
  emulator = await FirestoreEmulator.start();
});
after(async () => {
  await emulator[Symbol.asyncDispose]();
});

const now = Date.now();

/** A machine with Google's client and the variables of Google's tools. */
function machine(project: string, dollars: number, name?: string): CliWorld {
  const world = machineAt(now, dollars, name);
  world.env = {
    ...world.env,
    FRESH_USE_FIRESTORE: 'true',
    GOOGLE_CLOUD_PROJECT: project,
    FIRESTORE_EMULATOR_HOST: emulator.host,
    METADATA_SERVER_DETECTION: 'none',
  };
  installClient(world.dir.at('data'));
  return world;
}

function create(world: CliWorld, ...options: string[]): string {
  return ok(world.run('team', 'create', 'Acme', '--as', 'ada', '--machine', 'one', ...options));
}

type Row = Readonly<Record<string, unknown>>;

describe('outlay team, in Firestore', () => {
  it('is joined by FRESH_USE_FIRESTORE, sends what the report says to the nano-dollar, and no text', async () => {
    const project = emulator.project();
    using ada = machine(project, 3);
    using bob = machine(project, 2, 'bob');
    // The variable alone sends nothing, and asks nobody.
    const before = await emulator.fault();
    ok(ada.run('index'));
    assert.match(
      ok(ada.run('team', 'status')),
      /FRESH_USE_FIRESTORE is on, which by itself sends nothing/,
    );
    assert.deepEqual(await emulator.fault(), before);
    assert.match(
      create(ada),
      /with you, ada, as a member\.\nWhat leaves this machine \(one\): each call with its time, cost, tokens, model/,
    );
    const invitation = ada.dir.at('bob.txt');
    assert.match(
      ok(ada.run('team', 'invite', 'bob', '--to', invitation)),
      /holds no key: give their Google account the role "Cloud Datastore User" in team-\d+-tests\./,
    );
    assert.equal(statSync(invitation).mode & 0o777, 0o600);
    // What says where and as whom is in the file: bob needs no variables.
    bob.env = { CLAUDE_CONFIG_DIR: bob.root, OUTLAY_NOW: bob.env.OUTLAY_NOW! };
    ok(bob.run('team', 'join', invitation, '--machine', 'two'));
    for (const world of [ada, bob]) {
      assert.equal(json(world.run('team', 'push', '--json')).sentDays, 1);
      assert.equal(json(world.run('team', 'push', '--json')).sentDays, 0);
    }
    const calls = await emulator.all(project, 'trinity_costs');
    const nano = [...calls.values()].reduce((sum, { metadata }) => sum + metadata.cost_nano, 0);
    const spent = (world: CliWorld): number =>
      json(world.run('summary', '--json', '--no-index')).total_cost_usd;
    assert.equal(nano / 1e9, spent(ada) + spent(bob));
    assert.equal(calls.size, 5);
    const everything = JSON.stringify([
      ...calls,
      ...(await emulator.all(project, 'outlay_machines')),
      ...(await emulator.all(project, 'outlay_team')),
    ]);
    for (const kept of [secretText, 'secret-place', 'feature/hidden', 'aaaaaaaa-0000', 'prompt-']) {
      assert.ok(!everything.includes(kept), kept);
    }
    const members = json(bob.run('team', 'members', '--json')).members;
    assert.deepEqual(
      members.map((each: Row) => [each.name, each.machines, each.month_usd, each.day_usd]),
      [
        ['ada', 1, 3, 3],
        ['bob', 1, 2, 2],
      ],
    );
    const total = json(bob.run('team', 'export', '--by', 'project', '--json'));
    assert.deepEqual(
      total.rows.map((row: Row) => [row.project, row.cost_usd, row.messages]),
      [
        ['shop', 3, 3],
        ['web', 2, 2],
      ],
    );
    assert.equal(total.notes, undefined);
    await emulator
      .reader(project)
      .doc('trinity_costs/other')
      .set({ timestamp: new Date(now), cost_usd: 1 });
    assert.deepEqual(json(bob.run('team', 'export', '--by', 'project', '--json')).notes, [
      '1 document of other programs: what they say they cost is in it.',
    ]);
  });

  it('follows prices, policy and budgets, is pushed to by windows, and leaves without a trace', async () => {
    const project = emulator.project();
    using ada = machine(project, 2);
    create(ada, '--projects', 'hash');
    ok(ada.run('index'));
    const read = async (field: string): Promise<unknown[]> => {
      const calls = [...(await emulator.all(project, 'trinity_costs')).values()];
      return calls.map(({ metadata }) => metadata[field]).sort();
    };
    for (const name of await read('project')) assert.match(String(name), /^#[0-9a-f]{16}$/);
    ok(ada.run('team', 'policy', '--projects', 'name', '--branches'));
    ok(ada.run('team', 'push'));
    assert.deepEqual(await read('project'), ['shop', 'web']);
    assert.deepEqual(await read('branch'), ['feature/hidden', 'feature/hidden']);
    // A call that comes later, sent by the thread windows and servers have.
    const sid = 'aaaaaaaa-0000-4000-8009-000000000000';
    const own = { sessionId: sid, cwd: '/home/ada/secret-place/late' };
    const record = answerRecord('late', 'claude-opus-4-7', usageOf({ input: 400_000 }), {
      ...{ ...own, timestamp: new Date(now - 500).toISOString() },
    });
    ada.transcript(`p/${sid}.jsonl`, [record]);
    ok(ada.run('summary'));
    const thread = new AnalysisThread(join(dirname(bundle), 'report.cjs'));
    const { env } = process;
    try {
      const task = {
        ...{ storeFile: ada.dir.at('data', 'outlay.db'), dataFolder: ada.dir.at('data') },
        ...{ keptFolder: ada.dir.at('data'), settings: defaultSettings(), clientModels: [], now },
        ...{ home: ada.dir.at('home'), problems: [], folders: [] },
      };
      assert.deepEqual((await thread.ask({ type: 'team', task })).result, { outage: undefined });
    } finally {
      process.env = env;
      await thread.close();
    }
    assert.deepEqual(await read('cost_nano'), [1e9, 1e9, 2e9]);
    // Other prices replace what stands there.
    ada.settings({ 'outlay.prices.overrides': { multiplier: 2 } });
    ok(ada.run('team', 'push'));
    const spent = json(ada.run('summary', '--json', '--no-index')).total_cost_usd;
    assert.equal(spent, 8);
    assert.deepEqual(await read('cost_nano'), [2e9, 2e9, 4e9]);
    ok(ada.run('team', 'budget', '40', '--period', 'day'));
    ok(ada.run('team', 'budget', '10', '--scope', 'member:ada', '--period', 'day'));
    ok(ada.run('team', 'no-budget', '--period', 'day'));
    ok(ada.run('team', 'push'));
    const check = json(ada.run('budget', 'check', '--json', '--no-index'));
    assert.deepEqual(
      check.budgets.map((each: Row) => [each.scope, each.origin, each.spent_usd]),
      [['member', 'team', spent]],
    );
    assert.deepEqual(json(ada.run('team', 'leave', '--delete', '--json')), {
      ...{ schemaVersion: 1, left: true, deletedRows: 3 },
    });
    for (const collection of ['trinity_costs', 'outlay_machines']) {
      assert.equal((await emulator.all(project, collection)).size, 0);
    }
    for (const file of ['team.json', 'team-calls.json', 'team-claims.json', 'team-pools.json']) {
      assert.equal(existsSync(ada.dir.at('data', file)), false, file);
    }
  });

  it('counts a session that two machines read once, and hands it on when the first one leaves', async () => {
    const project = emulator.project();
    using ada = machine(project, 3);
    // The same folder, mounted on another machine, where more was done since.
    using two = machine(project, 3);
    const sid = 'bbbbbbbb-0000-4000-8000-000000000000';
    const record = answerRecord('own', 'claude-opus-4-7', usageOf({ input: 200_000 }), {
      ...{ sessionId: sid, cwd: '/home/bob/own', timestamp: new Date(now - 500).toISOString() },
    });
    two.transcript(`p/${sid}.jsonl`, [record]);
    create(ada);
    ok(ada.run('team', 'budget', '100', '--period', 'day'));
    ok(two.run('team', 'join', '--as', 'bob', '--machine', 'two'));
    for (const world of [ada, two, ada, two]) ok(world.run('team', 'push'));
    const spent = (): unknown[] => {
      const { members } = json(ada.run('team', 'members', '--json'));
      return members.map((each: Row) => [each.name, each.day_usd]);
    };
    assert.deepEqual(spent(), [
      ['ada', 3],
      ['bob', 1],
    ]);
    assert.equal((await emulator.all(project, 'trinity_costs')).size, 4);
    for (const world of [ada, two]) {
      assert.equal(json(world.run('team', 'status', '--json')).pendingDays, 0);
      const { budgets } = json(world.run('budget', 'check', '--json', '--no-index'));
      assert.deepEqual(
        budgets.map((each: Row) => each.spent_usd),
        [4],
      );
    }
    const claims = JSON.stringify([...(await emulator.all(project, 'outlay_claims'))]);
    assert.doesNotMatch(claims, /aaaaaaaa|bbbbbbbb|bob|two|shop|web/);
    ok(ada.run('team', 'leave', '--delete'));
    ok(two.run('team', 'push'));
    assert.equal((await emulator.all(project, 'trinity_costs')).size, 4);
    assert.deepEqual(
      json(two.run('team', 'members', '--json')).members.map((each: Row) => [
        each.name,
        each.day_usd,
      ]),
      [['bob', 4]],
    );
    ok(two.run('team', 'leave', '--delete'));
    assert.equal((await emulator.all(project, 'outlay_claims')).size, 0);
  });

  it('says once that it cannot send, fails nothing, and is switched off by the variable', async () => {
    const project = emulator.project();
    using ada = machine(project, 1);
    create(ada);
    await emulator.fault({ method: 'BatchGetDocuments', after: 0, how: 'refuse', code: 7 });
    const first = ada.run('index');
    assert.equal(first.code, 0);
    assert.match(first.err, /^The team's Firestore .* refuses this to your Google account/);
    const second = ada.run('index');
    assert.deepEqual([second.code, second.err], [0, '']);
    assert.match(json(ada.run('team', 'status', '--json')).problem, /refuses this to your Google/);
    assert.equal(ada.run('team', 'push').code, 3);
    const asked = await emulator.fault();
    ada.env = { ...ada.env, FRESH_USE_FIRESTORE: 'false' };
    assert.match(ada.run('team', 'push').err, /FRESH_USE_FIRESTORE is off: nothing is sent/);
    assert.deepEqual(await emulator.fault(), asked);
    // What a machine has joined stands, whatever project the variables name by now.
    ada.env = { ...ada.env, FRESH_USE_FIRESTORE: '', GOOGLE_CLOUD_PROJECT: 'another-one' };
    ok(ada.run('team', 'push'));
    assert.equal((await emulator.all(project, 'trinity_costs')).size, 1);
    assert.equal((await emulator.all('another-one', 'trinity_costs')).size, 0);
    const { connection } = JSON.parse(readFileSync(ada.dir.at('data', 'team.json'), 'utf8'));
    assert.equal(
      connection,
      `firestore://${project}?member=ada&emulator=${encodeURIComponent(emulator.host)}`,
    );
  });

  it('refuses in one sentence what it cannot keep, and what cannot be', async () => {
    const project = emulator.project();
    using ada = machine(project, 1);
    using eve = machine(project, 1, 'eve');
    create(ada);
    const refused = (world: CliWorld, args: string[], sentence: RegExp, env = {}): void => {
      const before = world.env;
      world.env = { ...before, ...env };
      const { code, err } = world.run('team', ...args);
      world.env = before;
      assert.match(err, sentence, args.join(' '));
      assert.ok(code === 2 || code === 3, `${args.join(' ')}: ${code}`);
      assert.equal(err.trim().split('\n').length, 1, err);
    };
    const needs = /that needs PostgreSQL\.$/m;
    refused(ada, ['groups', 'ada', 'web'], needs);
    refused(ada, ['policy', '--visible', 'own'], needs);
    refused(ada, ['invite', 'bob', '--admin', '--to', ada.dir.at('bob.txt')], needs);
    refused(ada, ['remove', 'bob'], /take the role of bob away in Google Cloud/);
    refused(ada, ['no-budget'], /has no budget month, team/);
    refused(eve, ['create', 'X', '--as', 'eve', '--visible', 'totals'], needs);
    refused(eve, ['create', 'X', '--as', 'eve'], /There is a team in this database already/);
    refused(eve, ['join'], /Say who you are in Acme: outlay team join --as NAME/);
    // Google's own service is asked with credentials only.
    const google = {
      FIRESTORE_EMULATOR_HOST: '',
      HOME: eve.dir.at('home'),
      APPDATA: eve.dir.at('home'),
    };
    refused(eve, ['join', '--as', 'eve'], /Google's client has no credentials/, google);
    refused(eve, ['join', '--as', 'eve'], /is a relative path/, {
      ...google,
      GOOGLE_APPLICATION_CREDENTIALS: 'key.json',
    });
    assert.deepEqual((await emulator.all(project, 'outlay_machines')).size, 1);
  });
});
