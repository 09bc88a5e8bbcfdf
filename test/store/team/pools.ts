import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { budgetsInForce } from '../../../src/budgets/budgetsInForce.ts';
import { judgeBudgets } from '../../../src/budgets/evaluateBudgets.ts';
import { readMembership } from '../../../src/dataFolder/team/membership.ts';
import { readPools } from '../../../src/dataFolder/team/poolFile.ts';
import { dayMs } from '../../../src/model/calendar.ts';
import { utcDays } from '../../../src/query/spans.ts';
import { openForWriting } from '../../../src/store/connection/openStore.ts';
import { refreshTeamFigures } from '../../../src/team/figures.ts';
import { changeTeam } from '../../../src/team/firestore/team.ts';
import { joinTeam, leaveTeam } from '../../../src/team/membership.ts';
import { teamSources } from '../../../src/team/sources.ts';
import { pushToTeam } from '../../../src/team/sync.ts';
import { FirestoreEmulator, installClient } from '../../lib/firestore.ts';
import { FirestoreMachine, FirestoreTeam, longPatience } from '../../lib/firestoreWorld.ts';
import { ingestAll } from '../../lib/ingest.ts';
import { assistant } from '../../lib/parseLines.ts';
import type { PostgresServer } from '../../lib/postgres.ts';
import { reportContext } from '../../lib/reportContext.ts';
import { TeamWorld } from '../../lib/teamWorld.ts';
import { tempDir } from '../../lib/tempDir.ts';

const now = Date.now();
const midnight = now - (now % dayMs);
const noSettings = {
  dailyBudgetUsd: undefined,
  monthlyBudgetUsd: undefined,
  projectBudgets: new Map(),
};

/** A data folder with a store that reads sessions, and what it says of the team's budget of the day. */
class Reader implements Disposable {
  readonly machine: FirestoreMachine;
  readonly #db = openForWriting(':memory:').db;
  readonly #transcripts = tempDir();
  #written = 0;

  constructor() {
    const sources = teamSources((read) => read(reportContext(this.#db, { now })));
    this.machine = new FirestoreMachine(tempDir(), sources, longPatience);
    installClient(this.machine.folder);
  }

  /** A session goes on, by some dollars. */
  spend(session: string, usd: number): void {
    const name = `${session}-${++this.#written}`;
    const usage = { input_tokens: usd * 200_000, output_tokens: 0 };
    const line = assistant(
      { id: name, model: 'claude-opus-4-7', usage },
      {
        ...{ uuid: name, requestId: name, sessionId: session, cwd: '/src/one' },
        timestamp: new Date(Math.max(now - 1_000, midnight)).toISOString(),
      },
    );
    mkdirSync(this.#transcripts.at('projects', 'p'), { recursive: true });
    writeFileSync(
      this.#transcripts.at('projects', 'p', `${name}.jsonl`),
      `${JSON.stringify(line)}\n`,
    );
    ingestAll(this.#db, this.#transcripts.path);
  }

  /** What the team has spent today, in dollars, as budgets here say. */
  get spent(): number {
    const pools = readPools(this.machine.folder);
    const none = { budgets: [], overrides: [] };
    const { budgets } = budgetsInForce(noSettings, none, undefined, now, [], pools);
    const { judged } = judgeBudgets({ ...reportContext(this.#db, { now }), budgets });
    return judged.find(({ entry }) => entry.budget.scope.kind === 'team')!.state.spent / 1e9;
  }

  [Symbol.dispose](): void {
    this.#db.close();
    this.#transcripts[Symbol.dispose]();
    this.machine[Symbol.dispose]();
  }
}

export function poolTests(server: () => PostgresServer): void {
  for (const keeper of ['PostgreSQL', 'Firestore'] as const) {
    describe(`a pooled budget in ${keeper}, where machines read the same sessions`, () => {
      it('counts each once on all of them, before and after they have asked', async () => {
        await using stack = new AsyncDisposableStack();
        const connections = await found(keeper, server(), stack);
        const [one, two, bob] = [0, 1, 2].map(() => stack.use(new Reader())) as [
          Reader,
          Reader,
          Reader,
        ];
        const all = [one, two, bob];
        for (const [at, { machine }] of all.entries()) {
          const connection = connections[at === 2 ? 'bob' : 'ada'];
          const facts = { machineName: `m${at}`, zone: 'UTC', takeOver: false };
          await joinTeam(machine, { connection, ...facts });
        }
        for (const [at, each] of all.entries()) {
          each.spend('shared', 5);
          each.spend(`own-${at}`, at + 1);
        }
        const push = async (reader: Reader): Promise<number> => {
          await pushToTeam(reader.machine);
          return reader.spent;
        };
        assert.deepEqual([await push(one), await push(two), await push(bob)], [6, 8, 11]);
        // It goes on: only who sends it knows of more than the ledger said.
        for (const each of all) each.spend('shared', 4);
        assert.deepEqual([one.spent, two.spent, bob.spent], [10, 8, 11]);
        assert.deepEqual([await push(one), await push(two), await push(bob)], [15, 15, 15]);
        // Nobody has sent the next one yet: each knows of it.
        for (const each of all) each.spend('later', 8);
        assert.deepEqual([one.spent, two.spent, bob.spent], [23, 23, 23]);
        assert.equal(await push(one), 23);
        if (keeper === 'PostgreSQL') {
          // A look at the dashboard asks how the pools stand as well.
          const { folder, sources } = two.machine;
          const days = utcDays({ period: 'month' }, now);
          const { sessions } = sources;
          assert.ok(await refreshTeamFigures({ folder, env: {}, sessions }, days));
          assert.equal(two.spent, 23);
        }
        assert.equal(await push(two), 23);
        // Its sessions are the next one's, and so is what they spend.
        await leaveTeam(one.machine.folder, {}, 'machine');
        assert.equal(readMembership(one.machine.folder, {}), undefined);
        assert.equal(await push(two), 22);
        two.spend('later', 16);
        assert.equal(two.spent, 38);
        assert.deepEqual([await push(two), await push(bob)], [38, 38]);
      });
    });
  }
}

/** A team of two with a budget of the day; their connection strings. */
async function found(
  keeper: 'PostgreSQL' | 'Firestore',
  server: PostgresServer,
  stack: AsyncDisposableStack,
): Promise<{ readonly ada: string; readonly bob: string }> {
  if (keeper === 'PostgreSQL') {
    const team = stack.use(await TeamWorld.found(server));
    const ada = await team.member('ada', true);
    const ledger = await team.connect(ada);
    await ledger.query("SELECT outlay.set_pool('team', '', 'day', 100000000000, '90/100', 'ask')");
    return { ada, bob: await team.member('bob') };
  }
  const emulator = stack.use(await FirestoreEmulator.start());
  const team = await FirestoreTeam.found(emulator);
  const budget = { nano: 100e9, ladder: '90/100', action: 'ask' };
  await team.ask((database) =>
    changeTeam(database, (each) => ({
      ...each,
      budgets: [{ scope: 'team', name: '', period: 'day', ...budget }],
    })),
  );
  return { ada: team.connection('ada'), bob: team.connection('bob') };
}
