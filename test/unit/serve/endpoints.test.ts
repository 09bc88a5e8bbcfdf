import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { runReport } from '../../../src/analysisThread/reportTask.ts';
import { prometheusText } from '../../../src/export/prometheus.ts';
import { openForReading } from '../../../src/store/connection/openStore.ts';
import { assistant } from '../../lib/parseLines.ts';
import { reportContext } from '../../lib/reportContext.ts';
import { ServedWorld, servedNow } from '../../lib/servedWorld.ts';

const sid = 'aaaaaaaa-0000-4000-8000-000000000001';
const other = 'bbbbbbbb-0000-4000-8000-000000000002';

/** A message of so many dollars of input. */
function spent(session: string, id: string, usd: number, at: string, cwd: string): object {
  return assistant(
    {
      id,
      model: 'claude-opus-4-7',
      usage: { input_tokens: Math.round(usd * 200_000), output_tokens: 0 },
    },
    { uuid: id, requestId: id, sessionId: session, timestamp: at, cwd, gitBranch: 'main' },
  );
}

const lines = {
  [sid]: [
    spent(sid, 'one', 1, '2026-11-24T10:00:00Z', '/src/one'),
    spent(sid, 'two', 2, '2026-11-20T10:00:00Z', '/src/one'),
  ],
  [other]: [spent(other, 'three', 4, '2026-10-02T10:00:00Z', '/src/two')],
};

// biome-ignore lint/suspicious/noExplicitAny: what comes back is what the tests look into
async function json(response: Response): Promise<any> {
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return JSON.parse(text);
}

async function problem(
  response: Response,
): Promise<{ status: number; code: string; detail: string }> {
  assert.equal(response.headers.get('content-type'), 'application/problem+json');
  const { code, detail, status } = (await response.json()) as Awaited<ReturnType<typeof problem>>;
  assert.equal(status, response.status);
  return { status, code, detail };
}

