import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { freePort } from '../../scripts/shared/freePort.ts';
import { until } from '../../scripts/shared/retry.ts';
import { collector } from '../lib/collector.ts';
import { debianTool } from '../lib/debianTool.ts';
import { answerRecord, CliWorld, costState, usageOf } from './runCli.ts';

const docs = join(import.meta.dirname, '..', '..', 'docs', 'otel');
const rulesFile = join(docs, 'prometheus-rules.yml');
const fixtures = join(import.meta.dirname, '..', 'fixtures', 'otel');

interface Panel {
  readonly title: string;
  readonly targets: readonly { readonly expr: string }[];
}

interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { name: string; query: { query: string } }[] };
}

interface Rule {
  readonly type: 'recording' | 'alerting';
  readonly name: string;
  readonly query: string;
  readonly health: string;
  readonly state?: string;
}

type Series = {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: [number, string];
};

/** Words of PromQL that stand where a metric could. */
const keywords = new Set(['and', 'or', 'unless', 'offset', 'bool', 'inf', 'nan']);

/** Metrics an expression of PromQL names: what is left without texts, labels, times and functions. */
function metricsOf(expr: string): string[] {
  const rest = expr
    .replace(/"[^"]*"/g, '')
    .replace(/\{[^}]*\}|\[[^\]]*\]/g, ' ')
    .replace(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, ' ')
    .replace(/\b\d+(\.\d+)?[a-z]*\b/g, ' ');
  return [...rest.matchAll(/[A-Za-z_:][\w:]*(?!\s*\(|[\w:])/g)]
    .map(([name]) => name)
    .filter((name) => !keywords.has(name.toLowerCase()));
}

/** A world in which every metric there is has something to say. */
function spentWorld(): CliWorld {
  const world = new CliWorld();
  // Prometheus has a clock of its own. All is of one moment, so that it is today's at any hour.
  const timestamp = new Date().toISOString();
  world.env = { COST_BUDGET_USD: '4', OUTLAY_NOW: timestamp };
  const usage = usageOf({
    input: 200_000,
    output: 1000,
    write5m: 1000,
    write1h: 1000,
    read: 50_000,
  });
  for (const [i, model] of ['claude-opus-4-7', 'claude-haiku-4-5', 'nobody-1'].entries()) {
    const sessionId = `${i}aaaaaaa-0000-4000-8000-000000000001`;
    const about = { sessionId, timestamp, cwd: `/src/${i}` };
    const record = answerRecord(`${i}`, model, usage, about);
    const more = answerRecord(`${i}-open`, model, usage, about);
    (more.message as { stop_reason: unknown }).stop_reason = null;
    world.transcript(`-src-${i}/${sessionId}.jsonl`, [record, more, costState(9, sessionId)]);
  }
  return world;
}

const onLinux = process.platform === 'linux';

