/** Outlay in exact mode beside the real client: switched on by the command, received by an indexer. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { until } from '../../../scripts/shared/retry.ts';
import { telemetryFile } from '../../../src/dataFolder/telemetryFile.ts';
import { openForReading } from '../../../src/store/connection/openStore.ts';
import { messagePages } from '../../../src/store/query/messagePages.ts';
import { backgroundKinds } from '../../../src/store/query/requests/backgroundItems.ts';
import { requestEvents } from '../../../src/store/query/requests/requestEvents.ts';
import { StoreReader } from '../../../src/store/query/storeReader.ts';
import { Indexer } from '../../../src/watchers/indexer.ts';
import { assertNear, toNano } from './spend.mjs';

const bundle = path.join(import.meta.dirname, '..', '..', '..', 'dist', 'cli.cjs');

export class ExactMode {
  #claude;
  #indexer;
  #folder;
  #storeFile;

  /** @param {import('./claude.mjs').Claude} claude */
  static async start(claude) {
    const exact = new ExactMode();
    exact.#claude = claude;
    exact.#folder = path.join(claude.home, 'exact-data');
    exact.#storeFile = path.join(claude.home, 'exact.db');
    exact.command('on', '--yes');
    exact.#indexer = new Indexer(
      {
        storeFile: exact.#storeFile,
        mode: 'watch',
        role: 'editor',
        configDirs: [claude.configDir],
        rootsSetting: [],
        env: {},
        home: claude.home,
        priceOverrides: {},
        storeTitles: true,
        telemetryFile: telemetryFile(exact.#folder),
        polling: 'auto',
        paused: false,
      },
      () => {},
    );
    await exact.#indexer.start();
    return exact;
  }

  /** `outlay exact …`; what it prints. */
  command(...args) {
    const done = spawnSync(process.execPath, [bundle, 'exact', ...args], {
      env: { ...this.#claude.environment(), OUTLAY_DATA_DIR: this.#folder },
      encoding: 'utf8',
    });
    if (done.status !== 0) throw new Error(done.stderr);
    return done.stdout;
  }

  #ask(question) {
    const db = openForReading(this.#storeFile);
    try {
      return question(db);
    } finally {
      db.close();
    }
  }

  /** Requests received of a session. */
  requests(sessionId) {
    return this.#ask((db) => requestEvents(db, [sessionId]));
  }

  /** Every session with what its background is made of. */
  sessions() {
    return this.#ask((db) =>
      new StoreReader(db).sessions().map((summary) => {
        const items = backgroundKinds(db, summary.id);
        const itemised = items.reduce((sum, { nano }) => sum + nano, 0);
        return { summary, items, unexplained: summary.background - itemised };
      }),
    );
  }

  session(sessionId) {
    return this.sessions().find(({ summary }) => summary.sid === sessionId);
  }

  /** Waits until the store has all that the client has written of a session, its total included. */
  async settled({ sessionId, usd }) {
    await this.#indexer.rescan();
    return until(`the total of ${sessionId} is read`, async () => {
      await this.#indexer.rescan();
      const session = this.session(sessionId);
      return session?.summary.clientUsd === usd && session;
    });
  }

  /** The same, and until metrics have come, which tell in sum what no event does. */
  async explained(run) {
    await this.settled(run);
    return until(`what ${run.sessionId} spent is explained`, () => {
      const session = this.session(run.sessionId);
      return Math.abs(session.unexplained) <= 1000 && session;
    });
  }

  /** A session's messages, without their parts. */
  messages(sessionId) {
    const { id } = this.session(sessionId).summary;
    const pieces = this.#ask((db) => [...messagePages(db, undefined)].flat());
    return pieces.filter(({ session, kind }) => session === id && kind === 'message');
  }

  /** Everything that is in transcripts by now is in the store. */
  async reread(sessionId) {
    await this.#indexer.rescan();
    return this.session(sessionId);
  }

  /**
   * A session comes to what the client says, of which nothing is unexplained; every request was told of,
   * and each once.
   * @param {{ sessionId: string, usd: number }} run
   * @param {object} [options]
   * @param {{ usd: number }} [options.from] a fork's parent, as it was when it was forked
   * @param {boolean} [options.samePrices] false where the client has other prices than we have
   */
  async agrees(run, { from, samePrices = true } = {}) {
    const events = await this.allTold(run.sessionId);
    const told = new Map(events.map((event) => [event.requestId, event]));
    assert.equal(told.size, events.length, 'each request is told of once');
    const { summary, items, unexplained } = await this.settled(run);
    assertNothingUnexplained(unexplained);
    const client = toNano(run.usd) - toNano(from?.usd ?? 0);
    const sum = events.reduce((all, { nano }) => all + nano, 0);
    assertNear(sum, client, 'what was told of the requests');
    if (samePrices) {
      assertNear(summary.nano + summary.background, client, 'messages and background');
    }
    return { summary, items, told, kinds: items.map(({ kind, requests }) => [kind, requests]) };
  }

  /**
   * Waits until every request of a session was told of. On a busy machine the client's last words come a
   * moment after its end; who hangs up on it waits before, since it does not wait for them to be heard.
   */
  allTold(sessionId) {
    return until('every request was told of', () => {
      const all = this.requests(sessionId);
      const ids = new Set(all.map(({ requestId }) => requestId));
      return this.answered(sessionId).every(({ requestId }) => ids.has(requestId)) && all;
    });
  }

  /** Requests of a session that the API has answered, in whole or in part. */
  answered(sessionId) {
    return this.#claude.api.ledger.filter(
      (entry) =>
        entry.sessionId === sessionId &&
        (entry.outcome === 'answered' || entry.outcome === 'dropped'),
    );
  }

  async close() {
    await this.#indexer.stop();
  }
}

/** To a millionth of a dollar. */
export function assertNothingUnexplained(nano) {
  assert.ok(Math.abs(nano) <= 1000, `unexplained: $${nano / 1e9}`);
}
