import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { SMTPServer } from 'smtp-server';
import { until } from '../../scripts/shared/retry.ts';
import { serviceOf } from '../../src/cli/support/service.ts';
import { findProgram } from '../../src/platform/findProgram.ts';
import { answerRecord, CliWorld, usageOf } from './runCli.ts';

/** Twelve dollars in the last hour. */
function world(settings: Record<string, unknown> = {}): CliWorld {
  const made = new CliWorld();
  made.transcript('p/s.jsonl', [
    answerRecord('1', 'claude-opus-5-5', usageOf({ input: 3_000_000 }), {
      timestamp: '2026-11-24T11:30:00.000Z',
    }),
  ]);
  made.env = { TZ: 'UTC', CLAUDE_CONFIG_DIR: made.root };
  made.settings({ 'outlay.alerts.channels': ['log'], ...settings });
  return made;
}

const json = ({ out }: { out: string }) => JSON.parse(out);

describe('outlay alerts', () => {
  test('tells once, ends with 1 then and with 0 afterwards; limits of the command count', () => {
    using made = world();
    const ask = (...args: string[]) => made.run('alerts', '--json', ...args);
    const none = ask();
    assert.deepEqual([none.code, json(none).status], [0, 'ok']);
    const over = ask('--budget', '13', '--hourly-max', '5', '--daily-max', '11');
    assert.equal(over.code, 1);
    const { status, alerts } = json(over);
    assert.deepEqual(
      [status, alerts.map(({ rule, level }: Record<string, string>) => `${rule} ${level}`)],
      ['alert', ['budget CRITICAL', 'hourly CRITICAL', 'projection WARNING']],
    );
    assert.deepEqual(alerts[0].figures, { spent_usd: 12, limit_usd: 13, share: 12 / 13 });
    assert.equal(alerts[0].cause.sessionId, 'aaaaaaaa-0000-4000-8000-000000000001');
    const again = ask('--budget', '13', '--hourly-max', '5', '--daily-max', '11');
    assert.deepEqual([again.code, json(again).alerts, json(again).held.length], [0, [], 3]);
    // Worse is told at once; the next day is another period.
    assert.deepEqual(json(ask('--budget', '12')).alerts[0].level, 'HARD_STOP');
    const { alerts: listed, counts } = json(made.run('alerts', 'list', '--json'));
    assert.equal(listed.length, 4);
    assert.deepEqual(counts, { INFO: 0, WARNING: 1, CRITICAL: 2, HARD_STOP: 1 });
    assert.deepEqual(
      listed[0].told.map(({ channel, ok }: Record<string, unknown>) => [channel, ok]),
      [['log', true]],
    );
    const none2 = json(made.run('alerts', 'list', '--since', '2026-11-24T12:00:00Z', '--json'));
    assert.equal(none2.alerts.length, 4);
  });

  test('budgets in force, paused and raised ones, as "budget check" has them', () => {
    using made = world({ 'outlay.budget.dailyUsd': 10 });
    made.run('budget', 'pause', '--period', 'day', '--for', '2h');
    assert.equal(made.run('alerts').code, 0);
    made.run('budget', 'resume', '--period', 'day');
    const told = made.run('alerts');
    assert.equal(told.code, 1);
    assert.match(told.out, /Today's budget is used up: \$12 of \$10 since 00:00, over by \$2\./);
    made.run('budget', 'raise', '15', '--period', 'day');
    assert.match(made.run('alerts').out, /Today's budget is 80% used: \$12 of \$15/);
    made.env = { ...made.env, OUTLAY_NOW: '2026-11-25T12:00:00Z' };
    assert.equal(made.run('alerts').code, 0);
  });

  test('another store has alerts of its own', () => {
    using made = world({ 'outlay.budget.dailyUsd': 10 });
    assert.equal(made.run('alerts').code, 1);
    const other = made.run('alerts', '--config-dir', made.root, '--json');
    assert.equal(other.code, 1);
    assert.match(json(other).alerts[0].key, /^budget global day usd in store /);
    assert.equal(made.run('alerts', '--config-dir', made.root).code, 0);
  });

  test('snoozed, nothing is told until then; by key, by id, and nothing that was never told', () => {
    using made = world({ 'outlay.budget.dailyUsd': 10 });
    const { id, key } = json(made.run('alerts', '--json')).alerts[0];
    assert.equal(made.run('alerts', 'snooze', id.slice(0, 6), '--for', '2h').code, 0);
    assert.equal(made.run('alerts').code, 0);
    assert.match(made.run('alerts', 'list').out, /is snoozed until 2026-11-24T14:00/);
    made.env = { ...made.env, OUTLAY_NOW: '2026-11-24T14:00:00Z' };
    assert.equal(made.run('alerts').code, 1);
    assert.equal(
      json(made.run('alerts', 'snooze', key, '--json')).until,
      '2026-11-24T15:00:00.000Z',
    );
    for (const [args, words] of [
      [['nothing'], /No alert was told/],
      [[key, '--for', '90d'], /is not a length of time to snooze/],
    ] as const) {
      const { code, err } = made.run('alerts', 'snooze', ...args);
      assert.equal(code, 2);
      assert.match(err, words);
    }
  });

  test('settings that are wrong are named, the others hold; switched off, nothing is told', () => {
    using made = world({
      'outlay.budget.dailyUsd': 10,
      'outlay.alerts.channels': ['log', 'pigeon'],
      'outlay.alerts.hourlyUsd': -1,
      'outlay.alerts.webhook.url': 'http://example.com/x',
      'outlay.alerts.templates': { stop: 'Over: {spent} of {limit}', info: '{nonsense}' },
      'outlay.alerts.command': ['tell.sh'],
    });
    const { notes, alerts } = json(made.run('alerts', '--json'));
    for (const name of [
      'outlay.alerts.channels[1]',
      'outlay.alerts.hourlyUsd',
      'outlay.alerts.webhook.url',
      'outlay.alerts.templates["info"]',
      'outlay.alerts.command',
    ]) {
      assert.equal(notes.filter((note: string) => note.includes(name)).length, 1, name);
    }
    assert.equal(alerts[0].message, 'Over: $12 of $10');
    made.settings({ 'outlay.alerts.enabled': false, 'outlay.budget.dailyUsd': 5 });
    const off = made.run('alerts');
    assert.equal(off.code, 0);
    assert.match(off.out, /Alerts are switched off/);
  });

  test('test sends by a channel and says what is missing', async () => {
    const seen: string[] = [];
    const server = createServer(async (request, response) => {
      let body = '';
      for await (const part of request) body += String(part);
      seen.push(body);
      response.writeHead(body.includes('slack') ? 200 : 204).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    using made = world();
    const url = `http://127.0.0.1:${port}/services/T0/B0/secret-part`;
    try {
      made.env = { ...made.env, SLACK_WEBHOOK_URL: url };
      const good = await made.runBeside('alerts', 'test', 'slack');
      assert.deepEqual([good.code, seen.length], [0, 1]);
      assert.match(seen[0]!, /[Tt]est alert from Outlay/);
    } finally {
      server.closeAllConnections();
      server.close();
    }
    const unknown = made.run('alerts', 'test', 'pigeon');
    assert.equal(unknown.code, 2);
    const missing = made.run('alerts', 'test', 'email');
    assert.equal(missing.code, 2);
    assert.match(missing.out, /Nothing is set for EMAIL_SMTP_HOST, EMAIL_FROM, EMAIL_TO/);
    assert.equal(made.run('alerts', 'test', 'log').code, 0);
    // Nothing of a test stands in the history.
    assert.deepEqual(json(made.run('alerts', 'list', '--json')).alerts, []);
  });

  test('an e-mail is sent by the bundle that is loaded for it alone', async () => {
    const mails: string[] = [];
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onData: (stream, _session, done) => {
        let mail = '';
        stream.on('data', (data: Buffer) => {
          mail += data.toString();
        });
        stream.on('end', () => {
          mails.push(mail);
          done();
        });
      },
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    const { port } = server.server.address() as AddressInfo;
    using made = world({ 'outlay.budget.dailyUsd': 10 });
    made.env = {
      ...made.env,
      EMAIL_ENABLED: 'true',
      EMAIL_SMTP_HOST: 'localhost',
      EMAIL_SMTP_PORT: String(port),
      EMAIL_FROM: 'outlay@example.com',
      EMAIL_TO: 'ada@example.com',
    };
    try {
      assert.equal((await made.runBeside('alerts')).code, 1);
      assert.equal((await made.runBeside('alerts')).code, 0);
    } finally {
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
    assert.equal(mails.length, 1);
    assert.match(mails[0]!, /^Subject: Outlay: Today's budget is used up\r?$/m);
    const { alerts } = json(made.run('alerts', 'list', '--json'));
    const told = alerts[0].told.map(({ channel }: { channel: string }) => channel).sort();
    assert.deepEqual(told, ['email', 'log']);
    // Nothing else loads it.
    const cli = readFileSync(join(import.meta.dirname, '../../dist/cli.cjs'), 'utf8');
    assert.equal(cli.includes('X-Mailer'), false);
    assert.equal(existsSync(join(import.meta.dirname, '../../dist/mail.cjs')), true);
  });

  test('wrong use ends with 2', () => {
    using made = world();
    for (const args of [
      ['--budget', '-1'],
      ['--hourly-max', 'much'],
      ['--interval', '0'],
      ['list', '--since', 'x'],
    ]) {
      assert.equal(made.run('alerts', ...args).code, 2, args.join(' '));
    }
  });
});

describe('outlay alerts --continuous', { skip: process.platform === 'win32' }, () => {
  test('goes on through a damaged store, a changed budget and a locked folder, until stopped', {
    timeout: 180_000,
  }, async () => {
    using made = world();
    const child = made.start('alerts', '--continuous', '--interval', '1', '--json');
    let out = '';
    let err = '';
    child.stdout.on('data', (data: Buffer) => {
      out += data.toString();
    });
    child.stderr.on('data', (data: Buffer) => {
      err += data.toString();
    });
    await until('the store is there', () => existsSync(made.dir.at('data', 'outlay.db')));
    made.settings({ 'outlay.budget.dailyUsd': 10, 'outlay.alerts.channels': ['log'] });
    await until('the budget is told', () => out.includes('HARD_STOP'));
    assert.equal(JSON.parse(out.trim().split('\n')[0]!).rule, 'budget');
    // A file where the state belongs that is none, then a config that is no JSON.
    rmSync(made.dir.at('data', 'alerts.json'));
    mkdirSync(made.dir.at('data', 'alerts.json'));
    await until('it says what is wrong', () => /alerts\.json cannot be read/.test(err));
    rmSync(made.dir.at('data', 'alerts.json'), { recursive: true });
    made.dataFile('config.json', 'no json');
    await until('it says what is wrong', () => /is not JSON/.test(err));
    for (const end of ['', '-wal', '-shm'])
      rmSync(made.dir.at('data', `outlay.db${end}`), { force: true });
    writeFileSync(made.dir.at('data', 'outlay.db'), 'no database at all, but a text');
    made.settings({ 'outlay.budget.dailyUsd': 11, 'outlay.alerts.channels': ['log'] });
    await until('it says what is wrong', () => /outlay\.db/.test(err));
    assert.equal(child.exitCode, null);
    rmSync(made.dir.at('data', 'outlay.db'), { force: true });
    await until('it goes on', () => out.trim().split('\n').length >= 2);
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
    assert.deepEqual([child.exitCode, child.signalCode], [0, null]);
    assert.doesNotMatch(err, /bug in Outlay/);
  });
});

describe('the service', () => {
  const plan = {
    command: ['/opt/My "Node"/no%de', '/opt/$HOME/cli.cjs', 'alerts', '--continuous', 'a\\b'],
    env: { OUTLAY_DATA_DIR: '/data/50% "off" & <more>' },
    home: '/home/ada',
    dataFolder: '/data',
    configHome: undefined,
    uid: 501,
  };

  test('is a unit systemd takes', { skip: findProgram('systemd-analyze') === undefined }, () => {
    using made = world();
    const command = [process.execPath, ...plan.command.slice(1)];
    const { content, file } = serviceOf('linux', { ...plan, command });
    assert.equal(file, '/home/ada/.config/systemd/user/outlay-alerts.service');
    const unit = made.dataFile('outlay-alerts.service', content);
    const run = (path: string) =>
      spawnSync(findProgram('systemd-analyze')!, ['verify', '--user', path], {
        encoding: 'utf8',
        env: { ...process.env, XDG_RUNTIME_DIR: made.dir.at('data'), HOME: made.dir.at('data') },
      });
    const { status, stderr } = run(unit);
    assert.deepEqual([status, stderr], [0, '']);
    // It can say no.
    const wrong = made.dataFile('outlay-wrong.service', content.replace('Type=exec', 'Type=x'));
    assert.match(run(wrong).stderr, /Failed to parse service type/);
  });

  test('is quoted as each system reads it', () => {
    const unit = serviceOf('linux', plan).content;
    assert.match(unit, /^ExecStart="\/opt\/My \\"Node\\"\/no%%de" "\/opt\/\$\$HOME\/cli\.cjs" /m);
    assert.match(unit, /^Environment="OUTLAY_DATA_DIR=\/data\/50%% \\"off\\" & <more>"$/m);
    const agent = serviceOf('darwin', plan);
    assert.equal(agent.file, '/home/ada/Library/LaunchAgents/dev.outlay.alerts.plist');
    assert.match(agent.content, /<string>\/data\/50% &quot;off&quot; &amp; &lt;more&gt;<\/string>/);
    balanced(agent.content);
    assert.deepEqual(agent.stop, [['launchctl', 'bootout', 'gui/501/dev.outlay.alerts']]);
    const task = serviceOf('win32', { ...plan, dataFolder: 'C:\\Data' });
    assert.equal(task.file, 'C:\\Data\\alerts-task.xml');
    assert.match(task.content, /<Arguments>.*alerts --continuous a\\b<\/Arguments>/);
    balanced(task.content);
  });

  /** Every element of an XML file ends, in order. */
  function balanced(xml: string): void {
    const open: string[] = [];
    for (const [, end, name, self] of xml
      .replace(/<[?!][^>]*>/g, '')
      .matchAll(/<(\/?)([\w:]+)[^>]*?(\/?)>/g)) {
      if (self === '/') continue;
      if (end === '') open.push(name!);
      else assert.equal(open.pop(), name);
    }
    assert.deepEqual(open, []);
  }

  /** Programs of that name write down how they are called; `code` is what they end with. */
  function standIn(made: CliWorld, name: string, code: number): string {
    const file = made.dir.at('tools', name);
    mkdirSync(made.dir.at('tools'), { recursive: true });
    writeFileSync(file, `#!/bin/sh\necho "$@" >> '${made.dir.at('called')}'\nexit ${code}\n`);
    chmodSync(file, 0o755);
    return made.dir.at('tools');
  }

  const linux = { skip: process.platform !== 'linux' };

  test('is shown first, installed with --yes, and undone completely', linux, () => {
    using made = world();
    const home = made.dir.at('home');
    const unit = join(home, '.config/systemd/user/outlay-alerts.service');
    const shown = made.run('alerts', 'install', '--interval', '60');
    assert.equal(shown.code, 0);
    assert.match(shown.out, /--yes does it/);
    assert.match(shown.out, /it was not started under one by those who made Outlay/);
    assert.equal(existsSync(unit), false);
    const before = readdirSync(home);
    made.env = { ...made.env, PATH: `${standIn(made, 'systemctl', 0)}:${process.env.PATH}` };
    assert.equal(made.run('alerts', 'install', '--interval', '60', '--yes').code, 0);
    const content = readFileSync(unit, 'utf8');
    assert.ok(shown.out.includes(content), 'what was shown is what was written');
    assert.match(content, /"--interval" "60"/);
    // Again changes nothing; gone, nothing is left.
    assert.equal(made.run('alerts', 'install', '--interval', '60', '--yes').code, 0);
    assert.equal(made.run('alerts', 'uninstall').code, 0);
    assert.equal(existsSync(unit), true);
    assert.equal(made.run('alerts', 'uninstall', '--yes').code, 0);
    assert.equal(existsSync(unit), false);
    assert.deepEqual(readdirSync(home), before);
    assert.deepEqual(readFileSync(made.dir.at('called'), 'utf8').trim().split('\n'), [
      ...['--user daemon-reload', '--user enable --now outlay-alerts.service'],
      ...['--user daemon-reload', '--user enable --now outlay-alerts.service'],
      ...['--user disable --now outlay-alerts.service', '--user daemon-reload'],
    ]);
    assert.equal(made.run('alerts', 'uninstall', '--yes').code, 2);
  });

  test('that cannot be started is taken back; one of somebody else is left alone', linux, () => {
    using made = world();
    const unit = join(made.dir.at('home'), '.config/systemd/user/outlay-alerts.service');
    made.env = { ...made.env, PATH: `${standIn(made, 'systemctl', 1)}:${process.env.PATH}` };
    const failed = made.run('alerts', 'install', '--yes');
    assert.equal(failed.code, 3);
    assert.match(failed.err, /failed \(exit 1\)\. Nothing is installed/);
    assert.equal(existsSync(unit), false);
    mkdirSync(join(unit, '..'), { recursive: true });
    writeFileSync(unit, '[Service]\nExecStart=/bin/true\n');
    for (const what of ['install', 'uninstall']) {
      const { code, err } = made.run('alerts', what, '--yes');
      assert.equal(code, 3);
      assert.match(err, /was not written by Outlay; it is left alone/);
    }
    assert.equal(readFileSync(unit, 'utf8'), '[Service]\nExecStart=/bin/true\n');
  });

  test('of another system is shown only, and said to be untried', linux, () => {
    using made = world();
    for (const platform of ['darwin', 'win32']) {
      const { out, code } = made.run('alerts', 'install', '--for', platform, '--yes');
      assert.equal(code, 0);
      assert.match(out, new RegExp(`Shown only: this is no ${platform}`));
      assert.match(out, /was not tried on such a system/);
      assert.deepEqual(readdirSync(made.dir.at('home')), []);
    }
    const shown = json(made.run('alerts', 'install', '--for', 'darwin', '--json'));
    assert.deepEqual([shown.platform, shown.done, shown.tried], ['darwin', false, false]);
  });
});

test('a terminal that is stopped in the middle leaves a whole history', async () => {
  using made = world({ 'outlay.budget.dailyUsd': 10 });
  const child = made.start('alerts', '--continuous', '--interval', '1');
  const out = text(child.stdout);
  await until('it is told', () => existsSync(made.dir.at('data', 'alerts.jsonl')));
  child.kill('SIGKILL');
  await out;
  assert.equal(json(made.run('alerts', 'list', '--json')).alerts.length, 1);
});
