import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { debianTool } from '../lib/debianTool.ts';
import { clientSet, unpackSet } from '../lib/transcriptSets.ts';
import { answerRecord, CliWorld, usageOf } from './runCli.ts';

/** Modes mean nothing on Windows, and Debian's packages are for Linux. */
const onLinux = process.platform === 'linux';

function clientWorld(): CliWorld {
  const world = new CliWorld();
  unpackSet(clientSet, world.root);
  return world;
}

function modeOf(file: string): number {
  return statSync(file).mode & 0o777;
}

describe('outlay export', () => {
  test('writes several files of the same moment, each whole, private and without leftovers', () => {
    using world = clientWorld();
    const out = world.dir.at('out', 'deep');
    const file = (name: string): string => join(out, name);
    const targets = ['csv=a.csv', 'json=a.json', 'prometheus=a.prom'];
    const to = targets.flatMap((target) => ['--to', target.replace('=', `=${out}/`)]);
    const { code, out: said, err } = world.on('export', ...to);
    assert.equal(code, 0, err);
    assert.match(said, /25 rows, \$2\.04: .*a\.csv\.\n.*a\.json\.\nMetrics are in .*a\.prom\.\n/);
    assert.deepEqual(readdirSync(out).sort(), ['a.csv', 'a.json', 'a.prom']);
    if (onLinux) {
      assert.deepEqual(['a.csv', 'a.json', 'a.prom'].map(file).map(modeOf), [0o600, 0o600, 0o644]);
    }
    const { total_cost_usd } = world.json('summary', '--no-index');
    const { rows, totals } = JSON.parse(readFileSync(file('a.json'), 'utf8'));
    assert.equal(totals.total_cost_usd, total_cost_usd);
    const csv = readFileSync(file('a.csv'), 'utf8').split('\r\n');
    assert.equal(csv.length, rows.length + 2);
    const nano = csv
      .slice(1, -1)
      .map((line) => Math.round(Number(line.split(',')[6]) * 1e9))
      .reduce((sum, cost) => sum + cost, 0);
    assert.equal(nano / 1e9, total_cost_usd);
    const prometheus = readFileSync(file('a.prom'), 'utf8');
    assert.match(prometheus, new RegExp(`^cost_tracker_total_usd ${total_cost_usd}$`, 'm'));
    // Twice is as good as once.
    assert.equal(world.on('export', '--no-index', ...to).code, 0);
    assert.equal(readFileSync(file('a.csv'), 'utf8'), csv.join('\r\n'));
  });

  test('goes to standard output, and what it has to say elsewhere', () => {
    using world = clientWorld();
    const { code, out, err } = world.on('export', 'json', '--model', 'opus');
    assert.equal(code, 0);
    const { rows, filters } = JSON.parse(out);
    assert.deepEqual(filters, { model: 'opus' });
    assert.ok(rows.every(({ model_tier }: { model_tier: string }) => model_tier === 'opus'));
    assert.match(err, /rows, \$1\.10: standard output\./);
  });

  if (onLinux) {
    test('for Prometheus is what its own parser takes', () => {
      const promtool = debianTool('promtool', ['prometheus']);
      using world = new CliWorld();
      world.env = { COST_BUDGET_USD: '10' };
      const odd = 'model "x"\\ {y}\n';
      const lines = [...Array(30).keys()].map((i) =>
        answerRecord(`${i}`, i % 2 === 0 ? 'claude-opus-4-7' : odd, usageOf({ input: 200_000 }), {
          sessionId: `${String(i).padStart(8, '0')}-0000-4000-8000-000000000000`,
          timestamp: new Date(Date.UTC(2026, 10, 20, 10, i)).toISOString(),
          cwd: `/src/"${i}"\\`,
        }),
      );
      for (const [i, line] of lines.entries()) {
        world.transcript(`-src-${i}/${line.sessionId}.jsonl`, [line]);
      }
      const { out, code } = world.on('export', 'prometheus', '--sessions', '5', '--include-paths');
      assert.equal(code, 0);
      const checked = spawnSync(promtool.path, ['check', 'metrics'], {
        input: out,
        encoding: 'utf8',
        env: { ...process.env, ...promtool.env },
      });
      assert.equal(checked.status, 0, checked.stderr + checked.stdout);
      const sessions = out.match(/^cost_tracker_session_total_usd\{.*/gm) ?? [];
      assert.deepEqual(
        sessions.map((line) => line.slice(40, 48)),
        ['00000029', '00000028', '00000027', '00000026', '00000025'],
      );
      for (const line of [
        'cost_tracker_total_usd 15',
        'cost_tracker_tier_total_usd{tier="opus"} 15',
        'cost_tracker_tokens_total{tier="opus",type="input"} 3000000',
        'cost_tracker_budget_usd 10',
        'cost_tracker_budget_utilization 1.5',
        'outlay_budget_level{level="HARD_STOP"} 1',
        'outlay_unpriced_messages{model="model \\"x\\"\\\\ {y}"} 15',
        'outlay_project_cost_usd{project="/src/\\"0\\"\\\\"} 1',
      ]) {
        assert.ok(out.split('\n').includes(line), `${line} in\n${out}`);
      }
    });
  }

  test('that fails leaves what was there', () => {
    using world = clientWorld();
    const kept = world.dir.at('kept.csv');
    writeFileSync(kept, 'old');
    mkdirSync(world.dir.at('folder'));
    writeFileSync(world.dir.at('file'), '');
    const cases: [string[], number, RegExp][] = [
      [
        ['--to', `csv=${kept}`, '--to', `json=${world.dir.at('folder')}`],
        2,
        /is not a regular file/,
      ],
      [
        ['--to', `csv=${kept}`, '--to', `json=${world.dir.at('file', 'x')}`],
        3,
        /cannot be written/,
      ],
      [['csv', '--out', kept, '--model', 'nobody'], 2, /No model is called "nobody"/],
      [['csv', '--out', kept, '--period', 'ever'], 2, /--period "ever" is not known/],
      [['csv', '--out', kept, '--to', `json=${kept}`], 2, /named twice/],
      [['--to', `csv=${kept}`, '--to', 'webhook=http://example.com/'], 2, /use https/],
    ];
    for (const [args, expected, sentence] of cases) {
      const { code, err } = world.on('export', '--no-index', ...args);
      assert.equal(code, expected, err);
      assert.match(err, sentence);
      assert.equal(readFileSync(kept, 'utf8'), 'old');
    }
    assert.deepEqual(
      readdirSync(world.dir.path).filter((name) => name.includes('.part')),
      [],
    );
  });

  test('removes what an export that was killed has left', () => {
    using world = clientWorld();
    const out = world.dir.at('a.csv');
    writeFileSync(`${out}.999999999.part`, 'half');
    writeFileSync(`${out}.${process.pid}.part`, 'of a program that is alive');
    assert.equal(world.on('export', 'csv', '--out', out).code, 0);
    const left = readdirSync(world.dir.path).filter((name) => name.endsWith('.part'));
    assert.deepEqual(left, [`a.csv.${process.pid}.part`]);
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test(`leaves nothing behind when it is ended by ${signal}`, { skip: !onLinux }, async () => {
      using world = new CliWorld();
      const records = Array.from({ length: 2000 }, (_, i) =>
        answerRecord(String(i), 'claude-opus-4-7', usageOf({ input: 1 })),
      );
      world.transcript('p/1.jsonl', records);
      assert.equal(world.on('index').code, 0);
      const out = world.dir.at('a.csv');
      writeFileSync(out, 'old');
      // Nobody reads what goes to standard output: it stands in the middle of the rows.
      const targets = ['--to', `csv=${out}`, '--to', 'json=-'];
      const child = world.start('export', '--no-index', ...targets, '--config-dir', world.root);
      const partOf = (): string[] =>
        readdirSync(world.dir.path).filter((name) => name.endsWith('.part'));
      while (partOf().length === 0) await pause(10);
      await pause(300);
      child.kill(signal);
      const [code] = await once(child, 'exit');
      assert.equal(code, signal === 'SIGINT' ? 130 : 143);
      assert.deepEqual(partOf(), []);
      assert.equal(readFileSync(out, 'utf8'), 'old');
    });
  }

  test('without data has a head and no rows, and says so', () => {
    using world = new CliWorld();
    const { code, out, err } = world.on('export', 'csv');
    assert.equal(code, 0);
    assert.match(out, /^timestamp,agent,.*\r\n$/);
    assert.match(err, /No data: standard output has no rows\./);
  });

  test('sends the summary, signed and without paths, only where it is told to', async () => {
    using world = clientWorld();
    const received: { body: string; signature: unknown }[] = [];
    const server = createServer(async (request, response) => {
      const signature = request.headers['x-outlay-signature'];
      received.push({ body: await text(request), signature });
      response.writeHead(received.length === 1 ? 503 : 200, { 'retry-after': '0' }).end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    world.env = {
      OUTLAY_WEBHOOK_URL: `http://127.0.0.1:${port}/secret`,
      OUTLAY_WEBHOOK_SECRET: 'key',
    };
    const config = ['--config-dir', world.root];
    const project = Object.keys(world.json('summary').byProject)[0]!;
    assert.equal((await world.runBeside('export', 'csv', ...config)).code, 0);
    assert.equal(received.length, 0, 'the address alone sends nothing');
    const cut = ['--project', project];
    const { code, out, err } = await world.runBeside('export', 'webhook', ...config, ...cut);
    server.close();
    assert.equal(code, 0, err);
    assert.match(out, /^The summary was sent to 127\.0\.0\.1:\d+ \(status 200\)\.\n$/);
    assert.equal(received.length, 2);
    const [first, second] = received;
    assert.deepEqual(first, second);
    assert.match(String(second!.signature), /^sha256=[0-9a-f]{64}$/);
    const summary = JSON.parse(second!.body);
    assert.equal(summary.total_cost_usd, 2.036458165);
    assert.match(Object.keys(summary.byProject)[0]!, /^project-[0-9a-f]{8}$/);
    assert.match(summary.filters.project, /^project-[0-9a-f]{8}$/);
    for (const path of [world.dir.path, project]) assert.ok(!second!.body.includes(path), path);
  });
});
