import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AlertChild } from '../lib/alertChild.ts';
import { hook } from './guardHook.ts';
import { answerRecord, CliWorld, now, usageOf } from './runCli.ts';

const childFile = join(import.meta.dirname, '..', 'lib', 'alertChild.ts');

interface Hooks extends AsyncDisposable {
  readonly url: string;
  /** Ids of what was posted, in the order it came. */
  readonly ids: string[];
}

async function hooks(): Promise<Hooks> {
  const ids: string[] = [];
  const server = createServer(async (request, response) => {
    for await (const _part of request);
    ids.push(String(request.headers['x-outlay-delivery']));
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    ids,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Twelve dollars today of a budget of ten, in the user's own store. */
function world(url: string): CliWorld {
  const made = new CliWorld();
  made.transcript('p/s.jsonl', [
    answerRecord('1', 'claude-opus-5-5', usageOf({ input: 3_000_000 }), {
      timestamp: '2026-11-24T11:00:00.000Z',
    }),
  ]);
  made.env = { TZ: 'UTC', CLAUDE_CONFIG_DIR: made.root };
  made.settings({
    'outlay.budget.dailyUsd': 10,
    'outlay.alerts.channels': ['editor', 'webhook'],
    'outlay.alerts.webhook.url': url,
    // The two rules that would tell of this one message as well.
    'outlay.alerts.quiet': ['acceleration', 'outlier'],
  });
  assert.equal(made.run('index').code, 0);
  return made;
}

/** What of an alert the list says. */
interface Listed {
  readonly id: string;
  readonly key: string;
  readonly level: string;
  readonly told: readonly { readonly channel: string; readonly ok: boolean }[];
}

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
}

function start(made: CliWorld, url: string, more: Partial<AlertChild> = {}): ChildProcess {
  const asked: AlertChild = {
    dataFolder: made.dir.at('data'),
    storeFile: made.dir.at('data', 'outlay.db'),
    now,
    webhookUrl: url,
    ...more,
  };
  const args = ['--disable-warning=ExperimentalWarning', childFile, JSON.stringify(asked)];
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function endOf(child: ChildProcess): Promise<Ended> {
  const out = text(child.stdout!);
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return { code: child.exitCode, signal: child.signalCode, out: await out };
}

const editorLines = (ended: readonly Ended[]): string[] =>
  ended.flatMap(({ out }) => out.split('\n').filter((line) => line.startsWith('editor ')));
const firedIn = ({ out }: Ended): number => Number(/^fired (\d+)$/m.exec(out)?.[1] ?? 0);

describe('windows and terminals at once', () => {
  test('ten windows and three terminals tell once', { timeout: 300_000 }, async () => {
    await using server = await hooks();
    using made = world(server.url);
    const windows = Array.from({ length: 10 }, () => endOf(start(made, server.url)));
    const terminals = Array.from({ length: 3 }, () => made.runBeside('alerts', '--json'));
    const [ended, answers] = await Promise.all([Promise.all(windows), Promise.all(terminals)]);
    for (const { code } of ended) assert.equal(code, 0);
    const fired = answers.map(({ out }) => JSON.parse(out).alerts.length as number);
    const all = [...ended.map(firedIn), ...fired];
    assert.equal(
      all.reduce((sum, each) => sum + each, 0),
      1,
      all.join(' '),
    );
    assert.deepEqual(
      answers.map(({ code }) => code),
      fired.map((number) => (number > 0 ? 1 : 0)),
    );
    // Whoever decides leaves the editor's part to a window: the next one tells it.
    const later = await endOf(start(made, server.url));
    assert.equal(editorLines([...ended, later]).length, 1);
    assert.equal(server.ids.length, 1);
    const { alerts } = JSON.parse(made.run('alerts', 'list', '--json').out);
    assert.equal(alerts.length, 1);
    assert.deepEqual(
      alerts[0].told
        .map(({ channel, ok }: { channel: string; ok: boolean }) => [channel, ok])
        .sort(),
      [
        ['editor', true],
        ['webhook', true],
      ],
    );
    assert.equal(server.ids[0], alerts[0].id);
  });

  test('ten sessions that spend, ten windows and three terminals that index: every alert once', {
    timeout: 600_000,
  }, async () => {
    await using server = await hooks();
    using made = new CliWorld();
    made.env = { TZ: 'UTC', CLAUDE_CONFIG_DIR: made.root };
    const settings = {
      'outlay.budget.dailyUsd': 20,
      'outlay.alerts.channels': ['editor', 'webhook'],
      'outlay.alerts.webhook.url': server.url,
      'outlay.alerts.quiet': ['acceleration', 'outlier', 'spike', 'forecast', 'projection'],
    };
    const perSession = { scope: 'session', period: 'lifetime', limit: 2, action: 'stop' };
    const config = { revision: 1, settings, budgets: [perSession] };
    made.dataFile('config.json', JSON.stringify(config));
    assert.equal(made.run('index').code, 0);
    const over = made.dir.at('over');
    const windows = Array.from({ length: 10 }, () =>
      endOf(start(made, server.url, { untilFile: over })),
    );
    const terminals = Array.from({ length: 3 }, () =>
      made.start('alerts', '--continuous', '--interval', '1'),
    );
    for (const { stdout, stderr } of terminals) for (const each of [stdout, stderr]) each.resume();
    /** Five answers of half a dollar each, the guard asked after each of them. */
    const spend = async (index: number): Promise<(string | undefined)[]> => {
      const sessionId = `aaaaaaaa-0000-4000-8000-00000000001${index}`;
      const lines: object[] = [];
      const warnings: (string | undefined)[] = [];
      for (let step = 0; step < 5; step++) {
        lines.push(
          answerRecord(`${index}-${step}`, 'claude-opus-4-7', usageOf({ input: 100_000 }), {
            ...{ sessionId, requestId: `req-${index}-${step}` },
            timestamp: new Date(now - 600_000 + step * 60_000).toISOString(),
          }),
        );
        const transcript_path = made.transcript(`p${index}/${sessionId}.jsonl`, lines);
        const input = { transcript_path, session_id: sessionId, tool_calls: [] };
        const { answer } = await hook(made, 'PostToolBatch', input);
        assert.equal(answer.continue, step < 3 ? undefined : false, `${index} ${step}`);
        warnings.push(answer.systemMessage);
      }
      return warnings;
    };
    const warned = await Promise.all(Array.from({ length: 10 }, (_, index) => spend(index)));
    for (const warnings of warned) assert.equal(warnings.filter(Boolean).length, 1, 'said once');
    const list = () => JSON.parse(made.run('alerts', 'list', '--json').out).alerts as Listed[];
    // $25 of $20; what each window has yet to tell comes with its next look.
    const done = (): boolean => {
      const alerts = list();
      const stops = alerts.filter(({ level }) => level === 'HARD_STOP');
      return stops.length >= 11 && alerts.every(({ told }) => told.length === 2);
    };
    for (let tries = 0; !done() && tries < 60; tries++) await sleep(500);
    writeFileSync(over, '');
    const ended = await Promise.all(windows);
    for (const terminal of terminals) {
      terminal.kill('SIGTERM');
      if (terminal.exitCode === null) await once(terminal, 'exit');
    }
    for (const { code } of ended) assert.equal(code, 0);
    const alerts = list();
    const names = alerts.map(({ key, level }) => `${key} ${level}`);
    // Which levels below are met on the way hangs on when somebody looks.
    const stops = alerts.filter(({ level }) => level === 'HARD_STOP');
    assert.equal(stops.length, 11, 'the day and each session');
    assert.equal(new Set(names).size, names.length, `each level once: ${names.join(', ')}`);
    const ids = alerts.map(({ id }) => id).sort();
    assert.deepEqual(server.ids.toSorted(), ids, 'posted once each');
    const shown = editorLines(ended).map((line) => line.slice('editor '.length));
    assert.deepEqual(shown.toSorted(), ids, 'and shown in one window each');
  });

  for (const [dies, posts] of [
    ['decided', 1],
    ['claimed', 1],
    ['sent', 2],
  ] as const) {
    test(`killed when it has ${dies}, another tells it: with the same id`, {
      timeout: 120_000,
    }, async () => {
      await using server = await hooks();
      using made = world(server.url);
      const killed = await endOf(start(made, server.url, { dies }));
      assert.equal(killed.signal, 'SIGKILL');
      const after = await endOf(start(made, server.url));
      assert.equal(firedIn(after), 0);
      assert.equal(server.ids.length, posts);
      assert.equal(new Set(server.ids).size, 1);
      const last = await endOf(start(made, server.url));
      // What a window that was killed had shown is gone with it.
      assert.equal(new Set(editorLines([killed, after, last])).size, 1);
      assert.equal(server.ids.length, posts);
    });
  }

  test('killed at any moment, of several at once: told, and under one id', {
    timeout: 300_000,
  }, async () => {
    for (const [round, waits] of [
      [40, 80, 120],
      [150, 200, 250],
      [300, 350, 400],
    ].entries()) {
      await using server = await hooks();
      using made = world(server.url);
      const children = waits.map(async (wait) => {
        const child = start(made, server.url);
        const ended = endOf(child);
        await sleep(wait);
        child.kill('SIGKILL');
        return ended;
      });
      const killed = await Promise.all(children);
      const after = await endOf(start(made, server.url));
      assert.equal(after.code, 0);
      assert.ok(server.ids.length >= 1, `round ${round}`);
      assert.equal(new Set(server.ids).size, 1, `round ${round}`);
      // Who was killed between showing and noting it has shown it as well.
      const shown = new Set(editorLines([...killed, after]));
      assert.equal(shown.size, 1, `round ${round}`);
    }
  });

  test('a lease of another machine is waited for, and taken when its time is over', async () => {
    await using server = await hooks();
    using made = world(server.url);
    await endOf(start(made, server.url, { dies: 'decided' }));
    const file = made.dir.at('data', 'alerts.json');
    const state = JSON.parse(readFileSync(file, 'utf8'));
    const lease = { owner: 'other', pid: 1, host: 'elsewhere', until: now + 1000 };
    writeFileSync(file, JSON.stringify({ ...state, leases: { webhook: lease } }));
    await endOf(start(made, server.url));
    assert.equal(server.ids.length, 0);
    const over = { ...lease, until: now };
    writeFileSync(file, JSON.stringify({ ...state, leases: { webhook: over } }));
    await endOf(start(made, server.url));
    assert.equal(server.ids.length, 1);
  });

  test('a damaged state is kept aside, and what was told is known from the history', async () => {
    await using server = await hooks();
    using made = world(server.url);
    await endOf(start(made, server.url));
    const file = made.dir.at('data', 'alerts.json');
    for (const damage of ['', '{"version":1', 'null', '{"version":2}']) {
      writeFileSync(file, damage);
      assert.equal(firedIn(await endOf(start(made, server.url))), 0, damage);
    }
    assert.equal(server.ids.length, 1);
  });
});
