import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { parseConfig, readConfig } from '../../../src/dataFolder/readConfig.ts';
import { usDollars } from '../../../src/model/currency.ts';
import { parsePriceOverrides } from '../../../src/pricing/parseOverrides.ts';
import { createPriceBook } from '../../../src/pricing/priceBook.ts';
import { mergeOverrides } from '../../../src/settings/priceOverrides.ts';
import { defaultSettings, parseSettings } from '../../../src/settings/settings.ts';
import { tempDir } from '../../lib/tempDir.ts';

const good: Record<string, unknown> = {
  'outlay.enabled': false,
  'outlay.roots': ['/a', ''],
  'outlay.storePath': '/s.db',
  'outlay.billing': 'subscription',
  'outlay.budget.dailyUsd': 50,
  'outlay.budget.monthlyUsd': 0,
  'outlay.alerts.enabled': false,
  'outlay.alerts.channels': ['log', 'email'],
  'outlay.alerts.hourlyUsd': 5,
  'outlay.alerts.dailyProjectionUsd': 0,
  'outlay.alerts.exhaustionDays': 14,
  'outlay.alerts.quiet': ['spike'],
  'outlay.alerts.templates': { stop: '{title} {spent}' },
  'outlay.alerts.webhook.url': 'https://example.com/x',
  'outlay.alerts.webhook.format': 'ntfy',
  'outlay.alerts.sendNames': true,
  'outlay.alerts.command': [process.execPath, '-e', ''],
  'outlay.budget.projects': { '/p': { dailyUsd: 5 }, '/q': { dailyUsd: 'much' } },
  'outlay.timeZone': 'Asia/Kathmandu',
  'outlay.weekStart': 'sunday',
  'outlay.guard.strict': true,
  'outlay.guard.mostAgents': 40,
  'outlay.guard.maxHops': 2,
  'outlay.guard.breaker': { sameCall: { ask: 0, deny: 30 } },
  'outlay.guard.coldCache': 'ask',
  'outlay.guard.coldCacheUsd': 2,
  'outlay.guard.transport': 'http',
  'outlay.currency': { code: 'eur', rates: { '2026-11-01': 0.9, '2026-03-29': 0.92 } },
  'outlay.prices.overrides': { multiplier: 2 },
  'outlay.prices.file': '/p.json',
  'outlay.prices.warnAfterDays': 10,
  'outlay.storeTitles': false,
  'outlay.retention.enabled': true,
  'outlay.retention.messageDays': 60,
  'outlay.retention.dayDays': 100,
  'outlay.watch.polling': 'always',
  'outlay.agents.codex': false,
  'outlay.agents.claudeDesktop': false,
  'outlay.agents.copilot': false,
  'outlay.agents.opencode': false,
  'outlay.agents.capture': false,
  'outlay.hosts.folders': { Windows: '/mnt/c' },
  'outlay.hosts.files': ['/sync'],
  'outlay.groups': { 'Client A': ['~/a', '~/a-*'] },
  'outlay.tags': { Bugs: 'fix/*' },
  'outlay.accounts': { '/home/ada/.claude-work': 'Work' },
};

