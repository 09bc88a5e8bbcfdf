/** "Outlay: Open Demo" and the way back, in a real window. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { until } from '../../scripts/shared/retry.ts';
import type { OutlayApi } from '../../src/extension.ts';
import { commandIds } from '../../src/views/core/commandIds.ts';
import { answer, append, thousandOutputNano, transcriptFile } from './transcript.ts';

/** The bytes of the user's store and mirrored settings, as hashes by file name. */
function userFiles(store: string): Record<string, string> {
  const folder = dirname(store);
  const names = readdirSync(folder).filter(
    (name) => name.startsWith(basename(store)) || name === 'config.json',
  );
  const hash = (name: string): string =>
    createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex');
  return Object.fromEntries(names.sort().map((name) => [name, hash(name)]));
}

describe('demo', () => {
  let api: OutlayApi;
  const own = transcriptFile('-home-dev-own', 'session-own');
  const ownStore = process.env.OUTLAY_STORE ?? '';
  const today = (): number => api.spend.overview?.today.total ?? 0;

  before(async () => {
    const extension = vscode.extensions.getExtension<OutlayApi>('outlay.outlay');
    assert.ok(extension);
    api = await extension.activate();
    await until('the indexer watches', () => api.spend.indexer.kind === 'watching');
  });

  after(() => vscode.commands.executeCommand(commandIds.closeDemo));

  it('shows made-up sessions, lets one grow, and gives back the user’s own', async () => {
    const before = today();
    append(own, answer({ id: 'own-1', session: 'session-own' }));
    await until('the own line counts', () => today() === before + thousandOutputNano);
    assert.equal(api.storeFile, ownStore);

    await vscode.commands.executeCommand(commandIds.openDemo);
    assert.equal(api.spend.demo, true);
    assert.notEqual(api.storeFile, ownStore);
    const folder = dirname(api.storeFile);
    assert.ok(existsSync(folder));
    const untouched = userFiles(ownStore);
    assert.ok(Object.hasOwn(untouched, basename(ownStore)));

    await until('the demo is read', () => api.spend.indexer.kind === 'watching');
    await until('its figures are there', () => api.spend.overview?.hasData === true);
    const { overview, roots } = api.spend;
    assert.ok(overview);
    assert.deepEqual(
      roots.map(({ path }) => path),
      [join(folder, 'claude')],
    );
    const transcripts = roots[0]?.transcripts ?? 0;
    assert.ok(transcripts > 50, `${transcripts} transcripts`);
    assert.ok(overview.session?.live, 'one session is live');
    assert.equal(overview.session?.summary.cwd.endsWith('shop'), true);

    const messages = (): number => api.spend.overview?.session?.summary.messages ?? 0;
    const atFirst = messages();
    await until('the live session grows', () => messages() > atFirst);

    // What happens to the user's transcripts meanwhile is read afterwards, and only then.
    append(own, answer({ id: 'own-2', session: 'session-own' }));
    await sleep(300);
    assert.deepEqual(userFiles(ownStore), untouched);

    await vscode.commands.executeCommand(commandIds.closeDemo);
    assert.equal(api.spend.demo, false);
    assert.equal(api.storeFile, ownStore);
    assert.equal(existsSync(folder), false, 'its files are gone');
    const wanted = before + 2 * thousandOutputNano;
    await until('the own figures are back', () => today() === wanted);
  });

  it('is opened once, however often it is asked for, and closed when it is opening', async () => {
    const { executeCommand } = vscode.commands;
    await Promise.all([executeCommand(commandIds.openDemo), executeCommand(commandIds.openDemo)]);
    assert.equal(api.spend.demo, true);
    const folder = dirname(api.storeFile);
    const inode = statSync(folder).ino;
    await executeCommand(commandIds.openDemo);
    assert.equal(statSync(folder).ino, inode, 'it was not written anew');
    await executeCommand(commandIds.closeDemo);
    await Promise.all([executeCommand(commandIds.openDemo), executeCommand(commandIds.closeDemo)]);
    assert.equal(api.spend.demo, false);
    assert.equal(api.storeFile, ownStore);
    await until('no demo is on disk', () => !existsSync(folder));
    await until('the indexer watches', () => api.spend.indexer.kind === 'watching');
  });
});