describe('docs/otel in a real Prometheus', {
  skip: !onLinux && 'Debian’s package is for Linux',
}, () => {
  let world: CliWorld;
  let port: number;
  let dashboard: Dashboard;
  const children: ChildProcess[] = [];

  async function ask<T>(path: string, params: Record<string, string> = {}): Promise<T> {
    const url = `http://127.0.0.1:${port}/api/v1/${path}?${new URLSearchParams(params)}`;
    const { status, data, error } = (await (await fetch(url)).json()) as Record<string, unknown>;
    if (status !== 'success') throw new Error(`${path} ${JSON.stringify(params)}: ${error}`);
    return data as T;
  }

  async function query(expr: string): Promise<Series[]> {
    return (await ask<{ result: Series[] }>('query', { query: expr })).result;
  }

  async function rules(): Promise<Rule[]> {
    const { groups } = await ask<{ groups: { rules: Rule[] }[] }>('rules');
    return groups.flatMap((group) => group.rules);
  }

  /** Those of an expression's metrics that Prometheus has no series of. */
  async function missing(expr: string): Promise<string[]> {
    const names = [...new Set(metricsOf(expr))];
    assert.ok(names.length > 0, `no metric in ${expr}`);
    const found = await Promise.all(names.map((name) => query(`count(${name})`)));
    return names.filter((_, i) => found[i]!.length === 0);
  }

  /** A panel's query as Grafana asks it, with all of every variable. */
  function asked(expr: string): string {
    return expr.replace(/\$(job|instance)\b/g, '.+').replaceAll('$__rate_interval', '5m');
  }

  before(async () => {
    dashboard = JSON.parse(readFileSync(join(docs, 'grafana-dashboard.json'), 'utf8'));
    world = spentWorld();
    mkdirSync(join(world.root, 'projects'), { recursive: true });
    const serving = world.start('serve', '--port', '0', '--json', '--config-dir', world.root);
    children.push(serving);
    const [line] = (await once(createInterface(serving.stdout), 'line')) as [string];
    const served = JSON.parse(line) as { port: number; tokenFile: string };
    const config = world.dir.at('prometheus.yml');
    // JSON is YAML.
    writeFileSync(
      config,
      JSON.stringify({
        global: { scrape_interval: '1s', evaluation_interval: '1s' },
        rule_files: [rulesFile],
        scrape_configs: [
          {
            job_name: 'outlay',
            authorization: { credentials_file: served.tokenFile },
            static_configs: [{ targets: [`127.0.0.1:${served.port}`] }],
          },
        ],
      }),
    );
    const tool = debianTool('prometheus', ['prometheus']);
    port = await freePort();
    const prometheus = spawn(
      tool.path,
      [
        `--config.file=${config}`,
        `--storage.tsdb.path=${world.dir.at('tsdb')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...tool.env } },
    );
    children.push(prometheus);
    let log = '';
    prometheus.stderr.on('data', (part) => {
      log = `${log}${part}`.slice(-2000);
    });
    await until(
      () => `Prometheus has looked twice: ${log}`,
      async () => {
        if (prometheus.exitCode !== null) return false;
        const [looked] = await query('count_over_time(cost_tracker_total_usd[1m])');
        return Number(looked?.value[1]) > 2;
      },
    );
  });

  after(async () => {
    for (const child of children) child.kill('SIGKILL');
    await Promise.all(
      children.map((child) => child.exitCode ?? child.signalCode ?? once(child, 'exit')),
    );
    world?.[Symbol.dispose]();
  });

  test('the rules are right, and tell what they should of made-up series', () => {
    const tool = debianTool('promtool', ['prometheus']);
    const file = world.dir.at('rules.test.yml');
    const written = readFileSync(join(fixtures, 'rules.test.yml'), 'utf8');
    writeFileSync(file, written.replace('RULES', rulesFile));
    for (const args of [
      ['check', 'rules', '--lint-fatal', rulesFile],
      ['test', 'rules', file],
    ]) {
      const options = { encoding: 'utf8', env: { ...process.env, ...tool.env } } as const;
      const { status, stdout, stderr } = spawnSync(tool.path, args, options);
      assert.equal(status, 0, stdout + stderr);
    }
  });

  test('every query of the dashboard has an answer, and every metric in it is there', async () => {
    assert.ok(dashboard.panels.length > 10);
    for (const { title, targets } of dashboard.panels) {
      assert.ok(targets.length > 0, title);
      for (const { expr } of targets) {
        assert.deepEqual(await missing(asked(expr)), [], title);
        const found = await query(asked(expr));
        assert.ok(found.length > 0, `${title}: ${expr}`);
        assert.ok(
          found.every(({ value }) => Number.isFinite(Number(value[1]))),
          `${title}: ${JSON.stringify(found)}`,
        );
      }
    }
  });

  test('the variables of the dashboard have values', async () => {
    const variables = dashboard.templating.list.filter(({ name }) => name !== 'datasource');
    assert.deepEqual(
      variables.map(({ name }) => name),
      ['job', 'instance'],
    );
    for (const { name, query } of variables) {
      const [, selector, label] = /^label_values\((.+), (\w+)\)$/.exec(query.query) ?? [];
      assert.equal(label, name);
      const values = await ask<string[]>(`label/${label}/values`, { 'match[]': asked(selector!) });
      assert.ok(values.length > 0, name);
    }
  });

  test('the figures are those of the report', async () => {
    const { total_cost_usd } = world.json('summary', '--no-index');
    const [total] = await query('sum(cost_tracker_total_usd)');
    const [counted] = await query('sum(outlay_cost_usd_total)');
    assert.equal(Number(total!.value[1]), total_cost_usd);
    assert.equal(Math.round(Number(counted!.value[1]) * 1e9), Math.round(total_cost_usd * 1e9));
  });

  test('every rule is evaluated, what it records is there, and every metric in it', async () => {
    const all = await until('all rules have been evaluated', async () => {
      const found = await rules();
      return found.every(({ health }) => health !== 'unknown') && found;
    });
    assert.equal(all.length, 12);
    for (const { name, query: expr, health, type } of all) {
      assert.equal(health, 'ok', name);
      assert.deepEqual(await missing(expr), [], name);
      if (type === 'recording') assert.ok((await query(name)).length > 0, name);
    }
  });

  test('a budget that is spent and messages without a price are told, and nothing else', async () => {
    const firing = await until('alerts fire', async () => {
      // Whether figures are old depends on whose clock is moved.
      const alerting = (await rules()).filter(
        ({ type, name }) => type === 'alerting' && name !== 'OutlayFiguresOld',
      );
      const names = alerting.filter(({ state }) => state === 'firing').map(({ name }) => name);
      return names.length > 1 && names;
    });
    assert.deepEqual(firing.sort(), ['OutlayBudgetSpent', 'OutlayUnpricedMessages']);
  });

  test('a metric that is not there is found out, wherever it stands', async () => {
    for (const expr of [
      'sum by (model) (increase(outlay_costs_total{job=~".+"}[1h])) or vector(0)',
      'cost_tracker_total_usd > 1 and outlay_costs_total > 2',
      'time() - outlay_costs_total',
      'sum by (type) (cost_tracker_tokens_total) / on (type) outlay_costs_total{type!="output"}',
    ]) {
      assert.deepEqual(await missing(expr), ['outlay_costs_total'], expr);
    }
  });

  test('what is sent over OTLP has the names Prometheus makes of what is scraped', async () => {
    using there = await collector();
    const { code, err } = await world.runBeside(
      ...['export', 'otlp', '--endpoint', there.endpoint, '--no-index', '--config-dir', world.root],
    );
    assert.equal(code, 0, err);
    const own = there.exports[0]!.metrics.filter(({ name }) => !name.startsWith('gen_ai.'));
    const series = new Set<string>();
    for (const { name, unit, kind, points } of own) {
      // OpenTelemetry, "Prometheus and OpenMetrics compatibility": units in braces are left out.
      assert.ok(/^\{.*\}$|^$/.test(unit) || name.endsWith('_seconds'), `${name} ${unit}`);
      const metric = name.replaceAll('.', '_') + (kind === 'sum' ? '_total' : '');
      for (const { attributes } of points) series.add(JSON.stringify([metric, attributes]));
    }
    const scraped = new Set<string>();
    for (const { metric } of await query('{__name__=~"(outlay|cost_tracker)_.+"}')) {
      const { __name__: name, job: _job, instance: _instance, ...labels } = metric;
      scraped.add(JSON.stringify([name, labels]));
    }
    const sorted = (all: Set<string>): string[] =>
      [...all]
        .map((each) => {
          const [name, labels] = JSON.parse(each) as [string, Record<string, string>];
          return `${name} ${Object.entries(labels).sort().join(' ')}`;
        })
        .sort();
    assert.deepEqual(sorted(series), sorted(scraped));
  });
});
