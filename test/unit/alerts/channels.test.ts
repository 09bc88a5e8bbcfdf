import assert from 'node:assert/strict';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { SMTPServer } from 'smtp-server';
import { until } from '../../../scripts/shared/retry.ts';
import { type ChannelWorld, messageFor } from '../../../src/alerts/channels/channel.ts';
import { channels, channelsInForce } from '../../../src/alerts/channels/registry.ts';
import { testAlert } from '../../../src/alerts/checkAlerts.ts';
import { readSecrets, redacted, secretVariables } from '../../../src/alerts/secrets.ts';
import type { Alert } from '../../../src/dataFolder/alertFile.ts';
import type { AlertSettings, ChannelName } from '../../../src/settings/alertSettings.ts';
import { defaultSettings } from '../../../src/settings/settings.ts';
import { tempDir } from '../../lib/tempDir.ts';

const at = Date.parse('2026-11-24T15:20:00Z');

const alert: Alert = {
  id: '11111111-2222-4333-8444-555555555555',
  at,
  key: 'budget project:/src/billing-api day usd',
  told: 'x',
  rule: 'budget',
  level: 'stop',
  budget: {
    key: 'project:/src/billing-api day usd',
    scope: 'project:/src/billing-api',
    period: 'day',
    unit: 'usd',
  },
  part: '',
  since: Date.parse('2026-11-24T00:00:00Z'),
  facts: { spent: 11.42e9, limit: 10e9, share: 1.142 },
  cause: {
    session: 'aaaaaaaa-0000',
    title: '<!channel> *Fix* @everyone [x](http://evil)',
    project: '/src/billing-api',
    amount: 8.48e9,
  },
  atLeast: false,
};

