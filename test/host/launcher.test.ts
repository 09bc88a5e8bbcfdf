import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { until } from '../../scripts/shared/retry.ts';
import type { OutlayApi } from '../../src/extension.ts';

const run = process.env.OUTLAY_TEST_RUN;
const windows = process.platform === 'win32';

describe(`the command outlay in a terminal (${run})`, () => {
  let folder: string;
  const out = (name: string): string => join(folder, name);
  const text = (name: string): string => readFileSync(out(name), 'utf8').trim();
  const bin = join(process.env.OUTLAY_DATA_DIR ?? '', 'bin');
  let terminal: vscode.Terminal;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'outlay-terminal-'));
    const extension = vscode.extensions.getExtension<OutlayApi>('outlay.outlay');
    assert.ok(extension);
    await (await extension.activate()).parts.launcher.ready;
    const { OUTLAY_STORE, OUTLAY_DATA_DIR, CLAUDE_CONFIG_DIR } = process.env;
    terminal = vscode.window.createTerminal({
      name: 'outlay',
      // Of the host's own variables only these, so that its throw-away store is used; never PATH.
      env: { OUTLAY_STORE, OUTLAY_DATA_DIR, CLAUDE_CONFIG_DIR } as Record<string, string>,
      ...(windows && { shellPath: 'cmd.exe' }),
    });
    terminal.show(true);
    const status = windows ? '%ERRORLEVEL%' : '$?';
    const lines = [
      [windows ? 'where outlay' : 'command -v outlay', 'where'],
      ['outlay --version', 'version'],
      ['outlay summary --json', 'summary'],
      [`echo ${status}`, 'fine'],
      ['outlay doctor --json', 'doctor'],
      ['outlay nonsense', 'nonsense'],
      [`echo ${status}`, 'wrong'],
      ['echo done', 'end'],
    ].map(([command, name]) => `${command} > "${out(name ?? '')}"`);
    // Windows puts the values of variables into a line before it runs any of it.
    for (const line of windows ? lines : [lines.join('; ')]) terminal.sendText(line);
    await until('the terminal has done it all', () => existsSync(out('end')) && text('end') !== '');
  });

  after(() => {
    terminal?.dispose();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  it('is the one the extension has written, executable and in a private folder', () => {
    const found = text('where').split(/\r?\n/)[0] ?? '';
    assert.equal(realpathSync(found), realpathSync(join(bin, windows ? 'outlay.cmd' : 'outlay')));
    if (windows) return;
    assert.equal(statSync(found).mode & 0o777, 0o755);
    assert.equal(statSync(bin).mode & 0o077, 0);
  });

  it('runs this version', () => {
    const extension = vscode.extensions.getExtension('outlay.outlay');
    assert.equal(text('version'), extension?.packageJSON.version);
    assert.ok(readFileSync(join(bin, 'outlay'), 'utf8').includes(extension?.extensionPath ?? '?'));
  });

  it('answers from the store of this window', () => {
    const doctor = JSON.parse(text('doctor')) as { store: { path: string }; version: string };
    assert.equal(doctor.store.path, process.env.OUTLAY_STORE);
    assert.equal(JSON.parse(text('summary')).schemaVersion, 1);
  });

  it('hands on the exit code', () => {
    assert.equal(text('fine'), '0');
    assert.equal(text('wrong'), '2');
  });
});
