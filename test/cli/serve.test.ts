import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterEach, describe, it } from 'node:test';
import { until } from '../../scripts/shared/retry.ts';
import { readServeNote, serveNoteFile, serveTokenFile } from '../../src/dataFolder/serveFiles.ts';
import { type Asked, askLoopback } from './askLoopback.ts';
import { answerRecord, CliWorld, usageOf } from './runCli.ts';

const model = 'claude-opus-4-7';
const sid = 'aaaaaaaa-0000-4000-8000-000000000001';

/** A line that costs a dollar. */
const dollar = (id: string) => answerRecord(id, model, usageOf({ input: 200_000 }));

interface Place {
  readonly child: ChildProcess;
  readonly port: number;
  readonly token: string;
}

describe('outlay serve', () => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  /** Starts a server at any port and waits until it says where. */
  async function serve(world: CliWorld, ...args: string[]): Promise<Place> {
    mkdirSync(join(world.root, 'projects'), { recursive: true });
    const all = ['serve', '--port', '0', '--json', '--config-dir', world.root, ...args];
    const child = world.start(...all);
    const { line } = await started(child);
    const { port, address, tokenFile } = JSON.parse(line);
    const token = readFileSync(tokenFile, 'utf8').trim();
    assert.equal(address, `http://127.0.0.1:${port}/#token=${token}`);
    return { child, port, token };
  }

  /** The line in which a server says where it is. */
  async function started(child: ReturnType<CliWorld['start']>): Promise<{ line: string }> {
    children.push(child);
    let complaint = '';
    child.stderr.on('data', (part) => {
      complaint += part;
    });
    const line = once(createInterface(child.stdout), 'line') as Promise<[string]>;
    const exit = once(child, 'exit').then((): never => assert.fail(`It ended: ${complaint}`));
    return { line: (await Promise.race([line, exit]))[0] };
  }

  async function ask(place: Place, path: string, asked?: Asked) {
    const response = await askLoopback(place, path, asked);
    return { status: response.statusCode!, text: await text(response) };
  }

  /** Events as they arrive. */
  class Events {
    readonly response: IncomingMessage;
    // biome-ignore lint/suspicious/noExplicitAny: what comes back is what the tests look into
    readonly all: any[] = [];
    ended = false;

    constructor(response: IncomingMessage) {
      this.response = response;
      let rest = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        const events = (rest + part).split('\n\n');
        rest = events.pop()!;
        for (const event of events) {
          const data = /^data: (.*)$/m.exec(event)?.[1];
          if (data !== undefined) this.all.push(JSON.parse(data));
        }
      });
      response.on('close', () => {
        this.ended = true;
      });
    }
  }

  async function listen(place: Place, headers: Asked['headers'] = {}): Promise<Events> {
    const response = await askLoopback(place, '/stream', { headers });
    assert.equal(response.statusCode, 200);
    assert.match(response.headers['content-type']!, /^text\/event-stream/);
    return new Events(response);
  }

  it('answers what the terminal answers, and writes its token for nobody else', async () => {
    using world = new CliWorld();
    world.transcript(`p/${sid}.jsonl`, [dollar('1'), dollar('2')]);
    const place = await serve(world);
    await until('everything is read', async () => {
      const { text: health } = await ask(place, '/health');
      return JSON.parse(health).behind === false;
    });
    const commands = [
      ['/api/v1/usage', 'activity'],
      ['/api/v1/usage/by-agent?period=all', 'breakdown', '--by', 'agent', '--period', 'all'],
      ['/api/v1/usage/by-project', 'breakdown', '--by', 'project'],
      ['/api/v1/usage/daily?start=2026-11-01', 'history', '--since', '2026-11-01'],
      ['/api/v1/limits/status', 'limits', 'status'],
      ['/api/v1/alerts', 'alerts', 'list'],
    ];
    for (const [path, ...command] of commands) {
      const { status, text: served } = await ask(place, path!);
      assert.equal(status, 200, served);
      assert.equal(served, world.on(...command, '--json').out, path);
    }
    const { text: summary } = await ask(place, '/api/v1/usage/summary?period=month');
    assert.deepEqual(JSON.parse(summary), world.json('summary', '--period', 'month'));
    const metrics = world.on('export', 'prometheus').out;
    assert.equal((await ask(place, '/metrics')).text, metrics);
    const file = serveTokenFile(world.dir.at('data'));
    if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it('answers nobody else, and says why', async () => {
    using world = new CliWorld();
    const place = await serve(world);
    const wrong: readonly [Asked, number][] = [
      [{ headers: { authorization: undefined } }, 401],
      [{ headers: { authorization: 'Bearer wrong' } }, 401],
      [{ headers: { host: 'evil.example' } }, 403],
      [{ headers: { host: `evil.example:${place.port}` } }, 403],
      [{ headers: { origin: 'http://evil.example' } }, 403],
      [{ headers: { origin: 'null' } }, 403],
      [{ headers: { 'sec-fetch-site': 'cross-site' } }, 403],
      [{ method: 'POST' }, 405],
    ];
    for (const [asked, status] of wrong) {
      const answer = await ask(place, '/api/v1/usage', asked);
      assert.equal(answer.status, status, JSON.stringify(asked));
      assert.equal(JSON.parse(answer.text).status, status);
    }
    assert.equal((await ask(place, '/api/v1/usage')).status, 200);
    const host = `localhost:9999`;
    assert.equal(
      (await ask(place, '/api/v1/usage', { headers: { host } })).status,
      200,
      'a tunnel',
    );
    const renewed = await serve(world, '--new-token');
    assert.equal((await ask({ ...renewed, token: place.token }, '/metrics')).status, 401);
  });

  it('tells each commit, and goes on for who comes back', async () => {
    using world = new CliWorld();
    const file = world.transcript(`p/${sid}.jsonl`, [dollar('1')]);
    const place = await serve(world);
    const events = await listen(place);
    const spentIs = (seen: Events, usd: number) =>
      until(`${usd} dollars are told`, () => seen.all.at(-1)?.month.cost_usd === usd);
    await spentIs(events, 1);
    assert.equal(events.all[0].type, 'state');
    const left = events.all.at(-1).revision;
    for (const id of ['2', '3', '4']) {
      appendFileSync(file, `${JSON.stringify(dollar(id))}\n`);
      await spentIs(events, Number(id));
    }
    for (const [index, event] of events.all.entries()) {
      if (event.type !== 'commit') continue;
      assert.equal(event.previous, events.all[index - 1].revision, 'none is missing between');
    }
    const back = await listen(place, { 'last-event-id': String(left) });
    await spentIs(back, 4);
    const missed = events.all.filter(({ revision }) => revision > left);
    assert.deepEqual(back.all, missed);
    const lost = await listen(place, { 'last-event-id': '999999' });
    await spentIs(lost, 4);
    assert.deepEqual([lost.all[0].type, lost.all[0].missed], ['state', true]);
    const odd = await ask(place, '/stream', { headers: { 'last-event-id': 'yesterday' } });
    assert.equal(odd.status, 400);
    // Who is told of a commit gets the figures of it, where it wants no older ones.
    const headers = { 'cache-control': 'no-cache' };
    const { text: summary } = await ask(place, '/api/v1/usage/summary', { headers });
    assert.equal(JSON.parse(summary).total_cost_usd, 4);
  });

  it('tells what another process writes', async () => {
    using world = new CliWorld();
    world.transcript(`p/${sid}.jsonl`, [dollar('1')]);
    world.on('index');
    const place = await serve(world, '--no-index');
    const events = await listen(place);
    await until('how things stand is told', () => events.all.at(-1)?.month.cost_usd === 1);
    world.transcript('p/bbbbbbbb-0000-4000-8000-000000000002.jsonl', [
      { ...dollar('2'), sessionId: 'bbbbbbbb-0000-4000-8000-000000000002' },
    ]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(events.all.at(-1).month.cost_usd, 1, 'nothing is read here');
    assert.equal((await world.runBeside('index', '--config-dir', world.root)).code, 0);
    await until('the commit is told', () => events.all.at(-1)?.month.cost_usd === 2);
  });

  it('writes limits that "budget check" goes by', async () => {
    using world = new CliWorld();
    world.transcript(`p/${sid}.jsonl`, [dollar('1')]);
    const place = await serve(world);
    const put = await ask(place, '/api/v1/limits', {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ global: { max_cost_per_month: 0.5 } }),
    });
    assert.equal(put.status, 200, put.text);
    const checked = world.on('budget', 'check', '--json');
    assert.equal(checked.code, 1);
    assert.equal(JSON.parse(checked.out).level, 'HARD_STOP');
  });

  it('stops when it is told: streams end, the note goes, the next one begins at once', async () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      using world = new CliWorld();
      const place = await serve(world);
      assert.equal(readServeNote(world.dir.at('data'))?.port, place.port);
      const events = await listen(place);
      await until('the stream has begun', () => events.all.length > 0);
      place.child.kill(signal);
      const [code] = await once(place.child, 'exit');
      assert.equal(code, 0, signal);
      await until('the stream has ended', () => events.ended);
      assert.equal(existsSync(serveNoteFile(world.dir.at('data'))), false);
      const again = await serve(world);
      assert.equal(again.token, place.token, 'the token stays');
    }
  });

  it('says that a port is taken, and takes the next one only if asked', async () => {
    using world = new CliWorld();
    const stranger = createServer().listen(0, '127.0.0.1');
    await once(stranger, 'listening');
    const { port } = stranger.address() as { port: number };
    const refused = await world.runBeside('serve', '--port', String(port));
    assert.equal(refused.code, 2);
    assert.match(refused.err, new RegExp(`^Port ${port} is taken: .*--port.*--next-free`));
    const child = world.start('serve', '--port', String(port), '--next-free', '--json');
    const { line } = await started(child);
    assert.ok(JSON.parse(line).port > port);
    const own = await world.runBeside('serve', '--port', String(JSON.parse(line).port));
    assert.match(own.err, /Outlay itself serves there \(process \d+\)/);
    stranger.close();
  });

  it('refuses options that are none', () => {
    using world = new CliWorld();
    for (const args of [
      ['--port', '70000'],
      ['--port', 'x'],
      ['--interval', '-1'],
      ['--allow-host', ''],
      ['--allow-host', 'example.dev:8080'],
    ]) {
      const { code, err } = world.run('serve', ...args);
      assert.equal(code, 2, args.join(' '));
      assert.match(err, /It must be/);
    }
  });

  it('goes on reading and answering whatever it is sent', async () => {
    using world = new CliWorld();
    const file = world.transcript(`p/${sid}.jsonl`, [dollar('1')]);
    const place = await serve(world);
    const send = async (bytes: string | Buffer): Promise<string> => {
      const socket = connect(place.port, '127.0.0.1');
      socket.on('error', () => {});
      socket.write(bytes);
      const answer = text(socket).catch(() => '');
      setTimeout(() => socket.destroy(), 500).unref();
      return answer;
    };
    const host = 'Host: localhost\r\n';
    const auth = `Authorization: Bearer ${place.token}\r\n`;
    const hostile: (string | Buffer)[] = [
      'GET / HTTP/1.1\r\n\r\n',
      `GET //[ HTTP/1.1\r\n${host}\r\n`,
      `GET /%ff%fe?%00=%zz HTTP/1.1\r\n${host}${auth}\r\n`,
      `GET /api/v1/usage?project=%E0%A4%A HTTP/1.1\r\n${host}${auth}\r\n`,
      `GET http://evil.example/api/v1/usage HTTP/1.1\r\n${host}${auth}\r\n`,
      `GET /api/v1/usage HTTP/1.1\r\n${host}${auth}X: ${'a'.repeat(40_000)}\r\n\r\n`,
      `PUT /api/v1/limits HTTP/1.1\r\n${host}${auth}Content-Type: application/json\r\nContent-Length: 10\r\n\r\n{"a"`,
      `PUT /api/v1/limits HTTP/1.1\r\n${host}${auth}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n`,
      `PUT /api/v1/limits HTTP/1.1\r\n${host}${auth}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      `CONNECT evil.example:443 HTTP/1.1\r\n${host}\r\n`,
      `GET /stream HTTP/1.1\r\n${host}${auth}Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n`,
      Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7919) % 256)),
      '\u0016\u0003\u0001\u0002\u0000\u0001\u0000',
    ];
    await Promise.all(hostile.map(send));
    await Promise.all(Array.from({ length: 60 }, () => ask(place, '/api/v1/usage/summary')));
    const events = await listen(place);
    appendFileSync(file, `${JSON.stringify(dollar('2'))}\n`);
    await until('what was written is told', () => events.all.at(-1)?.month.cost_usd === 2);
    assert.equal(place.child.exitCode, null);
  });
});
