import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { until } from '../../scripts/shared/retry.ts';
import type { OutlayApi } from '../../src/extension.ts';
import { openForReading, openForWriting } from '../../src/store/connection/openStore.ts';
import { Lease } from '../../src/store/connection/writerLease.ts';
import { currentVersion, migrations, schemaState } from '../../src/store/schema/migrations.ts';
import { commandIds } from '../../src/views/core/commandIds.ts';
import { documentCommands } from '../../src/views/core/documentCommands.ts';
import { answer, append, thousandOutputNano, transcriptFile } from './transcript.ts';

const run = process.env.OUTLAY_TEST_RUN;

describe(`what is stored (${run})`, () => {
  let api: OutlayApi;
  let parts: OutlayApi['parts'];
  const data = process.env.OUTLAY_DATA_DIR ?? '';
  const named = process.env.OUTLAY_STORE ?? '';
  const lasting = transcriptFile('-home-dev-store', 'lasting');
  const passing = transcriptFile('-home-dev-store', 'passing');
  const today = (): number => api.spend.overview?.today.total ?? -1;
  const isReady = (): boolean =>
    api.spend.indexer.kind === 'watching' && api.spend.overview !== undefined;
  /** Settled: read, and the same after another look. */
  const settled = async (): Promise<number> => {
    await until('everything is read', isReady);
    const before = today();
    await sleep(200);
    return today() === before ? before : settled();
  };

  before(async () => {
    const extension = vscode.extensions.getExtension<OutlayApi>('outlay.outlay');
    assert.ok(extension);
    api = await extension.activate();
    parts = api.parts;
    await settled();
    const start = today();
    append(lasting, answer({ id: 'lasting', session: 'lasting' }));
    append(passing, answer({ id: 'passing', session: 'passing' }));
    await until('both lines count', () => today() === start + 2 * thousandOutputNano);
    rmSync(passing);
  });

  it('names every place with what is in it and what to do with it', async () => {
    const others = ['prices.json', 'insights.json', 'marks.jsonl', 'snapshots.jsonl'];
    const made = [...others, 'federation.jsonl'].filter((name) => !existsSync(join(data, name)));
    for (const name of made) writeFileSync(join(data, name), name.endsWith('l') ? '' : '{}');
    const text = await parts.storage.describeStorage(parts.model);
    const plain = text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
    const files = readdirSync(data).filter((name) => /^outlay\.db$|-wal$|jsonl?$/.test(name));
    assert.ok(files.length >= 7, files.join());
    for (const name of files) assert.ok(plain.includes(`| ${join(data, name)} |`), name);
    assert.ok(plain.includes(join(data, 'bin', 'outlay')));
    assert.match(plain, /The store holds \d+ messages of \d+ sessions, from .+ to .+, and takes/);
    assert.match(plain, /no longer on disk: (its|their) cost is known only here/);
    assert.match(plain, /Of your texts only session titles/);
    for (const name of made) rmSync(join(data, name));
  });

  it('links to what can be done, by commands that documents may run', async () => {
    const text = await parts.storage.describeStorage(parts.model);
    const linked = [...text.matchAll(/\]\(command:([\w.]+)\)/g)].map((match) => match[1] ?? '');
    assert.deepEqual(linked, [
      commandIds.backUpStore,
      commandIds.moveStore,
      commandIds.resetStore,
      commandIds.removeAll,
    ]);
    const allowed = new Set<string>(documentCommands);
    for (const command of linked) assert.ok(allowed.has(command), command);
  });

  it('opens as a page', async () => {
    void vscode.commands.executeCommand('outlay.showStorage');
    const isOpen = (): boolean =>
      vscode.window.tabGroups.all.some(({ tabs }) =>
        tabs.some(({ label }) => label.includes('What Is Stored, and Where')),
      );
    await until('the page is open', isOpen);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.commands.executeCommand('notifications.clearAll');
  });

  it('backs up to a file that says the same', async () => {
    const before = await settled();
    const file = join(data, '..', 'backup', 'copy.db');
    const copied = await parts.storage.backUpTo(parts.model, file);
    assert.ok(copied.messages > 0);
    assert.deepEqual(readdirSync(dirname(file)), ['copy.db']);
    await assert.rejects(parts.storage.backUpTo(parts.model, named), /store itself/);
    assert.equal(await settled(), before);
  });

  it('moves: the store is used from its new place, and nothing is counted twice', async () => {
    const before = await settled();
    const target = join(data, '..', 'moved', 'outlay.db');
    // The variable would win over the setting.
    delete process.env.OUTLAY_STORE;
    try {
      await parts.storage.moveTo(parts.model, target);
      await until('the new place is in use', () => api.storeFile === target && isReady());
      assert.equal(await settled(), before);
      const config = readFileSync(join(data, 'config.json'), 'utf8');
      assert.equal(JSON.parse(config).settings['outlay.storePath'], target);
      append(lasting, answer({ id: 'moved', session: 'lasting' }));
      await until('the next line counts', () => today() === before + thousandOutputNano);
      await assert.rejects(parts.storage.moveTo(parts.model, named), /is there already/);
      assert.equal(api.storeFile, target, 'nothing has happened');
      await settled();
      // Back to the one that was left behind, which reads what it has missed.
      await parts.storage.useStore(parts.model, named);
      await until('the old place is in use', () => api.storeFile === named && isReady());
      await until('it has caught up', () => today() === before + thousandOutputNano);
      const setting = vscode.workspace.getConfiguration('outlay').inspect('storePath');
      assert.equal(setting?.globalValue, undefined, 'the usual place needs no setting');
    } finally {
      process.env.OUTLAY_STORE = named;
    }
  });

  it('reads a store an older Outlay wrote last, also while tracking is off', async () => {
    const before = await settled();
    const old = join(data, '..', 'older', 'outlay.db');
    openForWriting(old, { steps: migrations.slice(0, -1) }).db.close();
    const problems = new Set<string>();
    const listening = parts.model.onDidChange(({ readProblem }) => problems.add(readProblem));
    const settings = vscode.workspace.getConfiguration('outlay');
    const change = (enabled: false | undefined): Thenable<void> =>
      settings.update('enabled', enabled, vscode.ConfigurationTarget.Global);
    delete process.env.OUTLAY_STORE;
    try {
      await change(false);
      await until('tracking is off', () => parts.model.spend.indexer.kind === 'paused');
      await parts.storage.useStore(parts.model, old);
      await until('it is read', () => api.storeFile === old && today() === 0);
      const db = openForReading(old)!;
      assert.equal(schemaState(db).version, currentVersion());
      db.close();
      assert.deepEqual([...problems], ['']);
      await change(undefined);
      await parts.storage.useStore(parts.model, named);
      await until('the old place is in use', () => api.storeFile === named && isReady());
    } finally {
      listening.dispose();
      process.env.OUTLAY_STORE = named;
    }
    assert.equal(await settled(), before);
  });

  it('resets: what is on disk is read again, the rest is gone', async () => {
    await settled();
    const detail = await lossText();
    assert.match(detail, /no longer on disk; (its|their) cost will be lost for good/);
    await parts.storage.resetNow(parts.model);
    await settled();
    assert.match(await lossText(), /so nothing is lost/);
    const sids = api.parts.model.reader?.sessions().map(({ sid }) => sid) ?? [];
    assert.ok(sids.includes('lasting'), sids.join());
    assert.ok(!sids.includes('passing'), sids.join());
  });

  it('goes on with a new store when its own is deleted under it', async () => {
    const before = await settled();
    for (const end of ['', '-wal', '-shm']) rmSync(named + end, { force: true });
    append(lasting, answer({ id: 'again', session: 'lasting' }));
    await until('the new line counts', () => today() === before + thousandOutputNano);
    assert.ok(existsSync(named));
  });

  it('removes nothing while another process would make the store anew', async () => {
    const { storage } = parts;
    await settled();
    const { db } = openForWriting(named);
    const rival = new Lease(db, 'terminal');
    const waiting = setInterval(() => rival.acquire(Date.now()), 50);
    try {
      const files = storage.storedFiles(named, data);
      const removal = storage.removeFiles(parts, files);
      await assert.rejects(removal, /still uses .*Close other windows/);
      for (const { path, kind } of files) assert.ok(kind === 'log' || existsSync(path), path);
      await until('the window follows', () => api.spend.indexer.kind === 'following');
    } finally {
      clearInterval(waiting);
      rival.release();
      db.close();
    }
    await settled();
  });

  it('removes what was agreed to and nothing else, and starts anew when asked', async () => {
    const { storage, model } = parts;
    await settled();
    const forgotten: string[] = [];
    const keepers = {
      ...parts,
      alerts: { forgetSecrets: async () => void forgotten.push('alerts') },
      gateway: { forget: async () => void forgotten.push('gateway') },
    };
    const mine = join(data, 'notes.txt');
    writeFileSync(mine, 'mine');
    const roots = join(data, 'roots');
    mkdirSync(roots, { recursive: true });
    writeFileSync(join(roots, '1a2b3c.db'), '');
    const files = storage.storedFiles(named, data);
    const detail = storage.removalDetail(files);
    for (const name of ['outlay.db', 'config.json', 'bin', 'roots']) {
      assert.ok(detail.includes(join(data, name)), name);
    }
    await storage.removeFiles(keepers, files);
    assert.deepEqual(forgotten, ['alerts', 'gateway']);
    try {
      assert.deepEqual(readdirSync(data), ['notes.txt']);
      assert.equal(existsSync(lasting), true, 'transcripts stay');
      append(lasting, answer({ id: 'closed', session: 'lasting' }));
      await sleep(300);
      assert.deepEqual(readdirSync(data), ['notes.txt'], 'nothing is made anew by itself');
    } finally {
      rmSync(mine);
      await model.whileClosed(async () => undefined);
    }
    await settled();
    assert.ok(existsSync(named));
  });

  /** What the dialog before a reset would say just now. */
  async function lossText(): Promise<string> {
    const loss = await parts.storage.resetLoss(parts.model);
    assert.ok(loss);
    return parts.storage.resetDetail(parts.model, loss);
  }
});