describe('the endpoints', () => {
  it('answer with the bytes of the reports, parameters and filters included', async () => {
    using world = new ServedWorld(lines);
    const asked: readonly [string, string, Record<string, unknown>][] = [
      ['/usage', 'activity', {}],
      ['/usage?limit=1&period=month', 'activity', { limit: '1', period: 'month' }],
      ['/usage/summary', 'summary', {}],
      ['/usage/summary?period=month&project=one', 'summary', { period: 'month', project: 'one' }],
      ['/usage/by-agent?period=all', 'breakdown', { by: 'agent', period: 'all' }],
      ['/usage/by-agent?then-by=model', 'breakdown', { by: 'agent', 'then-by': 'model' }],
      ['/usage/by-project?period=all', 'breakdown', { by: 'project', period: 'all' }],
      [
        '/usage/daily?start=2026-10-01&end=2026-10-31',
        'history',
        { by: 'day', since: '2026-10-01', until: '2026-10-31' },
      ],
      ['/usage/daily?branch=main', 'history', { by: 'day', branch: 'main' }],
      ['/limits/status', 'limits status', {}],
    ];
    for (const [path, name, raw] of asked) {
      const response = await world.ask(`/api/v1${path}`);
      const { text } = runReport({ ...world.origin, name, raw, format: 'json' });
      assert.equal(await response.text(), text, path);
      assert.equal(response.headers.get('content-type'), 'application/json');
      assert.equal(response.headers.get('cache-control'), 'no-store');
    }
    const summary = await json(await world.ask('/api/v1/usage/summary?period=month'));
    assert.equal(summary.total_cost_usd, 3);
    const daily = await json(
      await world.ask('/api/v1/usage/daily?start=2026-10-01&end=2026-10-31'),
    );
    assert.equal(daily.total_cost_usd, 4);
  });

  it('give Prometheus what an export has, at both paths', async () => {
    using world = new ServedWorld(lines);
    const db = openForReading(world.origin.storeFile)!;
    const context = reportContext(db, { now: servedNow });
    const options = { sessions: 20, open: { paths: false, titles: false }, budget: null };
    const wanted = prometheusText(context, { span: undefined, filters: {} }, options);
    db.close();
    for (const path of ['/metrics', '/api/v1/metrics']) {
      const response = await world.ask(path);
      assert.match(response.headers.get('content-type')!, /^text\/plain; version=0\.0\.4/);
      assert.equal(await response.text(), wanted);
    }
  });

  it('say what cannot be asked, and what can', async () => {
    using world = new ServedWorld(lines);
    const wrong: readonly [string, RegExp][] = [
      ['/usage?fish=1', /no parameter "fish"\. Use period, since, until, project/],
      ['/usage?period=today&period=week', /^period is given several times/],
      ['/usage?period=sometimes', /^period "sometimes"/],
      ['/usage?limit=many', /^limit="many" cannot be used/],
      ['/usage?project=', /^project="" cannot be used/],
      ['/usage/summary?keep=true', /no parameter "keep"/],
      ['/usage/by-agent?by=model', /no parameter "by"/],
      ['/usage/by-agent?then-by=colour', /^then-by="colour" cannot be used. Use agent, model/],
      ['/usage/daily?start=soon', /^start "soon" is not a time/],
      ['/usage/daily?start=2026-11-02&end=2026-11-01', /ends before it begins/],
      ['/usage?model=nothing-like-it', /No model is called "nothing-like-it"/],
      ['/limits?period=today', /no parameter "period"\. There is none/],
    ];
    for (const [path, sentence] of wrong) {
      const { status, code, detail } = await problem(await world.ask(`/api/v1${path}`));
      assert.deepEqual([status, code], [400, 'bad-request'], path);
      assert.match(detail, sentence);
    }
    assert.deepEqual(world.faults, []);
  });

  it('set limits as "budget set" does, and leave a line of audit', async () => {
    using world = new ServedWorld(lines);
    const body = {
      global: { max_cost_per_day: 50, max_concurrent_agents: 5 },
      per_project: { '/src/one': { max_tokens_per_day: 1000 }, '*': { max_cost_per_month: 9.5 } },
      per_agent: { '*': { max_cost_per_run: 2 } },
    };
    const put = await json(await world.put('/api/v1/limits', body));
    assert.deepEqual(await json(await world.ask('/api/v1/limits')), put);
    assert.equal(put.global.max_cost_per_day, 50);
    assert.equal(put.global.max_cost_per_month, null);
    assert.equal(put.global.max_concurrent_agents, 5);
    assert.equal(put.per_project['/src/one'].max_tokens_per_day, 1000);
    assert.equal(put.per_project['*'].max_cost_per_month, 9.5);
    assert.equal(put.per_agent['*'].max_cost_per_run, 2);
    const of = (file: string): string => readFileSync(world.dir.at('data', file), 'utf8');
    const day = JSON.parse(of('config.json')).budgets[0];
    assert.deepEqual([day.scope, day.period, day.unit, day.limit], ['global', 'day', 'usd', 50]);
    await json(await world.put('/api/v1/limits', { global: { max_cost_per_day: null } }));
    const after = await json(await world.put('/api/v1/limits', {}));
    assert.equal(after.global.max_cost_per_day, null);
    assert.equal(after.global.max_concurrent_agents, 5, 'what is not named stays');
    const audited = of('audit.jsonl')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      audited.map(({ by, what, key, from, to }) => [by, what, key, from, to]),
      [
        ['server', 'set', 'global day usd', undefined, 50e9],
        ['server', 'set', 'global lifetime agents', undefined, 5],
        ['server', 'set', 'project:/src/one day tokens', undefined, 1000],
        ['server', 'set', 'project:* month usd', undefined, 9.5e9],
        ['server', 'set', 'agent run usd', undefined, 2e9],
        ['server', 'remove', 'global day usd', 50e9, undefined],
      ],
    );
  });

  it('keep what else was said of a budget, and show the lowest where several hold', async () => {
    using world = new ServedWorld(lines);
    const strict = {
      ...{ scope: 'global', period: 'day', unit: 'usd', limit: 20 },
      ...{ ladder: '80/90/95/100', basis: 'forecast', action: 'stop' },
    };
    const settings = { 'outlay.budget.dailyUsd': 10 };
    const content = JSON.stringify({ revision: 1, settings, budgets: [strict] });
    writeFileSync(world.dir.at('data', 'config.json'), content);
    const put = await json(await world.put('/api/v1/limits', { global: { max_cost_per_day: 30 } }));
    assert.equal(put.global.max_cost_per_day, 10);
    const [, kept] = put.budgets;
    assert.deepEqual(
      [kept.limit, kept.ladder, kept.basis, kept.action],
      [30, '80/90/95/100', 'forecast', 'stop'],
    );
  });

  it('refuse limits that are none, and then change nothing', async () => {
    using world = new ServedWorld(lines);
    const wrong: readonly [unknown, RegExp][] = [
      [{ global: { max_cost_per_day: -1 } }, /^global\.max_cost_per_day has to be above 0/],
      [{ global: { max_cost_per_day: 1e-12 } }, /too small/],
      [{ global: { max_cost_per_day: '50' } }, /max_cost_per_day/],
      [{ global: { max_tokens_per_day: 1.5 } }, /max_tokens_per_day/],
      [{ global: { max_hope: 1 } }, /unknown fields: max_hope/],
      [{ per_project: { 'some/where': {} } }, /no name that can stand there/],
      [{ per_agent: { reviewer: {} } }, /unknown fields: reviewer/],
      [
        { per_project: Object.fromEntries(Array.from({ length: 201 }, (_, i) => [`/${i}`, {}])) },
        /too many projects/,
      ],
      [[], /type object/],
      ['{', /no JSON/],
      ['null', /type object/],
    ];
    for (const [body, sentence] of wrong) {
      const { status, detail } = await problem(await world.put('/api/v1/limits', body));
      assert.equal(status, 400, JSON.stringify(body));
      assert.match(detail, sentence);
    }
    const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`;
    assert.equal((await problem(await world.put('/api/v1/limits', deep))).status, 400);
    const proto = '{"per_project":{"__proto__":{"max_cost_per_day":1}}}';
    // A name that is none in JavaScript is passed over.
    assert.deepEqual((await json(await world.put('/api/v1/limits', proto))).per_project, {});
    const huge = await problem(await world.put('/api/v1/limits', ' '.repeat(65_537)));
    assert.equal(huge.status, 413);
    const plain = { 'content-type': 'text/plain' };
    assert.equal((await problem(await world.put('/api/v1/limits', {}, plain))).status, 415);
    const { budgets } = await json(await world.ask('/api/v1/limits'));
    assert.deepEqual(budgets, []);
    assert.deepEqual(world.faults, []);
  });

  it('change the settings of alerts, but not what they run or where they are sent', async () => {
    using world = new ServedWorld(lines);
    const body = { hourlyUsd: 5, quiet: ['spike'], templates: { stop: 'Stop: {text}' } };
    const put = await json(await world.put('/api/v1/alerts/config', body));
    assert.deepEqual(await json(await world.ask('/api/v1/alerts/config')), put);
    assert.deepEqual([put.hourlyUsd, put.quiet, put.enabled], [5, ['spike'], true]);
    const config = JSON.parse(readFileSync(world.dir.at('data', 'config.json'), 'utf8'));
    assert.equal(config.settings['outlay.alerts.hourlyUsd'], 5);
    assert.equal(config.adopt['outlay.alerts.hourlyUsd'], 5, 'the editor is to take it over');
    const undone = await json(await world.put('/api/v1/alerts/config', { hourlyUsd: null }));
    assert.equal(undone.hourlyUsd, null);
    const wrong: readonly [unknown, RegExp][] = [
      [{ command: ['/bin/sh'] }, /unknown fields: command/],
      [{ webhookUrl: 'https://example.com' }, /unknown fields: webhookUrl/],
      [{ channels: ['pigeon'] }, /channels\.0 has to be one of editor/],
      [{ hourlyUsd: -5 }, /hourlyUsd/],
      [{ templates: { stop: '{secret}' } }, /outlay\.alerts\.templates/],
    ];
    for (const [wish, sentence] of wrong) {
      const { status, detail } = await problem(await world.put('/api/v1/alerts/config', wish));
      assert.equal(status, 400, JSON.stringify(wish));
      assert.match(detail, sentence);
    }
  });

  it('list alerts that were told, of a period', async () => {
    using world = new ServedWorld(lines);
    const { alerts, counts } = await json(await world.ask('/api/v1/alerts?period=7d'));
    assert.deepEqual([alerts, counts.INFO], [[], 0]);
    assert.equal((await problem(await world.ask('/api/v1/alerts?since=never'))).status, 400);
  });

  it('are for who knows the token, and what anybody gets holds no figure', async () => {
    using world = new ServedWorld(lines);
    const closed = ['/api/v1/usage', '/api/v1/limits', '/metrics', '/stream', '/health'];
    for (const path of closed) {
      const response = await world.ask(path, { headers: { authorization: undefined } });
      assert.equal(response.headers.get('www-authenticate'), 'Bearer realm="outlay"');
      assert.equal((await problem(response)).status, 401, path);
    }
    for (const path of ['/docs', '/openapi.json', '/docs.css']) {
      const response = await world.ask(path, { headers: { authorization: undefined } });
      assert.equal(response.status, 200, path);
    }
    const put = { method: 'PUT', headers: { authorization: undefined }, body: '{}' };
    assert.equal((await problem(await world.ask('/api/v1/limits', put))).status, 401);
  });

  it('are asked from this machine and its own pages alone, whatever the path', async () => {
    using world = new ServedWorld(lines);
    const foreign = [
      { host: 'evil.example' },
      { origin: 'http://evil.example' },
      { 'sec-fetch-site': 'cross-site' },
    ];
    for (const headers of foreign) {
      for (const path of ['/api/v1/usage', '/docs', '/nothing', '/stream']) {
        const response = await world.ask(path, { headers });
        assert.equal((await problem(response)).status, 403, `${JSON.stringify(headers)} ${path}`);
        assert.equal(response.headers.get('access-control-allow-origin'), null);
      }
    }
    const preflight = await world.ask('/api/v1/limits', {
      method: 'OPTIONS',
      headers: { origin: 'http://evil.example', 'access-control-request-method': 'PUT' },
    });
    assert.equal(preflight.status, 403);
  });

  it('say what they take instead of another method, and where nothing is', async () => {
    using world = new ServedWorld(lines);
    const response = await world.ask('/api/v1/limits', { method: 'DELETE' });
    assert.equal(response.headers.get('allow'), 'HEAD, GET, PUT');
    assert.equal((await problem(response)).status, 405);
    assert.equal((await problem(await world.ask('/api/v1/nothing'))).status, 404);
    assert.equal((await problem(await world.ask('/../../etc/passwd'))).status, 404);
    assert.equal((await problem(await world.ask(`/${'a'.repeat(5000)}`))).status, 413);
    const head = await world.ask('/api/v1/limits', { method: 'HEAD' });
    assert.deepEqual([head.status, await head.text()], [200, '']);
  });

  it('load nothing foreign and stand in no frame', async () => {
    using world = new ServedWorld(lines);
    for (const path of ['/docs', '/api/v1/usage', '/nothing']) {
      const { headers } = await world.ask(path);
      const policy = headers.get('content-security-policy')!;
      assert.match(
        policy,
        /^default-src 'none'; script-src 'self'; style-src 'self' 'nonce-[^']+';/,
      );
      assert.match(policy, /frame-ancestors 'none'/);
      assert.doesNotMatch(policy, /unsafe/);
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
      assert.equal(headers.get('referrer-policy'), 'no-referrer');
      assert.equal(headers.get('cross-origin-resource-policy'), 'same-origin');
    }
  });
});