describe('mirrored settings', () => {
  test('every key is read', () => {
    const { settings, problems } = parseConfig({ revision: 3, other: 1, settings: good });
    assert.deepEqual(settings, {
      enabled: false,
      roots: ['/a'],
      readsCodex: false,
      readsClaudeDesktop: false,
      readsCopilot: false,
      readsOpenCode: false,
      readsCapturedCalls: false,
      hostFolders: { Windows: '/mnt/c' },
      hostFiles: ['/sync'],
      storePath: '/s.db',
      billing: 'subscription',
      dailyBudgetUsd: 50,
      monthlyBudgetUsd: undefined,
      projectBudgets: new Map([['/p', { dailyUsd: 5 }]]),
      alerts: {
        enabled: false,
        channels: ['log', 'email'],
        hourlyUsd: 5,
        dailyProjectionUsd: undefined,
        exhaustionDays: 14,
        quiet: ['spike'],
        templates: { stop: '{title} {spent}' },
        webhookUrl: 'https://example.com/x',
        webhookFormat: 'ntfy',
        sendNames: true,
        command: [process.execPath, '-e', ''],
      },
      guardStrict: true,
      guardMostAgents: 40,
      guardMaxHops: 2,
      guardBreaker: {
        sameCall: { warn: 8, ask: 0, deny: 30 },
        failing: { warn: 4, ask: 8, deny: 0 },
        idleUsd: { warn: 5, ask: 10, deny: 0 },
      },
      guardColdCache: 'ask',
      guardColdCacheUsd: 2,
      guardTransport: 'http',
      zone: 'Asia/Kathmandu',
      weekStart: 0,
      currency: {
        code: 'EUR',
        // The first moments of the days in the zone, earliest first.
        rates: [
          { from: Date.parse('2026-03-28T18:15:00Z'), rate: 0.92 },
          { from: Date.parse('2026-10-31T18:15:00Z'), rate: 0.9 },
        ],
      },
      priceOverrides: { multiplier: 2 },
      priceFile: '/p.json',
      warnAfterDays: 10,
      storeTitles: false,
      retention: { enabled: true, messageDays: 60, dayDays: 100 },
      polling: 'always',
      labels: {
        groups: new Map([['Client A', ['~/a', '~/a-*']]]),
        tags: new Map([['Bugs', ['fix/*']]]),
        accounts: new Map([['/home/ada/.claude-work', 'Work']]),
      },
    });
    assert.equal(problems.length, 1);
    assert.match(problems[0]!, /outlay\.budget\.projects\["\/q"\]/);
  });

  test('each bad value is named and only it falls back', () => {
    const keys = Object.keys(good).filter((key) => key !== 'outlay.prices.overrides');
    for (const key of keys) {
      const { settings, problems } = parseConfig({ settings: { ...good, [key]: [{}] } });
      const named = problems.filter((problem) => problem.includes(key));
      assert.equal(named.length, 1, key);
      assert.equal(settings.billing, key === 'outlay.billing' ? 'api' : 'subscription');
    }
  });

  test('folders of other hosts have names of hosts and absolute paths, or are left out', () => {
    const { settings, problems } = parseSettings({
      'outlay.hosts.folders': {
        Windows: '/mnt/c',
        'x@y': '/z',
        relative: 'folder',
        home: '~/x',
        n: 5,
      },
      'outlay.hosts.files': ['/sync', 'relative', '~/Sync', 7],
    });
    assert.deepEqual(settings.hostFolders, { Windows: '/mnt/c', home: '~/x' });
    assert.deepEqual(settings.hostFiles, ['/sync', '~/Sync']);
    assert.deepEqual(
      problems.map(({ key, place, expected }) => `${key.slice(13)}${place} ${expected}`),
      [
        'folders["x@y"] hostName',
        'folders["relative"] absoluteFolder',
        'folders["n"] absoluteFolder',
        'files[1] absoluteFolder',
        'files[3] absoluteFolder',
      ],
    );
  });

  test('each bad part of what is said of alerts is named and the others hold', () => {
    const { settings, problems } = parseSettings({
      'outlay.alerts.channels': ['log', 'pigeon', 'log', 'slack'],
      'outlay.alerts.quiet': ['spike', 3],
      'outlay.alerts.templates': {
        stop: '{title}',
        info: '{secret}',
        warning: '',
        critical: 'x'.repeat(501),
        ok: 'x',
      },
    });
    assert.deepEqual(
      problems.map(({ key, place, expected }) => [key.slice(14) + place, expected]),
      [
        ['channels[1]', 'channel'],
        ['quiet[1]', 'rule'],
        ['templates["info"]', 'template'],
        ['templates["warning"]', 'template'],
        ['templates["critical"]', 'template'],
        ['templates["ok"]', 'template'],
      ],
    );
    assert.deepEqual(settings.alerts.channels, ['log', 'slack']);
    assert.deepEqual(settings.alerts.templates, { stop: '{title}' });
    for (const [name, value] of [
      ['webhook.url', 'http://example.com'],
      ['webhook.url', 'https://user:secret@example.com'],
      ['webhook.url', 'ftp://example.com'],
      ['command', ['tell.sh']],
      ['command', ['./tell.sh']],
      ['command', ['/a/b.cmd']],
      ['command', ['/a', 3]],
      ['command', '/a'],
      ['exhaustionDays', -1],
    ] as const) {
      const key = `outlay.alerts.${name}`;
      const { problems: own, settings: held } = parseSettings({ [key]: value });
      assert.deepEqual(
        own.map((each) => each.key),
        [key],
        String(value),
      );
      assert.deepEqual([held.alerts.webhookUrl, held.alerts.command], ['', []]);
    }
    const good = { 'outlay.alerts.webhook.url': 'http://127.0.0.1:8080/x' };
    assert.deepEqual(parseSettings(good).problems, []);
  });

  test('each bad part of a budget or a currency is named and the others hold', () => {
    const { settings, problems } = parseSettings({
      'outlay.timeZone': 'UTC',
      'outlay.roots': ['/a', 3, '/b'],
      'outlay.budget.projects': {
        '/a': { dailyUsd: 1, monthlyUsd: 0 },
        '/b': { dailyUsd: -1, monthlyUsd: 20, weeklyUsd: 5 },
        '/c': 3,
      },
      'outlay.currency': {
        code: 'EUR',
        rates: { '2026-11-01': 0.9, '2026-02-30': 0.9, '2026-11-02': 0, '2026-11-03': '0.9' },
        since: 2026,
      },
    });
    assert.deepEqual(
      problems.map(({ key, place, expected }) => [key.slice(7) + place, expected]),
      [
        ['roots[1]', 'folder'],
        ['budget.projects["/b"]["dailyUsd"]', 'dollars'],
        ['budget.projects["/b"]["weeklyUsd"]', 'budget'],
        ['budget.projects["/c"]', 'budget'],
        ['currency["since"]', 'currency'],
        ['currency.rates["2026-02-30"]', 'day'],
        ['currency.rates["2026-11-02"]', 'rate'],
        ['currency.rates["2026-11-03"]', 'rate'],
      ],
    );
    assert.deepEqual(settings.roots, ['/a', '/b']);
    assert.deepEqual(Object.fromEntries(settings.projectBudgets), {
      '/a': { dailyUsd: 1 },
      '/b': { monthlyUsd: 20 },
    });
    const rates = [{ from: Date.UTC(2026, 10, 1), rate: 0.9 }];
    assert.deepEqual(settings.currency, { code: 'EUR', rates });
  });

  for (const [messageDays, dayDays, expected, bad] of [
    [undefined, undefined, [90, 365], []],
    [30, 30, [30, 30], []],
    [29, 365, [90, 365], ['messageDays']],
    [90.5, undefined, [90, 365], ['messageDays']],
    [120, 100, [120, 365], ['dayDays']],
    [500, undefined, [500, 500], []],
    [500, 400, [500, 500], ['dayDays']],
    ['90', 20, [90, 365], ['messageDays', 'dayDays']],
    [36_501, 1e9, [90, 365], ['messageDays', 'dayDays']],
  ] as const) {
    test(`messages for ${messageDays} and days for ${dayDays} days`, () => {
      const { settings, problems } = parseSettings({
        'outlay.retention.messageDays': messageDays,
        'outlay.retention.dayDays': dayDays,
      });
      const { retention } = settings;
      assert.deepEqual([retention.messageDays, retention.dayDays], expected);
      assert.equal(retention.enabled, false);
      const keys = problems.map(({ key }) => key.replace('outlay.retention.', ''));
      assert.deepEqual(keys, bad);
    });
  }

  test('what a person wrote as a name stays text in the sentence', () => {
    const projects = { '/p\u202e\u001b[31m\nq': 1 };
    const [problem] = parseConfig({ settings: { 'outlay.budget.projects': projects } }).problems;
    assert.match(problem ?? '', /^config\.json: outlay\.budget\.projects\["\/p.*q"\] is not \{/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what may not be there
    assert.doesNotMatch(problem ?? '', /[\u0000-\u001f\u202e]/);
  });

  test('a budget no sum stays exact with is refused', () => {
    for (const dollars of [1_000_001, 1e300, Number.POSITIVE_INFINITY, Number.NaN, -0.01]) {
      const { settings, problems } = parseSettings({ 'outlay.budget.dailyUsd': dollars });
      assert.equal(settings.dailyBudgetUsd, undefined);
      assert.equal(problems.length, 1, `${dollars}`);
    }
    assert.equal(
      parseSettings({ 'outlay.budget.dailyUsd': 1e6 }).settings.dailyBudgetUsd,
      1_000_000,
    );
  });

  for (const [value, place] of [
    [{ code: 'EUR' }, '.rates'],
    [{ code: 'EUR', rates: {} }, '.rates'],
    [{ code: 'euro', rates: { '2026-11-01': 0.9 } }, '.code'],
    [{ rates: { '2026-11-01': 0.9 } }, '.code'],
    [['EUR'], ''],
    ['EUR', ''],
  ] as const) {
    test(`${JSON.stringify(value)} is no currency: dollars stay`, () => {
      const { settings, problems } = parseSettings({ 'outlay.currency': value });
      assert.equal(settings.currency, usDollars);
      assert.deepEqual(
        problems.map((problem) => problem.place),
        [place],
      );
    });
  }

  test('dollars and nothing are dollars', () => {
    for (const value of [{}, { code: 'USD' }, { code: 'usd', rates: { '2026-11-01': 3 } }]) {
      const { settings, problems } = parseSettings({ 'outlay.currency': value });
      assert.deepEqual([settings.currency, problems], [usDollars, []]);
    }
  });

  test('null and empty are as good as not set', () => {
    const settings = Object.fromEntries(Object.keys(good).map((key) => [key, null]));
    const plain = { settings: defaultSettings(), budgets: [], overrides: [], problems: [] };
    assert.deepEqual(parseConfig({ settings }), plain);
    assert.deepEqual(parseConfig({ settings: { 'outlay.timeZone': '' } }).problems, []);
  });

  test('no file is no problem; rubbish is one', () => {
    using dir = tempDir();
    assert.deepEqual(readConfig(dir.at('none.json')).problems, []);
    for (const text of ['', '[]', '{"settings":[]}', 'null']) {
      writeFileSync(dir.at('config.json'), text);
      const { settings, problems } = readConfig(dir.at('config.json'));
      assert.equal(problems.length, 1, text);
      assert.deepEqual(settings, defaultSettings());
    }
    writeFileSync(dir.at('config.json'), '\ufeff{"settings":{"outlay.billing":"subscription"}}');
    assert.equal(readConfig(dir.at('config.json')).settings.billing, 'subscription');
  });
});

describe('prices from several places', () => {
  test('what is handed on prices exactly like what was merged', () => {
    using dir = tempDir();
    writeFileSync(
      dir.at('mine.json'),
      JSON.stringify({
        multiplier: 0.9,
        overrides: {
          'claude-opus-5-5': [
            { input: 3, until: '2026-10-01' },
            { output: 30.125, from: '2026-10-01', above: { promptTokens: 100_000, output: 60 } },
          ],
          'qwen3-coder:30b': { local: true },
        },
      }),
    );
    writeFileSync(
      dir.at('prices.json'),
      JSON.stringify({
        multiplier: 5,
        models: { 'glm-4.7': { input: 0.6, output: 2.2, tier: 'mini' } },
      }),
    );
    const setting = {
      models: { 'claude-sonnet-5.5': { cacheWrite: 1.5, webSearchPerThousand: 5 } },
    };
    const merged = mergeOverrides({ setting, file: dir.at('mine.json'), dataFolder: dir.path });
    assert.deepEqual(merged.problems, []);
    assert.equal(merged.overrides.rows.length, 5);
    assert.equal(merged.overrides.multiplier, '0.9', 'the first place that names one');
    const again = parsePriceOverrides(JSON.parse(JSON.stringify(merged.data)));
    assert.deepEqual(again.problems, []);
    assert.equal(
      createPriceBook(again.overrides).revision,
      createPriceBook(merged.overrides).revision,
    );
  });

  test('an earlier place wins for a model under any of its names', () => {
    using dir = tempDir();
    writeFileSync(
      dir.at('prices.json'),
      JSON.stringify({
        models: { 'anthropic/claude-opus-5.5': { input: 9 }, 'GLM-4.7': { input: 9, output: 9 } },
      }),
    );
    const setting = {
      models: { 'claude-opus-5-5': { output: 21 }, 'glm-4-7': { input: 1, output: 2 } },
    };
    const { overrides, problems } = mergeOverrides({ setting, file: '', dataFolder: dir.path });
    assert.deepEqual(problems, []);
    assert.deepEqual(
      overrides.rows.map(({ model, rates }) => [model, rates]),
      [
        ['claude-opus-5-5', { output: '21' }],
        ['glm-4-7', { input: '1', output: '2' }],
      ],
    );
  });

  test('nothing anywhere is the list', () => {
    using dir = tempDir();
    const merged = mergeOverrides({ setting: undefined, file: '', dataFolder: dir.path });
    assert.deepEqual(merged, { overrides: { rows: [] }, data: {}, problems: [] });
  });
});
