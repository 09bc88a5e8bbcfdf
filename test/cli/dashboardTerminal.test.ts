import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../scripts/shared/retry.ts';
import { writeDemo } from '../../src/demo/writeDemo.ts';
import { Tmux } from '../lib/tmux.ts';
import { answerRecord, bundle, CliWorld, now, usageOf } from './runCli.ts';

/** What a person sees of it, in a terminal that draws. The shell is one with job control. */
describe('outlay dashboard --live in a terminal', { skip: process.platform !== 'linux' }, () => {
  let world: CliWorld;
  let tmux: Tmux;

  before(() => {
    world = new CliWorld();
    writeDemo(world.root, { nowMs: now });
    world.env = { CLAUDE_CONFIG_DIR: world.root, PS1: '$ ', ENV: '' };
    assert.equal(world.run('index').code, 0);
  });
  beforeEach(() => {
    tmux = new Tmux(world.dir.path);
  });
  afterEach(() => tmux.close());
  after(() => world[Symbol.dispose]());

  async function openShell(width = 80, height = 24, env: Record<string, string> = {}) {
    const { cwd, env: own } = world.surroundings();
    tmux.open({ command: ['/bin/sh', '-i'], cwd, env: { ...own, ...env }, width, height });
    await shows(/^\$/m);
    tmux.type('stty -g > before; echo what was here');
    await shows(/^what was here\n\$/m);
  }

  async function shows(pattern: RegExp, what = String(pattern)): Promise<string> {
    return await until(
      () => `the screen shows ${what}; it shows:\n${tmux.screen()}`,
      () => {
        const screen = tmux.screen();
        return pattern.test(screen) && screen;
      },
    );
  }

  /** Its first line says what is going on; a session may be live as well. */
  const isOpen = /^.*M {2}(?:● live|as stored)\n[\s\S]*Recent activity[\s\S]*Q quit/;

  async function openDashboard(...args: string[]): Promise<string> {
    tmux.type(`${process.execPath} ${bundle} dashboard --live ${args.join(' ')}; echo "ended $?"`);
    return await shows(isOpen);
  }

  /** A shell whose job was interrupted or stopped leaves the rest of the line out: it is asked afterwards. */
  async function openAlone(): Promise<void> {
    tmux.type(`${process.execPath} ${bundle} dashboard --live`);
    await shows(isOpen);
  }

  async function isOver(): Promise<void> {
    await until('it is over', () => tmux.child() === undefined);
    tmux.type('echo "ended $?"');
  }

  /** The screen there was before, with the cursor and the line editing of the shell. */
  async function isRestored(ended: RegExp): Promise<void> {
    await shows(ended);
    const screen = tmux.screen();
    assert.match(screen, /what was here/);
    assert.doesNotMatch(screen, /Recent activity/);
    assert.equal(tmux.tell('#{alternate_on} #{cursor_flag} #{wrap_flag}'), '0 1 1');
    tmux.type('stty -g > after; echo "still $((40 + 2))"');
    await shows(/still 42/);
    const { cwd } = world.surroundings();
    assert.equal(readFileSync(`${cwd}/after`, 'utf8'), readFileSync(`${cwd}/before`, 'utf8'));
  }

  test('keys do what the last line says, and Q leaves the terminal as it was', async () => {
    await openShell();
    const screen = await openDashboard();
    assert.match(screen, /^ *Today +\S/m);
    assert.match(screen, /^November +≥ \$[\d.]+/m);
    assert.match(screen, /^Project +Model +Agent/m);
    assert.match(screen, /On track for \$/);
    assert.equal(tmux.tell('#{alternate_on} #{cursor_flag}'), '1 0');
    const chosen = (text: string): string => /^› +(?:≥ )?\$[\d.,]+ +(.*?) {2}/m.exec(text)![1]!;
    const first = chosen(screen);
    tmux.press('Down', 'Down');
    await until('another session is chosen', () => chosen(tmux.screen()) !== first);
    tmux.press('Up', 'Up');
    await until('the first session is chosen again', () => chosen(tmux.screen()) === first);
    tmux.press('Down');
    await until('the second session is chosen', () => chosen(tmux.screen()) !== first);
    const second = chosen(tmux.screen());
    tmux.press('Enter');
    const page = await shows(/Claude Code says[\s\S]*most expensive of[\s\S]*Esc back/);
    assert.ok(page.startsWith(second.replace(/….*/, '')), page);
    tmux.press('PageDown');
    await shows(/^Agents *$/m);
    tmux.press('Escape');
    await shows(/Recent activity/);
    tmux.press('?');
    await shows(/Keys and notes[\s\S]*Ctrl-Z/);
    tmux.press('Escape');
    await shows(/Recent activity/);
    tmux.press('r');
    await shows(/Reading anew/);
    tmux.press('q');
    await isRestored(/^ended 0$/m);
  });

  test('E writes what is seen, as other commands print it', async () => {
    await openShell();
    await openDashboard();
    const { cwd } = world.surroundings();
    const written = (): string[] => readdirSync(cwd).filter((name) => name.startsWith('outlay-'));
    tmux.press('e');
    await shows(/Written: outlay-dashboard-20261124-120000\.json/);
    const file = `${cwd}/${written()[0]}`;
    assert.equal(statSync(file).mode & 0o077, 0, 'titles stand in it');
    const seen = JSON.parse(readFileSync(file, 'utf8'));
    const { liveSessions, report, overview, sessions } = world.json('dashboard');
    assert.deepEqual(
      [seen.liveSessions, seen.report, seen.overview, seen.sessions],
      [...[liveSessions, report, overview, sessions]],
    );
    tmux.press('E');
    await shows(/Written: outlay-dashboard-20261124-120000-2\.json/);
    tmux.press('Enter');
    await shows(/Esc back/);
    tmux.press('E');
    await shows(/Written: outlay-session-[\w-]{8}-20261124-120000\.json/);
    assert.equal(written().length, 3);
    tmux.press('q');
    await isRestored(/^ended 0$/m);
  });

  test('it follows the size of the terminal', async () => {
    await openShell();
    await openDashboard();
    tmux.resize(200, 50);
    // The terminal may be looked at in the middle of a frame, and cuts at once what does not fit any more.
    const isDrawn = (height: number, parts: readonly RegExp[]): boolean => {
      const screen = tmux.screen().trimEnd();
      return screen.split('\n').length === height && parts.every((part) => part.test(screen));
    };
    // Side by side, and with room for shares.
    const wide = [/─ Sessions.*─ Recent activity/, /^shop .*% {2}━/m, /Q quit.*$/];
    await until('it is drawn wide', () => isDrawn(50, wide));
    tmux.resize(40, 10);
    await until('it is drawn small', () => isDrawn(10, [/^Today /m, /^› /m, /^Q quit/m]));
    tmux.resize(80, 24);
    await shows(/Recent activity/);
    tmux.press('q');
    await isRestored(/^ended 0$/m);
  });

  test('it shows what Claude Code writes meanwhile, by the figures of other commands', async () => {
    await openShell();
    await openDashboard('--interval', '600');
    const line = answerRecord('new', 'claude-opus-5-5', usageOf({ input: 10, output: 40_000 }), {
      timestamp: new Date(now - 1000).toISOString(),
      sessionId: 'dddddddd-0000-4000-8000-000000000001',
      cwd: '/src/brand-new',
    });
    world.transcript('-src-brand-new/dddddddd-0000-4000-8000-000000000001.jsonl', [line]);
    const screen = await shows(/brand-new +● live/);
    assert.match(screen, /Sessions, 1 live/);
    const { total_cost_usd: today } = world.json('summary', '--period', 'today');
    const [, shown] = /^Today +(?:≥ )?\$([\d.]+)/m.exec(screen)!;
    assert.equal(Number(shown), Math.round(today * 100) / 100);
    tmux.press('q');
    await isRestored(/^ended 0$/m);
  });

  test('nothing is written while nothing changes, and then only what did', async () => {
    await openShell();
    await openDashboard('--interval', '1');
    const file = world.dir.at('bytes');
    tmux.record(file);
    await until('it is recorded', () => existsSync(file));
    await sleep(2500);
    assert.equal(readFileSync(file, 'utf8'), '');
    tmux.press('Down');
    await until('the choice has moved', () => statSync(file).size > 0);
    await sleep(300);
    const bytes = readFileSync(file, 'utf8');
    assert.ok(bytes.length < 60, JSON.stringify(bytes));
    tmux.press('q');
    await isRestored(/^ended 0$/m);
  });

  for (const [signal, code] of [
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    test(`${signal} leaves the terminal as it was, and tells the shell`, async () => {
      await openShell();
      await openDashboard();
      process.kill(tmux.child()!, signal);
      await isRestored(new RegExp(`^ended ${code}$`, 'm'));
    });
  }

  for (const [name, interrupt] of [
    ['Ctrl-C', () => tmux.press('C-c')],
    ['SIGINT', () => process.kill(tmux.child()!, 'SIGINT')],
  ] as const) {
    test(`${name} leaves the terminal as it was, and interrupts`, async () => {
      await openShell();
      await openAlone();
      interrupt();
      await isOver();
      await isRestored(/^ended 130$/m);
    });
  }

  test('Ctrl-Z stops it with the screen restored, and fg goes on', async () => {
    await openShell();
    await openAlone();
    for (const stop of [() => tmux.press('C-z'), () => process.kill(tmux.child()!, 'SIGTSTP')]) {
      stop();
      await shows(/what was here[\s\S]*Stopped/);
      assert.equal(tmux.tell('#{alternate_on} #{cursor_flag}'), '0 1');
      tmux.type('clear; echo what was here; fg');
      await shows(isOpen);
      assert.equal(tmux.tell('#{alternate_on} #{cursor_flag}'), '1 0');
    }
    tmux.press('?');
    await shows(/Keys and notes/, 'that keys still work');
    tmux.press('q');
    await isOver();
    await isRestored(/^ended 0$/m);
  });

  test('what nobody could stop goes on when it is asked to stop', async () => {
    const { cwd, env } = world.surroundings();
    tmux.open({ command: [process.execPath, bundle, 'dashboard', '--live'], cwd, env });
    await shows(isOpen);
    tmux.press('C-z');
    await sleep(300);
    await shows(isOpen);
    tmux.press('?');
    await shows(/Keys and notes/);
  });

  test('an exception nobody caught is told on the screen there was', async () => {
    const boom = world.dir.at('boom.cjs');
    const file = JSON.stringify(world.dir.at('go'));
    writeFileSync(
      boom,
      `const { existsSync } = require('node:fs');
       const { isMainThread } = require('node:worker_threads');
       if (isMainThread) setInterval(() => {
         if (existsSync(${file})) throw new Error('made to fail');
       }, 50).unref();`,
    );
    await openShell();
    tmux.type(`export NODE_OPTIONS="$NODE_OPTIONS --require ${boom}"`);
    await openDashboard();
    writeFileSync(world.dir.at('go'), '');
    await isRestored(/made to fail[\s\S]*^ended 1$/m);
  });

  test('a terminal that goes away ends it, and the store is free', async () => {
    const { cwd, env } = world.surroundings();
    tmux.open({ command: [process.execPath, bundle, 'dashboard', '--live'], cwd, env });
    await shows(isOpen);
    const pid = Number(tmux.tell('#{pane_pid}'));
    tmux.close();
    await until('it has ended', () => !existsSync(`/proc/${pid}`));
    const { code, err } = world.run('index');
    assert.equal(code, 0, err);
  });

  test('without colours it says the same', async () => {
    await openShell(80, 24, { NO_COLOR: '1' });
    const screen = await openDashboard();
    const painted = tmux.screen({ emphasis: true });
    assert.equal(painted.trimEnd(), screen.trimEnd());
    tmux.press('q');
    await isRestored(/^ended 0$/m);
  });

  test('it follows another process that writes', async () => {
    await openShell();
    await openDashboard('--no-index', '--interval', '600');
    const sessionId = 'eeeeeeee-0000-4000-8000-000000000001';
    world.transcript(`-src-late/${sessionId}.jsonl`, [
      answerRecord('late', 'claude-opus-5-5', usageOf({ output: 50_000 }), {
        timestamp: new Date(now - 1000).toISOString(),
        sessionId,
        cwd: '/src/late',
      }),
    ]);
    world.run('index');
    await shows(/late +● live/);
    tmux.press('q');
    await isRestored(/^ended 0$/m);
  });
});
