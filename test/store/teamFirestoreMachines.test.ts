import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { readTeamFigures } from '../../src/dataFolder/team/figuresFile.ts';
import { readPools } from '../../src/dataFolder/team/poolFile.ts';
import { readUploadState } from '../../src/dataFolder/team/uploadState.ts';
import { utcDays } from '../../src/query/spans.ts';
import { refreshTeamFigures } from '../../src/team/figures.ts';
import { openClient } from '../../src/team/firestore/client.ts';
import { callFields } from '../../src/team/firestore/layout.ts';
import { membersOf, rowsOf } from '../../src/team/firestore/questions.ts';
import { changeTeam } from '../../src/team/firestore/team.ts';
import { joinTeam, leaveTeam } from '../../src/team/membership.ts';
import { pushQuietly, pushToTeam } from '../../src/team/sync.ts';
import { type Fields, FirestoreEmulator, installClient } from '../lib/firestore.ts';
import { call, FirestoreTeam } from '../lib/firestoreWorld.ts';
import { tempDir } from '../lib/tempDir.ts';

let emulator: FirestoreEmulator;
before(async () => {
  emulator = await FirestoreEmulator.start();
});
after(async () => {
  await emulator[Symbol.asyncDispose]();
});

const day = '2026-11-20';

describe('a machine goes on, tells once, and catches up', () => {
  it('where Firestore refuses, is gone, slow, or has no quota left', async () => {
    const team = await FirestoreTeam.found(emulator);
    using machine = await team.machine(() => [call('a', day)]);
    const cases = [
      [
        { how: 'refuse', code: 7 },
        /refuses this to your Google account.*"Cloud Datastore User"\.$/,
      ],
      [{ how: 'refuse', code: 16 }, /does not take your Google credentials/],
      [{ how: 'refuse', code: 8 }, /has used up its quota\. What is not sent yet follows later\.$/],
      [{ how: 'refuse', code: 5 }, /has no such database/],
      [{ how: 'refuse', code: 14 }, /cannot be reached\. What is not sent yet follows later\.$/],
      [
        { how: 'refuse', code: 9, details: 'not available in Datastore Mode' },
        /cannot keep a ledger .*Datastore Mode\)\. It has to be a database in native mode/,
      ],
      [{ how: 'hang' }, /took too long\. What is not sent yet follows later\.$/],
    ] as const;
    const patience = { connectMs: 300, statementMs: 300 };
    for (const [how, sentence] of cases) {
      for (const method of ['BatchGetDocuments', 'Commit'] as const) {
        await emulator.fault({ method, after: 0, ...how });
        const first = await pushQuietly({ ...machine, patience });
        assert.ok(first !== undefined && 'text' in first, method);
        assert.match(first.text, sentence);
        assert.match(first.text, /^The team's Firestore 127\.0\.0\.1:\d+ /);
        if (method === 'BatchGetDocuments') assert.equal(first.told, false);
        const again = await pushQuietly({ ...machine, patience });
        assert.deepEqual(again, { ...first, told: true });
      }
      await emulator.fault();
    }
    assert.deepEqual(await pushQuietly(machine), { sent: 1, refused: [] });
    assert.equal(readUploadState(machine.folder).problem, undefined);
    assert.equal((await team.calls()).size, 1);
  });

  it('where nobody listens any more', async () => {
    await using own = await FirestoreEmulator.start();
    const team = await FirestoreTeam.found(own);
    using machine = await team.machine(() => [call('a', day)]);
    await own[Symbol.asyncDispose]();
    const outcome = await pushQuietly(machine);
    assert.ok(outcome !== undefined && 'text' in outcome);
    assert.match(outcome.text, /cannot be reached\. What is not sent yet follows later\.$/);
  });

  it('where Google’s client is not there, is another, or is not the person’s own', async () => {
    using dir = tempDir();
    const open = () => openClient(dir.path, emulator.host, 'projects/p/databases/d');
    await assert.rejects(open(), (error: Error) => {
      assert.match(
        error.message,
        /needs Google's client, which is not installed\. Run: npm install/,
      );
      return error.message.includes(
        `--prefix "${dir.at('firestore')}" @google-cloud/firestore@9.4.1`,
      );
    });
    const home = dir.at('firestore', 'node_modules', '@google-cloud', 'firestore');
    mkdirSync(home, { recursive: true, mode: 0o755 });
    writeFileSync(join(home, 'package.json'), '{ "version": "8.1.0" }');
    await assert.rejects(open(), /is of version 8\.1\.0\. Run: npm install/);
    writeFileSync(join(home, 'package.json'), '{ "version": "9.5.0", "main": "index.js" }');
    writeFileSync(join(home, 'index.js'), 'throw new Error("half a package")');
    await assert.rejects(open(), /cannot be loaded \(half a package\)\. Run: npm install/);
    if (process.platform !== 'win32') {
      chmodSync(dir.at('firestore'), 0o777);
      // Nobody else gets there; once they do, it counts.
      await assert.rejects(open(), /cannot be loaded/);
      chmodSync(dir.path, 0o755);
      await assert.rejects(open(), /others can write to it: Google's client is not loaded/);
    }
    // Nowhere else is looked: it can be loaded from here, as it could from a workspace.
    assert.ok(createRequire(import.meta.filename).resolve('@google-cloud/firestore'));
    rmSync(dir.at('firestore'), { recursive: true });
    await assert.rejects(open(), /is not installed/);
  });
});

describe('a machine', () => {
  it('leaves with what it has sent, or with all its member has, also when it is interrupted', async () => {
    const team = await FirestoreTeam.found(emulator);
    const named = (name: string) =>
      Array.from({ length: 5 }, (_, at) => call(`${name}${at}`, day, { nano: 1 }));
    let ones = named('one');
    using one = await team.machine(() => ones, { name: 'one' });
    using two = await team.machine(() => named('two'), { name: 'two' });
    using three = await team.machine(() => named('three'), { name: 'three' });
    using bob = await team.machine(() => named('bob'), { member: 'bob', name: 'one' });
    for (const machine of [one, two, three, bob]) await pushToTeam(machine);
    assert.equal((await team.calls()).size, 20);
    await emulator.fault({ method: 'Commit', after: 1, how: 'refuse' });
    await assert.rejects(leaveTeam(one.folder, {}, 'machine'), /cannot be reached/);
    await emulator.fault();
    // It has not left: what it sends next is whole again, and what it no longer has is not left behind.
    ones = ones.slice(0, 3);
    await pushToTeam(one);
    assert.equal((await team.calls()).size, 18);
    assert.equal((await team.machines()).get('ada:one')!.forgetting, false);
    assert.equal(await leaveTeam(one.folder, {}, 'machine'), 3);
    assert.equal(await leaveTeam(two.folder, {}, 'member'), 10);
    assert.deepEqual([...(await team.machines()).keys()], ['bob:one']);
    assert.deepEqual(
      [...(await team.calls()).values()].map(({ metadata }) => metadata.member),
      Array.from({ length: 5 }, () => 'bob'),
    );
    await assert.rejects(pushToTeam(three), /no longer knows this machine, three/);
  });

  it('has its name alone, unless it takes it over, and goes on where the ledger is', async () => {
    const team = await FirestoreTeam.found(emulator);
    using first = await team.machine(() => [call('a', day)]);
    await pushToTeam(first);
    await assert.rejects(
      team.machine(() => []),
      /has another machine named laptop\. Give this one a name of its own/,
    );
    using anew = tempDir();
    installClient(anew.path);
    const facts = { machineName: 'laptop', zone: 'UTC', takeOver: true };
    await joinTeam(
      { folder: anew.path, env: {} },
      { connection: team.connection('ada'), ...facts },
    );
    await assert.rejects(pushToTeam(first), /Another data folder sends as laptop now/);
    const machine = { ...first, sources: first.sources, folder: anew.path };
    await pushToTeam({ ...machine, env: {}, catalogue: '2026-11-01', prices: 'p' });
    assert.equal((await team.calls()).size, 1);
    assert.ok((await team.machines()).get('ada:laptop')!.days[day].revision > 1);
  });

  it('is told how budgets stand by what all have sent', async () => {
    const team = await FirestoreTeam.found(emulator);
    const today = new Date().toISOString().slice(0, 10);
    const now = { at: Date.now() };
    using ada = await team.machine(() => [
      call('a', today, { nano: 2e9, ...now }),
      call('o', '2026-01-03'),
    ]);
    using bob = await team.machine(() => [call('b', today, { nano: 3e9, ...now })], {
      member: 'bob',
    });
    const budget = { ladder: '50/75/90/100', action: 'ask' };
    await team.ask((database) =>
      changeTeam(database, (each) => ({
        ...each,
        budgets: [
          { scope: 'team', name: '', period: 'month', nano: 10e9, ...budget },
          { scope: 'member', name: '', period: 'day', nano: 8e9, ...budget },
          { scope: 'member', name: 'ada', period: 'day', nano: 4e9, ...budget },
        ],
      })),
    );
    await pushToTeam(bob);
    await pushToTeam(ada);
    // A look at the dashboard is answered from what is kept: nothing is asked, and why is said beside it.
    const days = utcDays({ period: 'month' }, Date.now());
    const { folder, sources } = ada;
    const env = { FIRESTORE_EMULATOR_HOST: 'localhost:1' };
    const gone = { folder, env, sessions: sources.sessions };
    assert.equal(await refreshTeamFigures(gone, days), false);
    assert.equal(readTeamFigures(ada.folder).problem?.what?.id, 'teamOnFirestore');
    const { pools } = readPools(ada.folder)!;
    const told = pools.map(({ scope, name, period, spent, own, budget: limit }) => [
      ...[scope, name, period, spent / 1e9, own / 1e9, (limit?.nano ?? 0) / 1e9],
    ]);
    assert.deepEqual(told, [
      ['team', '', 'day', 5, 2, 0],
      ['team', '', 'week', 5, 2, 0],
      ['team', '', 'month', 5, 2, 10],
      ['member', 'ada', 'day', 2, 2, 4],
      ['member', 'ada', 'week', 2, 2, 0],
      ['member', 'ada', 'month', 2, 2, 0],
    ]);
    const members = await team.ask(membersOf);
    assert.deepEqual(
      members.map(({ name, machines, day: spent, share }) => [name, machines, spent / 1e9, share]),
      [
        ['ada', 1, 2, 0.5],
        ['bob', 1, 3, 0.375],
      ],
    );
  });
});

describe('documents nobody vouches for', () => {
  it('count by what they say or are named, and nothing of them breaks a question', async () => {
    const team = await FirestoreTeam.found(emulator);
    using machine = await team.machine(() => [call('a', day, { nano: 1_000 })]);
    await pushToTeam(machine);
    const timestamp = new Date(`${day}T13:00:00Z`);
    const others: Record<string, Fields> = {
      // Another tool's.
      trinity: {
        timestamp,
        agent: 'QA',
        model: 'gpt',
        cost_usd: 0.25,
        input_tokens: 7,
        success: true,
      },
      whole: { timestamp, agent: 'QA', model: 'gpt', cost_usd: 2 },
      text: { timestamp, cost_usd: '3' },
      negative: { timestamp, cost_usd: -1 },
      infinite: { timestamp, cost_usd: Number.POSITIVE_INFINITY },
      huge: { timestamp, cost_usd: 1, metadata: { writer: 'outlay', cost_nano: 1e300 } },
      odd: {
        ...{ timestamp, cost_usd: 1, agent: 5, model: ['x'], input_tokens: -1, metadata: ['x'] },
      },
      dateless: { cost_usd: 9 },
    };
    const reader = emulator.reader(team.project);
    for (const [id, fields] of Object.entries(others)) {
      await reader.collection('trinity_costs').doc(id).set(fields);
    }
    const span = { from: '2020-01-01', to: '2027-01-01' };
    const { rows, notes } = await team.ask((database) => rowsOf(database, 'member', span));
    assert.deepEqual(
      rows.map(({ member, nano, messages }) => [member, nano, messages]),
      [
        ['', '3250000000', '3'],
        ['ada', '1000', '1'],
      ],
    );
    assert.deepEqual(notes, [
      '3 documents of other programs: what they say they cost is in it.',
      '4 documents without a cost or of another form: not in it.',
    ]);
    // A machine's and the team's documents as well.
    await reader.doc('outlay_machines/x').set({ member: 5, days: 'none' });
    await reader
      .doc('outlay_machines/y')
      .set({ member: 'eve', machine: 'y', instance: '1', days: { x: 1 } });
    const members = await team.ask(membersOf);
    assert.deepEqual(members.map(({ name, month }) => [name, month > 0]).sort(), [
      ['ada', false],
      ['eve', false],
    ]);
    await reader
      .doc('outlay_team/team')
      .set({ version: 1, name: 'T', projects: 'paths', salt: 'x' });
    await assert.rejects(pushToTeam(machine), /is not what Outlay wrote: nothing is sent/);
    await reader.doc('outlay_team/team').set({ version: 2 });
    await assert.rejects(
      pushToTeam(machine),
      /is of a newer Outlay \(layout 2, this one knows 1\)/,
    );
    await reader.doc('outlay_team/team').delete();
    await assert.rejects(pushToTeam(machine), /There is no team here/);
  });

  it('what is sent holds no field beyond those', () => {
    const origin = { member: 'ada', machine: 'laptop', catalogue: '2026-11-01' };
    const fields = callFields(call('a', day, { branch: 'main' }), origin);
    assert.deepEqual(Object.keys(fields), [
      ...['timestamp', 'agent', 'model', 'cost_usd', 'input_tokens', 'output_tokens', 'success'],
      'metadata',
    ]);
  });
});
