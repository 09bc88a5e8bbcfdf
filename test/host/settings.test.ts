/** Settings in a real editor: what cannot be used, what the terminal gets, words and currency. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { until } from '../../scripts/shared/retry.ts';
import { wholeBudget } from '../../src/budgets/budgetShares.ts';
import type { OutlayApi } from '../../src/extension.ts';
import { addDays, dayMs, dayOf } from '../../src/model/calendar.ts';
import { convert, usDollars } from '../../src/model/currency.ts';
import { sharedKeys } from '../../src/settings/settings.ts';
import { commandIds } from '../../src/views/core/commandIds.ts';
import { readSettings } from '../../src/views/core/settingsModel.ts';
import { noticeText, settingProblemText } from '../../src/views/settings/settingsNotice.ts';
import { figureItems } from '../../src/views/statusBar/menu.ts';
import { statusText } from '../../src/views/statusBar/statusText.ts';
import { tooltipMarkdown } from '../../src/views/statusBar/tooltip.ts';
import { Format, formatOf } from '../../src/views/text/format.ts';
import { plainUiText } from '../../src/views/text/plainUiText.ts';
import { answer, append, transcriptFile } from './transcript.ts';

describe(`settings (${process.env.OUTLAY_TEST_RUN})`, () => {
  let api: OutlayApi;
  /** What stood there before, by key. */
  const written = new Map<string, unknown>();
  const set = async (key: string, value: unknown): Promise<void> => {
    const config = vscode.workspace.getConfiguration();
    if (!written.has(key)) written.set(key, config.inspect(key)?.globalValue);
    await config.update(key, value, vscode.ConfigurationTarget.Global);
  };
  const mirrorFile = join(process.env.OUTLAY_DATA_DIR ?? '', 'config.json');
  const mirrored = (): Record<string, unknown> => {
    const file = JSON.parse(readFileSync(mirrorFile, 'utf8')) as {
      settings: Record<string, unknown>;
    };
    // Set for the whole run.
    const { 'outlay.timeZone': _, 'outlay.alerts.enabled': __, ...settings } = file.settings;
    return settings;
  };
  const overview = () => {
    assert.ok(api.spend.overview);
    return api.spend.overview;
  };
  const tooltip = (): string =>
    tooltipMarkdown(api.spend, {
      now: Date.now(),
      catalogueDate: '2026-11-01',
      catalogueDays: 1,
      remote: '',
    }).replaceAll('&nbsp;', ' ');

  before(async () => {
    const extension = vscode.extensions.getExtension<OutlayApi>('outlay.outlay');
    assert.ok(extension);
    api = await extension.activate();
    append(
      transcriptFile('-home-dev-shop', 'session-set'),
      answer({ id: 'set-1', session: 'session-set' }),
    );
    await until('there is a figure', () => (api.spend.overview?.today.total ?? 0) > 0);
  });

  afterEach(async () => {
    for (const [key, value] of written) await set(key, value);
    written.clear();
  });

  it('are named one by one where they cannot be used, and the rest is in force', async () => {
    const good = { 'outlay.weekStart': 'sunday', 'outlay.budget.monthlyUsd': 70 };
    const bad: [key: string, value: unknown, place: string, word: RegExp][] = [
      ['outlay.billing', 'free', 'outlay.billing', /"api" or "subscription"/],
      ['outlay.budget.dailyUsd', -4, 'outlay.budget.dailyUsd', /0 to 1,000,000/],
      ['outlay.timeZone', 'Mars/Olympus', 'outlay.timeZone', /Europe\/Berlin/],
      ['outlay.watch.polling', 'often', 'outlay.watch.polling', /"auto"/],
      ['outlay.statusBar.scope', 'some', 'outlay.statusBar.scope', /"workspace"/],
      ['outlay.statusBar.show', ['month', 'year'], 'outlay.statusBar.show[1]', /"lastHour"/],
      [
        'outlay.budget.projects',
        { '/p': { dailyUsd: 5, monthlyUsd: '9' } },
        'outlay.budget.projects["/p"]["monthlyUsd"]',
        /US dollars/,
      ],
      [
        'outlay.currency',
        { code: 'EUR', rates: { '2026-11-01': 0.9, '2026-11-31': 0.8 } },
        'outlay.currency.rates["2026-11-31"]',
        /a date such as/,
      ],
      ['outlay.groups', { A: ['~/a'], B: 5 }, 'outlay.groups["B"]', /list of folders/],
      ['outlay.tags', { A: ['fix/*'], B: [''] }, 'outlay.tags["B"]', /branch patterns/],
      ['outlay.accounts', { '/a': 'Work', '/b': 7 }, 'outlay.accounts["/b"]', /a name/],
    ];
    for (const [key, value] of Object.entries(good)) await set(key, value);
    for (const [key, value] of bad) await set(key, value);
    await set('outlay.prices.overrides', { models: { 'model-y': { input: -1 } } });
    await until('all have arrived', () => readSettings().problems.length === bad.length);
    const { settings, problems } = readSettings();
    const sentences = problems.map(settingProblemText);
    for (const [, , place, word] of bad) {
      const own = sentences.filter((sentence) => sentence.startsWith(`${place} must be`));
      assert.equal(own.length, 1, place);
      assert.match(own[0] ?? '', word);
    }
    assert.equal(settings.weekStart, 0);
    assert.equal(settings.monthlyBudgetUsd, 70);
    assert.equal(settings.billing, 'api');
    assert.deepEqual(settings.show, ['month']);
    assert.deepEqual(Object.fromEntries(settings.projectBudgets), { '/p': { dailyUsd: 5 } });
    assert.equal(settings.currency.code, 'EUR');
    assert.equal(settings.currency.rates.length, 1);
    await until('the views have them', () => api.spend.settings.currency.code === 'EUR');

    // The diagnostics name the same, and the prices that were refused.
    await vscode.commands.executeCommand(commandIds.showDiagnostics);
    const document = await vscode.workspace.openTextDocument(
      vscode.Uri.from({ scheme: 'outlay', path: '/Outlay Diagnostics.md' }),
    );
    const text = document.getText().replaceAll(/\\(.)|&#(\d+);/g, (_, plain, code) => {
      return plain ?? String.fromCharCode(Number(code));
    });
    for (const [, , place] of bad) assert.ok(text.includes(place), `${place} in ${text}`);
    assert.ok(text.includes('model-y'), text);
  });

  it('are told of in a few words, however many they are', () => {
    assert.equal(
      noticeText(['A is wrong.']),
      'Outlay: 1 setting has a value it cannot use. A is wrong.',
    );
    assert.equal(
      noticeText(['A.', 'B.', 'C.', 'D.', 'E.']),
      'Outlay: 5 settings have values it cannot use. A. B. C. And 2 more; see the log.',
    );
    assert.equal(plainUiText('$(bug) [x](command:y)\u202e\nz'), '$ (bug) [x] (command:y) z');
  });

  it('are mirrored for the terminal as written, those of others untouched', async () => {
    await set('outlay.billing', 'subscription');
    await until('the file is there', () => mirrored()['outlay.billing'] === 'subscription');
    const file = JSON.parse(readFileSync(mirrorFile, 'utf8')) as {
      revision: number;
      settings: Record<string, unknown>;
    };
    file.settings['outlay.future'] = { kept: true };
    writeFileSync(mirrorFile, JSON.stringify(file));
    const wanted = {
      'outlay.budget.projects': { '/home/dev/shop': { dailyUsd: 5 } },
      'outlay.currency': { code: 'EUR', rates: { '2026-11-01': 0.9 } },
      'outlay.weekStart': 'sunday',
    };
    for (const [key, value] of Object.entries(wanted)) await set(key, value);
    await set('outlay.statusBar.scope', 'all');
    await until('all are mirrored', () => mirrored()['outlay.weekStart'] === 'sunday');
    assert.deepEqual(mirrored(), {
      'outlay.billing': 'subscription',
      'outlay.future': { kept: true },
      ...wanted,
    });
    const { revision } = JSON.parse(readFileSync(mirrorFile, 'utf8')) as { revision: number };
    assert.ok(revision > file.revision);
    for (const key of ['outlay.billing', ...Object.keys(wanted)]) await set(key, undefined);
    await until('they are taken back', () => Object.keys(mirrored()).length === 1);
    assert.deepEqual(mirrored(), { 'outlay.future': { kept: true } });
  });

  it('of the manifest are those of the code, each with a description and an order', () => {
    const manifest = vscode.extensions.getExtension('outlay.outlay')?.packageJSON as {
      contributes: {
        configuration: {
          title: string;
          properties: Record<string, { markdownDescription?: string; order?: number; enum?: [] }>;
        }[];
      };
    };
    const keys: string[] = [];
    for (const { title, properties } of manifest.contributes.configuration) {
      assert.doesNotMatch(title, /setting/i);
      const entries = Object.entries(properties);
      keys.push(...entries.map(([key]) => key));
      for (const [key, { markdownDescription }] of entries) {
        assert.match(markdownDescription ?? '', /^[^%].{10,}/, key);
      }
      const orders = entries.map(([, { order }]) => order);
      assert.deepEqual(
        orders,
        [...new Set(orders)].sort((a = 0, b = 0) => a - b),
        title,
      );
    }
    const statusBar = ['outlay.statusBar.show', 'outlay.statusBar.scope'];
    const own = [...statusBar, 'outlay.agents.mcpServer'];
    assert.deepEqual(keys.sort(), [...sharedKeys, ...own].sort());
  });

  it('cannot be set by a workspace where they decide what is read or what may be spent', async () => {
    const config = vscode.workspace.getConfiguration();
    for (const key of ['outlay.roots', 'outlay.storePath', 'outlay.budget.projects']) {
      await assert.rejects(
        async () => config.update(key, undefined, vscode.ConfigurationTarget.Workspace),
        key,
      );
    }
  });

  it('outlay.billing words every headline', async () => {
    await set('outlay.billing', 'subscription');
    await until('it is in force', () => api.spend.settings.billing === 'subscription');
    const figure = formatOf(api.spend.settings).shown(overview().today.shown);
    const status = statusText(api.spend, Date.now());
    assert.match(status.text, new RegExp(`worth ${figure.replace('$', '\\$')}`));
    assert.match(status.label, /Claude spend today worth/);
    assert.ok(tooltip().includes(`**worth ${figure}**`), tooltip());
    assert.match(tooltip(), /a subscription has no price per token/);
    const [today] = figureItems(overview(), formatOf(api.spend.settings));
    assert.match(today?.label ?? '', /^Today worth (at least )?\$\d.* at list price$/);
    await set('outlay.billing', undefined);
    await until('it is back', () => api.spend.settings.billing === 'api');
    assert.doesNotMatch(statusText(api.spend, Date.now()).text, /worth/);
    assert.doesNotMatch(tooltip(), /worth/i);
  });

  it('states have their words: made-up sessions, a pause, nothing found', () => {
    const now = Date.now();
    const context = { now, catalogueDate: '2026-11-01', catalogueDays: 1, remote: '' };
    const demo = { ...api.spend, demo: true };
    assert.match(statusText(demo, now).text, /\$[\d.]+ demo/);
    assert.match(statusText(demo, now).label, /in the demo/);
    const [first] = tooltipMarkdown(demo, context).split('\n');
    assert.match(
      first ?? '',
      /\*\*Demo\.\*\* These sessions are made up\..*command:outlay\.closeDemo/,
    );

    const paused = { ...api.spend, indexer: { kind: 'paused' } as const };
    assert.match(statusText(paused, now).text, /^\$\(debug-pause\) \$[\d.]+ paused$/);
    assert.match(tooltipMarkdown(paused, context), /command:outlay\.resume/);

    const none = {
      ...api.spend,
      overview: undefined,
      indexer: { kind: 'watching' } as const,
      roots: api.spend.roots.map((root) => ({ ...root, transcripts: 0 })),
    };
    assert.equal(statusText(none, now).text, '$(outlay-spend) No transcripts');
    assert.match(tooltipMarkdown(none, context), /command:outlay\.openDemo/);
    assert.match(tooltipMarkdown(api.spend, context), /command:outlay\.openSession\)/);
  });

  it('a rate of a later day changes no figure of the days before it', async () => {
    const now = Date.now();
    const today = dayOf(now, api.spend.settings.zone);
    const names = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
    // The week that begins yesterday has two days of spend in it.
    await set('outlay.weekStart', names[new Date(addDays(today, -1)).getUTCDay()]);
    append(
      transcriptFile('-home-dev-old', 'session-old'),
      answer({ id: 'old', session: 'session-old', cwd: '/home/dev/old', at: now - dayMs }),
    );
    await until('yesterday counts', () => overview().week.total > overview().today.total);
    assert.equal(overview().week.shown, overview().week.total, 'in dollars');
    const yesterday = (): number => overview().week.shown - overview().today.shown;
    const spentYesterday = overview().week.total - overview().today.total;

    const rates: Record<string, number> = { [addDays(today, -10)]: 0.5 };
    await set('outlay.currency', { code: 'EUR', rates });
    await until('there are euros', () => overview().week.shown !== overview().week.total);
    assert.equal(yesterday(), convert(spentYesterday, 0.5));
    assert.equal(overview().today.shown, convert(overview().today.total, 0.5));
    const before = yesterday();

    await set('outlay.currency', { code: 'EUR', rates: { ...rates, [today]: 2 } });
    await until('the new rate holds', () => overview().today.shown > overview().today.total);
    assert.equal(overview().today.shown, 2 * overview().today.total);
    assert.equal(yesterday(), before, 'the figure of yesterday is what it was');

    const later = { ...rates, [today]: 2, [addDays(today, 1)]: 7 };
    await set('outlay.currency', { code: 'EUR', rates: later });
    await until('it has arrived', () => api.spend.settings.currency.rates.length === 3);
    assert.equal(overview().today.shown, 2 * overview().today.total);

    assert.match(statusText(api.spend, now).text, /€\d/);
    assert.match(tooltip(), /Converted to EUR at your own rates/);
    await set('outlay.budget.dailyUsd', 10);
    await until('the budget is there', () => wholeBudget(overview(), 'day') !== undefined);
    assert.equal(wholeBudget(overview(), 'day')?.entry.budget.limit, 10e9);
    assert.match(tooltip(), /\$\d+\.\d\d (left of|over) \$10/, 'a budget stays in dollars');
  });

  it('a day is one of this machine where no zone is set', async () => {
    await set('outlay.timeZone', undefined);
    const cwd = '/home/dev/midnight';
    await set('outlay.budget.projects', { [cwd]: { dailyUsd: 1 } });
    const midnight = new Date().setHours(0, 0, 0, 0);
    const file = transcriptFile('-home-dev-midnight', 'session-midnight');
    const line = (id: string, output: number, at: number): string =>
      answer({ id, session: 'session-midnight', cwd, output, at });
    append(file, line('before', 1000, midnight - 1) + line('after', 3000, midnight));
    const share = (): number | undefined => overview().budgets[0]?.state.share;
    await until('only what came after midnight counts', () => share() === 0.06);
  });

  it('a budget of a project is shown with its level', async () => {
    await set('outlay.budget.projects', { '/home/dev/shop': { dailyUsd: 0.001 }, '/none': {} });
    await until('it is there', () => overview().budgets.length === 1);
    assert.equal(overview().budgets[0]?.state.level, 'stop');
    assert.match(tooltip(), /shop.*\*\*\$[\d.]+ over \$0\.0010\*\*/);
  });

  it('figures follow the editor’s language', () => {
    const german = new Format({ currency: usDollars, zone: 'UTC', billing: 'api' }, 'de');
    assert.equal(german.shown(1_234_000_000_000), '$1.234');
    assert.equal(german.shown(12_340_000_000), '$12,34');
    assert.equal(german.tokens(4_200_000), '4,2M');
    assert.equal(german.count(1_234_567), '1.234.567');
    assert.equal(german.day(Date.UTC(2026, 10, 24)), '24.11.2026');
    const english = new Format(
      { currency: usDollars, zone: 'Asia/Kathmandu', billing: 'api' },
      'en',
    );
    assert.equal(english.time(Date.UTC(2026, 10, 24, 12)).replace(/\s/, ' '), '5:45 PM');
    assert.equal(english.age(90_000), '1 min ago');
    assert.equal(english.duration(125 * 60_000), '2 h 05 min');
    assert.equal(english.headline(1e9, { atLeast: true }), 'at least $1.00');
    const odd = new Format({ currency: usDollars, zone: '', billing: 'subscription' }, 'no_such');
    assert.equal(odd.headline(1e9, { atLeast: true }), 'worth at least $1.00 at list price');
  });
});
