/** The status line in the real client's terminal: installed, shown, and what the client reports kept. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { until } from '../../scripts/shared/retry.ts';
import { formatUsd } from '../../src/model/money.ts';
import { Claude } from './lib/claude.mjs';
import { bash, say, use } from './lib/replies.mjs';
import { listPrice } from './lib/spend.mjs';
import { Terminal } from './lib/terminal.mjs';

const bundle = path.join(import.meta.dirname, '..', '..', 'dist', 'cli.cjs');

describe('the status line of the real client', () => {
  /** @type {Claude} */
  let claude;
  let terminal;
  let data;
  const outlay = (...args) =>
    execFileSync(process.execPath, [bundle, ...args], {
      cwd: claude.workspace,
      env: { ...claude.environment(), OUTLAY_DATA_DIR: data },
      encoding: 'utf8',
    });
  const settings = () => path.join(claude.configDir, 'settings.json');

  before(async () => {
    claude = await Claude.start('statusline');
    data = path.join(claude.home, 'data');
    claude.api.plan('tools', [use([bash()]), say()]);
    writeFileSync(
      settings(),
      '{\n  "statusLine": {"type": "command", "command": "echo my own line"}\n}\n',
    );
  });
  after(async () => {
    terminal?.close();
    await until('no refresh runs', () => !existsSync(path.join(data, 'statusline.lock')));
    await claude?.close();
  });

  it('is shown with the session’s cost, the one of before above it', async () => {
    outlay('budget', 'set', '50', '--period', 'day');
    outlay('statusline', 'install', '--yes');
    const env = { OUTLAY_DATA_DIR: data };
    terminal = Terminal.open(claude, 'Work [plan tools]', { env });
    const sum = () =>
      formatUsd(
        claude.api.ledger
          .filter(({ plan }) => plan === 'tools')
          .reduce((all, entry) => all + listPrice(entry), 0),
      );
    await until(
      () => `the line is on the screen:\n${terminal.screen()}`,
      () => claude.api.ledger.length >= 2 && terminal.screen().includes(`${sum()} session`),
    );
    const screen = terminal.screen();
    assert.match(screen, /my own line/);
    await until(
      () => `the budget of the day is on the screen:\n${terminal.screen()}`,
      () => / of \$50 today/.test(terminal.screen()),
    );
  });

  it('keeps what the client says of cost, cache and context', async () => {
    const kept = await until('the report is whole', () => {
      const { sessions } = JSON.parse(readFileSync(path.join(data, 'client.json'), 'utf8'));
      const [report] = Object.values(sessions);
      const isWhole = report?.costUsd > 0 && report.cache !== undefined && report.context > 0;
      return isWhole ? report : undefined;
    });
    assert.equal(kept.cwd, claude.workspace);
    assert.equal(typeof kept.cache.warm, 'boolean');
    assert.ok(kept.context > 0 && kept.context < 1);
    // With a key there is no plan, and none is made up.
    assert.equal(kept.windows, undefined);
  });

  it('taken out again, the file is as it was', () => {
    terminal.close();
    outlay('statusline', 'uninstall', '--yes');
    assert.equal(
      readFileSync(settings(), 'utf8'),
      '{\n  "statusLine": {"type": "command", "command": "echo my own line"}\n}\n',
    );
  });
});
