import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { until } from '../../scripts/shared/retry.ts';
import { wholeBudget } from '../../src/budgets/budgetShares.ts';
import type { OutlayApi } from '../../src/extension.ts';
import { editorReports } from '../../src/reports/registry.ts';
import { commandIds, reportCommandId } from '../../src/views/core/commandIds.ts';
import type { SettingsModel } from '../../src/views/core/settingsModel.ts';
import type { SpendModel } from '../../src/views/core/spendModel.ts';
import { hasSharedLock } from '../lib/sharedLock.ts';
import { answer, append, thousandOutputNano, transcriptFile } from './transcript.ts';

const run = process.env.OUTLAY_TEST_RUN;

describe(`spend (${run})`, () => {
  let api: OutlayApi;
  const today = (): number => api.spend.overview?.today.total ?? 0;
  const config = (): vscode.WorkspaceConfiguration => vscode.workspace.getConfiguration('outlay');
  const file = transcriptFile('-home-dev-shop', 'session-one');

  before(async () => {
    const extension = vscode.extensions.getExtension<OutlayApi>('outlay.outlay');
    assert.ok(extension);
    api = await extension.activate();
    await until('the indexer watches', () => api.spend.indexer.kind === 'watching');
  });

  it('returns from activation before anything is opened, and says what it does', () => {
    assert.equal(api.storeFile, process.env.OUTLAY_STORE);
    assert.deepEqual(
      api.spend.roots.map(({ path, source }) => [path, source]),
      [[process.env.CLAUDE_CONFIG_DIR, 'CLAUDE_CONFIG_DIR']],
    );
  });

  it('reads with the engine this run is about', async () => {
    await until('the store has been read', () => api.spend.engine !== '');
    assert.equal(api.spend.engine, run === 'no-native' ? 'node:sqlite' : 'better-sqlite3');
  });

  // Only Linux lists a process's locks.
  if (process.platform === 'linux') {
    it('has SQLite’s lock on the store, whichever threads have opened it', () => {
      assert.ok(hasSharedLock(api.storeFile), 'else another program deletes the log under it');
    });
  }

  it('opens nothing again once it has stopped, whatever still comes', async () => {
    // A window of its own beside this one.
    const Model = api.parts.model.constructor as new (
      ...parts: ConstructorParameters<typeof SpendModel>
    ) => SpendModel;
    const log = vscode.window.createOutputChannel('Outlay, second window', { log: true });
    const listeners: (() => void)[] = [];
    const settings = {
      current: api.spend.settings,
      onDidChange: (listener: () => void) => listeners.push(listener),
    };
    const memory = { get: () => undefined, keys: () => [], update: async () => {} };
    const second = new Model(settings as unknown as SettingsModel, memory, log);
    second.start();
    await until('the second window follows', () => second.spend.indexer.kind === 'following');
    await second.stop();
    for (const listener of listeners) listener();
    second.rescan();
    await sleep(500);
    assert.equal(second.reader, undefined);
    second.dispose();
    log.dispose();
  });

  it('counts a line that is appended', async () => {
    const before = today();
    append(file, answer({ id: 'a', session: 'session-one' }));
    await until('the figure moved', () => today() === before + thousandOutputNano);
  });

  it('counts a response once, however many lines it has', async () => {
    const before = today();
    for (const output of [1, 400, 1000]) {
      const stop = output === 1000 ? 'end_turn' : null;
      append(file, answer({ id: 'b', session: 'session-one', output, stop }));
      await sleep(30);
    }
    await until('the last line counts', () => today() === before + thousandOutputNano);
    await sleep(150);
    assert.equal(today(), before + thousandOutputNano);
  });

  it('counts two lines within 50 ms and a line torn in two, once each', async () => {
    const before = today();
    append(file, answer({ id: 'c', session: 'session-one' }));
    await sleep(20);
    append(file, answer({ id: 'd', session: 'session-one' }));
    const torn = answer({ id: 'e', session: 'session-one' });
    append(file, torn.slice(0, 100));
    await sleep(120);
    append(file, torn.slice(100));
    await until('all three count', () => today() === before + 3 * thousandOutputNano);
    await sleep(150);
    assert.equal(today(), before + 3 * thousandOutputNano);
  });

  it('follows a file that is new, renamed into place or in a new folder', async () => {
    const before = today();
    const other = transcriptFile('-home-dev-api', 'session-two');
    writeFileSync(`${other}.part`, answer({ id: 'f', session: 'session-two' }));
    renameSync(`${other}.part`, other);
    const agent = join(dirname(other), 'session-two/subagents/agent-x1.jsonl');
    mkdirSync(dirname(agent), { recursive: true });
    writeFileSync(agent, answer({ id: 'g', session: 'session-two' }));
    await until('both count', () => today() === before + 2 * thousandOutputNano);
  });

  it('keeps the spend of a transcript that is deleted or cut', async () => {
    const before = today();
    rmSync(transcriptFile('-home-dev-api', 'session-two'));
    truncateSync(file, 0);
    append(file, answer({ id: 'a', session: 'session-one' }));
    append(file, answer({ id: 'h', session: 'session-one' }));
    await until('the new line counts', () => today() === before + thousandOutputNano);
    await sleep(200);
    assert.equal(today(), before + thousandOutputNano);
  });

  it('names a model without a price instead of counting it as nothing', async () => {
    const before = today();
    append(file, answer({ id: 'i', session: 'session-one', model: 'model-x' }));
    const unpriced = (): string =>
      (api.spend.overview?.unpricedToday ?? []).map((entry) => entry.model).join();
    await until('the model is named', () => unpriced() === 'model-x');
    assert.equal(today(), before);
    const overrides = { models: { 'model-x': { input: 1, output: 20 } } };
    await config().update('prices.overrides', overrides, vscode.ConfigurationTarget.Global);
    await until('the price is in force', () => today() === before + thousandOutputNano);
    assert.equal(unpriced(), '');
    await config().update('prices.overrides', undefined, vscode.ConfigurationTarget.Global);
    await until('it is unpriced again', () => unpriced() === 'model-x');
    assert.equal(today(), before);
  });

  it('prices a model the catalogue does not know by what Claude Code was told meanwhile', async () => {
    const before = today();
    append(file, answer({ id: 'new', session: 'session-one', model: 'claude-opus-9' }));
    const isUnpriced = (): boolean =>
      (api.spend.overview?.unpricedToday ?? []).some(({ model }) => model === 'claude-opus-9');
    await until('it has no price', isUnpriced);
    const rates = { promptCacheWriteTokens: 1, promptCacheReadTokens: 1 };
    const served = { 'claude-opus-9': { inputTokens: 1, outputTokens: 20, ...rates } };
    const list = join(process.env.CLAUDE_CONFIG_DIR ?? '', '.claude.json');
    writeFileSync(list, JSON.stringify({ additionalModelCostsCache: served }));
    await vscode.commands.executeCommand(commandIds.rescan);
    await until('the price is in force', () => today() === before + thousandOutputNano);
    assert.equal(isUnpriced(), false);
    rmSync(list);
    await vscode.commands.executeCommand(commandIds.rescan);
    await until('it is unpriced again', isUnpriced);
    assert.equal(today(), before);
  });

  it('counts rubbish by reason and goes on', async () => {
    const before = today();
    const rubbish = transcriptFile('-home-dev-shop', 'rubbish');
    const usage = { input_tokens: -1 };
    append(
      rubbish,
      [
        'no json at all',
        '42',
        '{"no":"type"}',
        JSON.stringify({ type: 'assistant', message: { id: 'x', model: 'm', usage } }),
        JSON.stringify({ type: 'assistant', message: { id: 'x', usage: { output_tokens: 1 } } }),
        JSON.stringify({ type: 'assistant', message: { id: 'x', model: 'm', usage: {} } }),
        '{"type":"cost-state","totalCostUSD":"much"}',
        '',
        answer({ id: 'j', session: 'rubbish' }),
      ].join('\n'),
    );
    await until('the good line counts', () => today() === before + thousandOutputNano);
    assert.equal(api.spend.overview?.rejectedLines, 6);
  });

  it('gives the daily budget its level', async () => {
    const daily = () => api.spend.overview && wholeBudget(api.spend.overview, 'day');
    const limit = (today() / 1e9) * 1.25;
    await config().update('budget.dailyUsd', limit, vscode.ConfigurationTarget.Global);
    await until('the budget is there', () => daily() !== undefined);
    assert.equal(daily()?.state.level, 'warning');
    await config().update('budget.dailyUsd', undefined, vscode.ConfigurationTarget.Global);
    await until('the budget is gone', () => daily() === undefined);
  });

  it('pauses and resumes', async () => {
    const before = today();
    await vscode.commands.executeCommand(commandIds.pause);
    await until('it is paused', () => api.spend.indexer.kind === 'paused');
    append(file, answer({ id: 'k', session: 'session-one' }));
    await sleep(300);
    assert.equal(today(), before);
    await vscode.commands.executeCommand(commandIds.resume);
    await until('the line counts', () => today() === before + thousandOutputNano);
  });

  it('counts only this workspace when told so', async () => {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
    assert.ok(folder);
    const own = transcriptFile('workspace', 'session-three');
    append(own, answer({ id: 'l', session: 'session-three', cwd: join(folder, 'src') }));
    await config().update('statusBar.scope', 'workspace', vscode.ConfigurationTarget.Global);
    await until('only the workspace counts', () => today() === thousandOutputNano);
    assert.equal(api.spend.overview?.session?.summary.sid, 'session-three');
    await config().update('statusBar.scope', undefined, vscode.ConfigurationTarget.Global);
    await until('everything counts again', () => today() > thousandOutputNano);
  });

  it('has every command of the manifest, and no other', async () => {
    const manifest = vscode.extensions.getExtension('outlay.outlay')?.packageJSON as {
      contributes: { commands: { command: string }[] };
    };
    const listed = manifest.contributes.commands.map(({ command }) => command).sort();
    const single = editorReports.map(({ name }) => reportCommandId(name));
    assert.deepEqual(listed, [...Object.values(commandIds), ...single].sort());
    const registered = await vscode.commands.getCommands(true);
    for (const command of listed) assert.ok(registered.includes(command), command);
  });
});
