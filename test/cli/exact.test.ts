import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, test } from 'node:test';
import { CliWorld } from './runCli.ts';

const chained = { CLAUDE_CODE_ENABLE_TELEMETRY: '1', OTEL_LOGS_EXPORTER: 'otlp' };

/** A home with these settings of Claude Code; without any where undefined. */
function world(settings?: string): CliWorld {
  const made = new CliWorld();
  made.env = { NO_COLOR: '1', COLUMNS: '200' };
  if (settings !== undefined) {
    mkdirSync(dirname(settingsOf(made)), { recursive: true });
    writeFileSync(settingsOf(made), settings);
  }
  return made;
}

function settingsOf(made: CliWorld): string {
  return made.dir.at('home', '.claude', 'settings.json');
}

function envOf(made: CliWorld): Record<string, string> {
  return JSON.parse(readFileSync(settingsOf(made), 'utf8')).env;
}

describe('outlay exact', () => {
  test('shows what it would change, changes it when told to, and puts everything back', () => {
    for (const settings of [
      undefined,
      '',
      '{}',
      '{ "model": "opus" }',
      '{\r\n\t"env": { "A": "b" }, // mine\r\n\t"hooks": {},\r\n}',
      '{"env":{"OTEL_LOGS_EXPORTER":"none","OTEL_METRICS_EXPORTER":"none"}}',
    ]) {
      using made = world(settings);
      const file = settingsOf(made);
      const shown = made.run('exact', 'on');
      assert.equal(shown.code, 0, shown.err);
      assert.match(
        shown.out,
        /OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": "http:\/\/127\.0\.0\.1:\d+\/v1\/logs/,
      );
      assert.match(
        shown.out,
        /OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http:\/\/127\.0\.0\.1:\d+\/v1\/metrics/,
      );
      assert.match(shown.out, /Nothing is written yet/);
      assert.equal(existsSync(file) ? readFileSync(file, 'utf8') : undefined, settings);
      assert.equal(made.run('exact', 'on', '--yes').code, 0);
      const place = JSON.parse(readFileSync(made.dir.at('data', 'exact.json'), 'utf8'));
      assert.match(readFileSync(file, 'utf8'), new RegExp(`x-outlay-token=${place.token}`));
      assert.equal(statSync(made.dir.at('data', 'exact.json')).mode & 0o777, 0o600);
      const again = made.run('exact', 'on', '--yes');
      assert.match(again.out, /is on in .*already/);
      const status = JSON.parse(made.run('exact', 'status', '--json').out);
      assert.deepEqual([status.on, status.inForce, status.port], [true, true, place.port]);
      assert.deepEqual([status.metrics, status.forwardMetrics], [true, null]);
      assert.match(made.run('exact', 'off').out, /Nothing is written yet/);
      assert.equal(made.run('exact', 'off', '--yes').code, 0);
      assert.equal(existsSync(file) ? readFileSync(file, 'utf8') : undefined, settings);
      for (const name of ['exact.json', 'exact-install.json']) {
        assert.equal(existsSync(made.dir.at('data', name)), false, name);
      }
      assert.match(made.run('exact', 'off').out, /Exact mode is off/);
    }
  });

  test('what others changed meanwhile stays, and only ours goes', () => {
    using made = world('{ "env": { "OTEL_LOGS_EXPORTER": "console" } }\n');
    made.run('exact', 'on', '--yes');
    const file = settingsOf(made);
    const changed = JSON.parse(readFileSync(file, 'utf8'));
    changed.model = 'opus';
    changed.env.OTEL_EXPORTER_OTLP_LOGS_PROTOCOL = 'http/protobuf';
    writeFileSync(file, JSON.stringify(changed));
    const status = made.run('exact', 'status');
    assert.match(status.out, /has been changed since/);
    assert.equal(made.run('exact', 'off', '--yes').code, 0);
    assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), {
      env: {
        OTEL_LOGS_EXPORTER: 'console',
        OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: 'http/protobuf',
      },
      model: 'opus',
    });
  });

  test('an organisation’s receiver is passed on to when that is wished for, and refused otherwise', () => {
    const theirs = {
      ...chained,
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://otel.example/',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20abc,x-team=a',
      OTEL_METRICS_EXPORTER: 'otlp',
    };
    const settings = JSON.stringify({ env: theirs });
    using made = world(settings);
    const refused = made.run('exact', 'on', '--yes');
    assert.notEqual(refused.code, 0);
    assert.match(refused.err, /go to https:\/\/otel\.example\/v1\/logs already\. With --chain/);
    assert.equal(readFileSync(settingsOf(made), 'utf8'), settings);
    const done = made.run('exact', 'on', '--chain', '--yes');
    assert.equal(done.code, 0, done.err);
    assert.match(
      done.out,
      /passed on to https:\/\/otel\.example\/v1\/logs and https:\/\/otel\.example\/v1\/metrics\. While no Outlay runs/,
    );
    const { forward, forwardMetrics } = JSON.parse(
      readFileSync(made.dir.at('data', 'exact.json'), 'utf8'),
    );
    assert.deepEqual(forward, {
      url: 'https://otel.example/v1/logs',
      headers: { authorization: 'Bearer abc', 'x-team': 'a' },
    });
    assert.deepEqual(forwardMetrics, { ...forward, url: 'https://otel.example/v1/metrics' });
    const env = envOf(made);
    assert.equal(env.OTEL_EXPORTER_OTLP_LOGS_PROTOCOL, 'http/protobuf', 'theirs stays the form');
    assert.equal(env.OTEL_EXPORTER_OTLP_METRICS_PROTOCOL, 'http/protobuf');
    assert.equal(env.OTEL_EXPORTER_OTLP_ENDPOINT, theirs.OTEL_EXPORTER_OTLP_ENDPOINT, 'traces');
    const status = JSON.parse(made.run('exact', 'status', '--json').out);
    assert.equal(status.forwardMetrics, 'https://otel.example/v1/metrics');
    made.run('exact', 'off', '--yes');
    assert.equal(readFileSync(settingsOf(made), 'utf8'), settings);
  });

  test('metrics that go elsewhere are left as they are, unless they are to be passed on and can be', () => {
    const metrics = { CLAUDE_CODE_ENABLE_TELEMETRY: '1', OTEL_METRICS_EXPORTER: 'prometheus,otlp' };
    for (const [env, args, taken] of [
      [metrics, [], false],
      [metrics, ['--chain'], true],
      [{ ...metrics, OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'grpc' }, ['--chain'], false],
      [{ ...metrics, OTEL_EXPORTER_OTLP_METRICS_CLIENT_KEY: '/key' }, ['--chain'], false],
      [{ ...metrics, OTEL_METRICS_EXPORTER: 'prometheus' }, [], true],
    ] as const) {
      const settings = JSON.stringify({ env });
      using made = world(settings);
      const done = made.run('exact', 'on', ...args, '--yes');
      assert.equal(done.code, 0, done.err);
      assert.equal(/metrics go elsewhere and are left/.test(done.out), !taken, settings);
      const written = envOf(made);
      assert.match(written.OTEL_LOGS_EXPORTER!, /^otlp$/);
      assert.equal(/127/.test(written.OTEL_EXPORTER_OTLP_METRICS_ENDPOINT ?? ''), taken, settings);
      if (taken) assert.equal(written.OTEL_METRICS_EXPORTER, 'prometheus,otlp');
      const status = made.run('exact', 'status');
      assert.equal(/metrics go elsewhere and are left/.test(status.out), !taken);
      made.run('exact', 'off', '--yes');
      assert.equal(readFileSync(settingsOf(made), 'utf8'), settings);
    }
  });

  test('what could not be passed on, or would send more than before, is refused', () => {
    for (const [settings, words] of [
      [{ env: { ...chained, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' } }, /by grpc/],
      [{ env: chained, otelHeadersHelper: '/bin/headers' }, /otelHeadersHelper/],
      [{ env: { ...chained, OTEL_EXPORTER_OTLP_CLIENT_KEY: '/key' } }, /certificates/],
      [{ env: { OTEL_METRICS_EXPORTER: 'otlp' } }, /would send that too/],
      [{ env: [] }, /"env" is not what Claude Code expects/],
      [[], /no object in it/],
    ] as const) {
      const text = JSON.stringify(settings);
      using made = world(text);
      const { code, err } = made.run('exact', 'on', '--chain', '--yes');
      assert.notEqual(code, 0, text);
      assert.match(err, words);
      assert.equal(readFileSync(settingsOf(made), 'utf8'), text);
      assert.equal(existsSync(made.dir.at('data', 'exact.json')), false);
    }
  });

  test('the environment counts too', () => {
    using made = world('{}');
    made.env = { ...made.env, ...chained };
    const { err } = made.run('exact', 'on', '--yes');
    assert.match(err, /go to http:\/\/localhost:4318\/v1\/logs already/);
  });
});