interface Seen {
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A real receiver; `answer` says what each request gets, by its number. */
async function receiver(
  answer: (number: number, response: ServerResponse) => void,
): Promise<AsyncDisposable & { readonly url: string; readonly seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += String(part);
    seen.push({ url: request.url ?? '', headers: request.headers, body });
    answer(seen.length, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function world(
  settings: Partial<AlertSettings>,
  env: Record<string, string> = {},
): ChannelWorld & { readonly lines: string[]; readonly pauses: number[] } {
  const lines: string[] = [];
  const pauses: number[] = [];
  return {
    settings: { ...defaultSettings().alerts, ...settings },
    secrets: readSecrets(env),
    zone: 'UTC',
    log: (line) => lines.push(line),
    sleep: async (ms) => {
      pauses.push(ms);
    },
    ...{ lines, pauses },
  };
}

function send(name: ChannelName, told: ChannelWorld, what = alert): Promise<void> {
  const channel = channels.find((each) => each.name === name)!;
  assert.equal(channel.problem(told), undefined);
  return channel.send(messageFor(channel, what, told), told);
}

describe('webhooks', () => {
  test('two failures are tried again with pauses that grow, each with the same id', async () => {
    await using server = await receiver((number, response) => {
      response.writeHead(number <= 2 ? 503 : 204).end();
    });
    const told = world({ webhookUrl: `${server.url}/hook` });
    await send('webhook', told);
    assert.deepEqual(told.pauses, [1000, 2000]);
    assert.deepEqual(
      server.seen.map(({ headers }) => headers['x-outlay-delivery']),
      [alert.id, alert.id, alert.id],
    );
    const body = JSON.parse(server.seen[0]!.body);
    assert.deepEqual(
      [body.id, body.level, body.rule, body.schemaVersion],
      [alert.id, 'HARD_STOP', 'budget', 1],
    );
    assert.deepEqual(body.figures, { spent_usd: 11.42, limit_usd: 10, share: 1.142 });
  });

  test('after three more tries it is given up, and what is said holds no secret', async () => {
    await using server = await receiver((_, response) => void response.writeHead(500).end());
    const token = 'very-secret-token';
    const told = world(
      {},
      { OUTLAY_ALERT_WEBHOOK_URL: `${server.url}/T00/B00/xyz`, OUTLAY_ALERT_WEBHOOK_TOKEN: token },
    );
    await assert.rejects(send('webhook', told), (error: Error) => {
      assert.match(error.message, /was tried 4 times and accepted nothing: status 500/);
      for (const secret of [token, '/T00/B00/xyz']) assert.ok(!error.message.includes(secret));
      return true;
    });
    assert.equal(server.seen.length, 4);
    assert.equal(server.seen[0]!.headers.authorization, `Bearer ${token}`);
  });

  test('a redirect is refused: no secret follows it', async () => {
    await using other = await receiver((_, response) => void response.writeHead(200).end());
    await using server = await receiver((_, response) => {
      response.writeHead(307, { location: `${other.url}/stolen` }).end();
    });
    const told = world({ webhookUrl: server.url }, { OUTLAY_ALERT_WEBHOOK_TOKEN: 'secret-token' });
    await assert.rejects(send('webhook', told), /a redirect, which is not followed/);
    assert.deepEqual([server.seen.length, other.seen.length], [1, 0]);
  });

  test('one that hangs is left after its time, and tried again', { timeout: 60_000 }, async () => {
    await using server = await receiver((number, response) => {
      if (number > 1) response.writeHead(200).end();
    });
    const told = world({ webhookUrl: server.url });
    await send('webhook', told);
    assert.equal(server.seen.length, 2);
  });

  test('one that refuses is not asked again', async () => {
    await using server = await receiver((_, response) => void response.writeHead(404).end());
    await assert.rejects(send('webhook', world({ webhookUrl: server.url })), /status 404/);
    assert.equal(server.seen.length, 1);
  });

  const title = alert.cause!.title!;
  for (const format of ['json', 'slack', 'discord', 'teams', 'ntfy'] as const) {
    test(`${format}: no name leaves this machine unless it may, and then it calls nobody`, async () => {
      await using server = await receiver((_, response) => void response.writeHead(200).end());
      const url = `${server.url}/topic`;
      await send('webhook', world({ webhookUrl: url, webhookFormat: format }));
      await send('webhook', world({ webhookUrl: url, webhookFormat: format, sendNames: true }));
      const [shut, open] = server.seen.map(({ body }) => body) as [string, string];
      for (const name of ['billing', 'Fix', 'everyone']) assert.ok(!shut.includes(name), shut);
      assert.match(open, /billing-api/);
      for (const text of [shut, open]) assert.match(text, /\$11\.42/);
      const body = JSON.parse(open);
      switch (format) {
        case 'json':
          assert.equal(body.cause.title, title);
          break;
        case 'slack':
          assert.match(body.text, /&lt;!channel&gt;/);
          assert.ok(!open.includes('<!channel>'));
          break;
        case 'discord':
          assert.deepEqual(body.allowed_mentions, { parse: [] });
          assert.match(body.embeds[0].description, /\\@everyone/);
          break;
        case 'teams':
          assert.equal(body.attachments[0].contentType, 'application/vnd.microsoft.card.adaptive');
          assert.ok(!open.includes('[x](http'));
          break;
        case 'ntfy':
          assert.deepEqual([body.topic, body.priority, server.seen[1]!.url], ['topic', 5, '/']);
          break;
      }
    });
  }

  test('Slack goes to the address of the environment', async () => {
    await using server = await receiver((_, response) => void response.writeHead(200).end());
    await send('slack', world({}, { SLACK_WEBHOOK_URL: `${server.url}/services/T/B/x` }));
    assert.equal(server.seen[0]!.url, '/services/T/B/x');
    assert.match(server.seen[0]!.body, /"color":"#991b1b"/);
  });

  test('what is not set, or not safe, is said with what to do', () => {
    const problem = (name: ChannelName, told: ChannelWorld) =>
      channels.find((each) => each.name === name)!.problem(told) ?? '';
    assert.match(problem('webhook', world({})), /set outlay\.alerts\.webhook\.url/);
    assert.match(problem('slack', world({})), /SLACK_WEBHOOK_URL/);
    const plain = world({}, { SLACK_WEBHOOK_URL: 'http://hooks.example.com/x' });
    assert.match(problem('slack', plain), /use https/);
    assert.match(problem('command', world({})), /outlay\.alerts\.command/);
    assert.match(problem('email', world({}, { EMAIL_FROM: 'a@b' })), /EMAIL_SMTP_HOST, EMAIL_TO/);
  });
});

describe('e-mail', () => {
  interface Mail {
    readonly to: string[];
    readonly user: string | undefined;
    readonly text: string;
  }

  async function mailServer(
    refuse: (number: number) => { code: number } | undefined,
  ): Promise<AsyncDisposable & { readonly port: number; readonly mails: Mail[]; tries: number }> {
    const mails: Mail[] = [];
    const state = { tries: 0 };
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth: (auth, _session, done) => {
        if (auth.password === 'right-password') done(null, { user: auth.username });
        else done(Object.assign(new Error('no: right-guess'), { responseCode: 535 }));
      },
      onMailFrom: (_address, _session, done) => {
        state.tries += 1;
        const refused = refuse(state.tries);
        if (refused === undefined) done();
        else done(Object.assign(new Error('not now'), { responseCode: refused.code }));
      },
      onData: (stream, session, done) => {
        let text = '';
        stream.on('data', (data: Buffer) => {
          text += data.toString();
        });
        stream.on('end', () => {
          mails.push({
            to: session.envelope.rcptTo.map(({ address }) => address),
            user: session.user as string | undefined,
            text,
          });
          done();
        });
      },
    });
    server.on('error', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    const { port } = server.server.address() as AddressInfo;
    return {
      port,
      mails,
      get tries() {
        return state.tries;
      },
      [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
    };
  }

  const mailEnv = (port: number, more: Record<string, string> = {}) => ({
    EMAIL_SMTP_HOST: '127.0.0.1',
    EMAIL_SMTP_PORT: String(port),
    EMAIL_FROM: 'Outlay <outlay@example.com>',
    EMAIL_TO: 'ada@example.com, bob@example.com',
    ...more,
  });

  test('goes to everybody named, with an id that stays the same', async () => {
    await using server = await mailServer(() => undefined);
    await send('email', world({}, mailEnv(server.port, { EMAIL_PASSWORD: 'right-password' })));
    const [mail] = server.mails;
    assert.deepEqual(mail!.to, ['ada@example.com', 'bob@example.com']);
    assert.equal(mail!.user, 'outlay@example.com');
    assert.match(mail!.text, /^Subject: Outlay: Today's budget of a project is used up\r?$/m);
    assert.match(mail!.text, new RegExp(`^Message-ID: <${alert.id}@outlay\\.invalid>`, 'm'));
    assert.match(mail!.text, /\$11\.42 of \$10/);
    assert.ok(!mail!.text.includes('billing'));
  });

  test('a server that fails twice is asked again; one that refuses is not', async () => {
    await using failing = await mailServer((number) => (number <= 2 ? { code: 451 } : undefined));
    const told = world({}, mailEnv(failing.port));
    await send('email', told);
    assert.deepEqual([failing.mails.length, told.pauses], [1, [1000, 2000]]);
    await using refusing = await mailServer(() => ({ code: 550 }));
    await assert.rejects(
      send('email', world({}, mailEnv(refusing.port))),
      /mail server 127\.0\.0\.1/,
    );
    assert.equal(refusing.tries, 1);
  });

  test('what a server says of a wrong password is told without it', async () => {
    await using server = await mailServer(() => undefined);
    const password = 'right-guess';
    const told = world({}, mailEnv(server.port, { EMAIL_PASSWORD: password }));
    await assert.rejects(send('email', told), (error: Error) => {
      assert.ok(!error.message.includes(password), error.message);
      return true;
    });
  });

  test('a title with line breaks makes no header', async () => {
    await using server = await mailServer(() => undefined);
    const told = world({ sendNames: true }, mailEnv(server.port));
    const scope = 'project:/a/x\r\nBcc: eve@example.com';
    await send('email', told, { ...alert, budget: { ...alert.budget!, scope } });
    assert.deepEqual(server.mails[0]!.to, ['ada@example.com', 'bob@example.com']);
    assert.doesNotMatch(server.mails[0]!.text, /^Bcc:/m);
  });

  test('addresses that are none are named', () => {
    const channel = channels.find(({ name }) => name === 'email')!;
    for (const to of ['ada', 'a@b, c', 'a@b\r\nBcc: x@y']) {
      const problem = channel.problem(world({}, mailEnv(25, { EMAIL_TO: to })));
      assert.match(problem ?? '', /is not an e-mail address/, to);
    }
    assert.match(channel.problem(world({}, mailEnv(0))) ?? '', /EMAIL_SMTP_PORT is not a port/);
  });
});

/** Whether a process runs; one that has ended and that nobody has asked about does not. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

describe('a program of the user', { skip: process.platform === 'win32' }, () => {
  function program(folder: ReturnType<typeof tempDir>, script: string): string {
    const file = folder.at('tell; rm -rf x');
    writeFileSync(file, `#!${process.execPath}\n${script}`);
    chmodSync(file, 0o755);
    return file;
  }

  test('gets the alert as JSON and as variables, its arguments as they are, and no secret', async () => {
    using dir = tempDir();
    const out = dir.at('out.json');
    const file = program(
      dir,
      `const { readFileSync, writeFileSync } = require('node:fs');
       writeFileSync(${JSON.stringify(out)}, JSON.stringify({
         input: JSON.parse(readFileSync(0, 'utf8')), words: process.argv.slice(2), env: process.env }));`,
    );
    const secrets = Object.values(secretVariables);
    for (const name of secrets) process.env[name] = 'top-secret';
    // As in the editor, whose runtime is told so to be Node.
    process.env.ELECTRON_RUN_AS_NODE = '1';
    try {
      await send('command', world({ command: [file, '$(id)', 'a b', ''] }));
    } finally {
      for (const name of [...secrets, 'ELECTRON_RUN_AS_NODE']) delete process.env[name];
    }
    const { input, words, env } = JSON.parse(readFileSync(out, 'utf8'));
    assert.deepEqual(words, ['$(id)', 'a b', '']);
    assert.deepEqual([input.id, input.cause.title], [alert.id, alert.cause!.title]);
    assert.equal(env.OUTLAY_ALERT_ID, alert.id);
    assert.equal(env.OUTLAY_ALERT_LEVEL, 'stop');
    assert.equal(env.OUTLAY_ALERT_SPENT, '11420000000');
    assert.equal(JSON.stringify(env).includes('top-secret'), false);
    assert.equal(env.ELECTRON_RUN_AS_NODE, undefined);
  });

  test('that fails is tried again and then told with what it complained of', async () => {
    using dir = tempDir();
    const count = dir.at('count');
    const file = program(
      dir,
      `require('node:fs').appendFileSync(${JSON.stringify(count)}, 'x'); console.error('no way'); process.exit(3);`,
    );
    const told = world({ command: [file] });
    await assert.rejects(send('command', told), /ended with 3: no way/);
    assert.deepEqual([readFileSync(count, 'utf8'), told.pauses], ['xxxx', [1000, 2000, 4000]]);
  });

  test('that is not there is not looked for again', async () => {
    const told = world({ command: ['/nowhere/at/all'] });
    await assert.rejects(send('command', told), /ENOENT/);
    assert.deepEqual(told.pauses, []);
  });

  test('that does not end is ended, with what it has started', { timeout: 90_000 }, async () => {
    using dir = tempDir();
    const pid = dir.at('pid');
    const file = program(
      dir,
      `const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
       require('node:fs').appendFileSync(${JSON.stringify(pid)}, child.pid + '\\n'); setInterval(() => {}, 1000);`,
    );
    const told = world({ command: [file] });
    const given = { ...told, sleep: () => Promise.reject(new Error('enough')) };
    await assert.rejects(send('command', given), /enough/);
    const child = Number(readFileSync(pid, 'utf8'));
    await until('it is gone', () => !isAlive(child));
  });
});

describe('secrets', () => {
  test('stand in no text, however they are written', () => {
    const secret = fc
      .string({ minLength: 6, maxLength: 40 })
      .filter((text) => text.trim() === text);
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (password, before, after) => {
        const secrets = readSecrets({ EMAIL_PASSWORD: password });
        for (const written of [
          password,
          encodeURIComponent(password),
          Buffer.from(password).toString('base64'),
        ]) {
          assert.ok(!redacted(`${before} ${written} ${after}`, secrets).includes(` ${written} `));
        }
      }),
    );
  });

  test('go out in no message, also where a title or a template has one', async () => {
    const secret = 'hunter2-hunter2';
    const told = world({ templates: { stop: `${secret} {cause}` } }, { EMAIL_PASSWORD: secret });
    const title = `About ${secret}`;
    await send('log', told, { ...alert, cause: { ...alert.cause!, title } });
    assert.match(told.lines[0]!, /‹secret› "About ‹secret›" made/);
    assert.ok(!told.lines[0]!.includes(secret));
  });

  test('the environment stands before what the editor keeps', () => {
    const kept = { emailPassword: 'kept', slackWebhookUrl: 'https://kept' };
    const secrets = readSecrets({ EMAIL_PASSWORD: 'given' }, kept);
    assert.deepEqual([secrets.emailPassword, secrets.slackWebhookUrl], ['given', 'https://kept']);
    assert.equal(secrets.mail.port, '587');
  });

  test('nothing leaves this machine unless it is switched on', () => {
    const { alerts } = defaultSettings();
    assert.deepEqual(channelsInForce(alerts, { SLACK_WEBHOOK_URL: 'https://x' }), [
      'editor',
      'log',
    ]);
    assert.deepEqual(channelsInForce(alerts, { SLACK_ENABLED: 'true', EMAIL_ENABLED: '1' }), [
      ...['editor', 'log', 'email', 'slack'],
    ]);
  });
});

test('the log has a line, a test alert says that it is one', async () => {
  const told = world({});
  await send('log', told);
  await send('log', told, testAlert(at));
  assert.match(
    told.lines[0]!,
    /^Alert \(stop\): Today's budget of billing-api is used up: \$11\.42/,
  );
  assert.match(told.lines[1]!, /[Tt]est alert from Outlay/);
});
