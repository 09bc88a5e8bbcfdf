/**
 * Every panel on every kind of store: real transcripts, nothing, the demo, a million messages; and
 * the two over the whole store that `hostile.test.mjs` does not open on hostile text.
 */
import assert from 'node:assert/strict';
import path from 'node:path';
import { expect } from '@playwright/test';
import { retry, until } from '../../../scripts/shared/retry.ts';
import { formatMoney } from '../../../src/model/money.ts';
import { noFilters } from '../../../src/protocol/dashboard.ts';
import { clientTruth, expectedSets, unpackSet } from '../../lib/transcriptSets.ts';
import { harmIn, hostileNames, hostileTexts, watchHarm, writeHostile } from './lib/hostile.mjs';
import { millionStore } from './lib/million.mjs';
import { answer, customTitle, transcriptOf, write } from './lib/records.mjs';
import { terminalSays } from './lib/terminal.mjs';
import {
  expectNoViolation,
  factsOf,
  frameWith,
  sessionFrame,
  unfoldSection,
  waitForFigure,
  watchErrors,
  watchPolicy,
} from './lib/webview.mjs';
import { expectNotification, openWindow, test } from './lib/window.mjs';

/** Dollars as the panels write them. */
const usd = (dollars) => formatMoney(Math.round(dollars * 1e9), { locale: 'en', code: 'USD' });
const answerOf = (frame) => frame.locator('h1.answer').innerText();
const waitForAnswer = (frame, wanted) =>
  expect(frame.locator('h1.answer')).toHaveText(wanted, { useInnerText: true });

/** The panels over the whole store, with a question that takes in all of it. */
const panels = {
  dashboard: {
    command: 'outlay.openDashboard',
    question: {
      period: 'all',
      since: '',
      until: '',
      filters: noFilters,
      stack: 'model',
      outlook: false,
    },
    cards: ['cost', 'lately', 'ahead', 'most'],
    charts: ['spend', 'classes', 'by-project'],
  },
  burn: {
    command: 'outlay.openBurn',
    question: { period: 'month', project: '' },
    cards: ['pace', 'hour', 'week', 'ahead'],
    charts: ['pace'],
  },
  anomalies: {
    command: 'outlay.openAnomalies',
    question: { by: 'session', period: 'all', log: false, project: '' },
    cards: [],
    charts: ['outliers-chart'],
  },
};

/** A window whose panels are watched for everything that may go wrong in them. */
async function openWatched(options) {
  const workbench = await openWindow({ viewport: { width: 1280, height: 900 }, ...options });
  const policy = watchPolicy(workbench);
  const errors = watchErrors(workbench);
  return {
    workbench,
    errors,
    /** Opens a panel with its figures. */
    async open(name, question = panels[name].question) {
      await workbench.executeCommand(panels[name].command, question);
      return frameWith(workbench, `.${name}:has(.card, .outlier-list, .answer)`);
    },
    async openSession(sid, title = '') {
      await retry(`the session ${sid} is open`, async (timeout) => {
        await workbench.executeCommand('outlay.openSession', sid);
        await workbench.page.locator('.tab.active').filter({ hasText: title }).waitFor({ timeout });
      });
      return sessionFrame(workbench, title);
    },
    /** Closes every panel, and waits until its page is gone. */
    async close() {
      await workbench.executeCommand('workbench.action.closeAllEditors');
      await workbench.page.locator('iframe.webview').first().waitFor({ state: 'detached' });
    },
    allIsWell() {
      assert.deepEqual(policy(), []);
      assert.deepEqual(errors(), []);
    },
  };
}

/** A panel has an answer, its cards and its charts, nothing that went wrong, and is accessible. */
async function expectWhole(frame, { cards, charts }) {
  await until('all its parts are there', async () => {
    assert.notEqual((await frame.locator('h1').first().innerText()).trim(), '');
    const shown = await frame
      .locator('.card')
      .evaluateAll((list) => list.map((card) => card.dataset.card));
    assert.deepEqual(
      cards.filter((card) => !shown.includes(card)),
      [],
      'cards',
    );
    for (const part of charts) {
      const section = frame.locator(`[data-part="${part}"]`);
      assert.ok(await section.isVisible(), `${part} is seen`);
      assert.notEqual((await section.innerText()).trim(), '', `${part} says something`);
    }
    assert.equal(await frame.locator('.skeleton, h1.empty').count(), 0, 'it is not empty');
    return true;
  });
  await expectNoViolation(frame);
}

const sessionParts = { cards: ['cost', 'messages', 'misses', 'mostly'], charts: ['time'] };

test.describe('the panels on real transcripts', () => {
  let watched;
  const says = (...question) => terminalSays(watched.workbench, ...question);

  test.beforeAll(async () => {
    watched = await openWatched();
    for (const set of Object.keys(expectedSets)) unpackSet(set, watched.workbench.paths.claude);
  });
  test.afterAll(() => watched?.workbench.close());

  test('the dashboard says what the terminal and an independent program say', async () => {
    const sets = Object.values(expectedSets);
    const sum = sets.reduce((usdSoFar, set) => usdSoFar + Number(set.usd), 0);
    const messages = sets.reduce((count, set) => count + set.messages, 0);
    const frame = await watched.open('dashboard');
    const said = await until('all is read', async () => {
      const report = await says('report', '--period', 'all');
      assert.ok(Math.abs(report.total_cost_usd - report.backgroundUsd - sum) < 1e-6);
      return report;
    });
    await waitForFigure(frame, 'cost', `≥ ${usd(sum + said.backgroundUsd)}`);
    const byProject = said.byProject.map(({ cost_usd }) => usd(cost_usd));
    const count = (number, noun) => `${number.toLocaleString('en')} ${noun}`;
    // The cards are told before the rest of the page.
    await until('the rest is of the same moment', async () => {
      const bars = await frame.locator('[data-part="by-project"] .bar-figure').allInnerTexts();
      assert.ok(bars.length > 3);
      const shown = bars.slice(0, 3).map((text) => text.replace(/^≥ /, ''));
      assert.deepEqual(shown, byProject.slice(0, 3));
      const facts = await factsOf(frame);
      assert.deepEqual(facts.slice(1, 4), [
        count(messages, 'messages'),
        count(said.sessions, 'sessions'),
        count(said.runs, 'runs'),
      ]);
      assert.equal(facts.at(-1), `${usd(said.backgroundUsd)} of Claude Code’s own overhead`);
      return true;
    });
    await expectWhole(frame, panels.dashboard);
  });

  test('a session costs what Claude Code itself says', async () => {
    for (const [sid, { label, clientTotalUsd }] of Object.entries(clientTruth)) {
      // What a fork says of itself has its parent's part in it.
      if (label === 'fork') continue;
      await watched.close();
      const frame = await watched.openSession(sid);
      await waitForFigure(frame, 'cost', usd(clientTotalUsd));
      await expectWhole(frame, sessionParts);
    }
  });

  test('the dearest sessions cost what the terminal says', async () => {
    const { sessions } = await says('sessions', '--limit', '1000');
    const dearest = sessions.sort((a, b) => b.totalUsd - a.totalUsd).slice(0, 3);
    for (const { sessionId, totalUsd, messages } of dearest) {
      await watched.close();
      const frame = await watched.openSession(sessionId);
      // Some of them have messages without a final count.
      const cost = frame.locator('[data-card="cost"] .figure');
      await expect(cost).toHaveText(new RegExp(`^(≥\\s)?\\${usd(totalUsd)}$`));
      await waitForFigure(frame, 'messages', messages.toLocaleString('en'));
      await expectWhole(frame, sessionParts);
    }
  });

  test('burn has the rates the terminal has', async () => {
    const frame = await watched.open('burn');
    const { latest_usd } = await says('burn', '--bucket', '7d', '--lookback', '14d');
    await waitForFigure(frame, 'week', usd(latest_usd ?? 0));
    const { total_cost_usd } = await says('report', '--period', 'month');
    await expect(frame.locator('[data-card="pace"] .figure')).toContainText(usd(total_cost_usd));
    await expectWhole(frame, panels.burn);
  });

  test('anomalies have the outliers, the way ahead and the other models the terminal has', async () => {
    const frame = await watched.open('anomalies');
    for (const by of ['session', 'message']) {
      await watched.open('anomalies', { ...panels.anomalies.question, by });
      const said = await says('anomaly', '--period', 'all', '--by', by);
      const count = said.count.toLocaleString('en');
      await waitForAnswer(frame, new RegExp(`^[\\d,]+ of ${count} ${by}s stand`));
      const chart = frame.locator('[data-part="outliers-chart"] canvas');
      const label = await chart.getAttribute('aria-label');
      assert.ok(label.includes(`${usd(said.median_usd)} is usual`), label);
      const costs = await frame.locator('[data-part="outliers"] .amount').allInnerTexts();
      const expected = said.outliers.slice(0, 5).map((outlier) => usd(outlier.usd));
      assert.deepEqual(costs.slice(0, 5), expected);
      await expectWhole(frame, panels.anomalies);
    }
  });

  test('nothing went wrong', () => watched.allIsWell());

  test('what goes wrong would be found out', async () => {
    const frame = await watched.open('anomalies');
    await frame.evaluate(() => {
      setTimeout(() => {
        throw new Error('nobody catches this');
      });
    });
    await until('it is noticed', () =>
      watched.errors().some((text) => /nobody catches/.test(text)),
    );
  });
});

test.describe('the panels on nothing, and on the demo', () => {
  let watched;
  const noTranscripts = 'There are no transcripts of Claude Code yet.';
  /** Says in words what there is and what can be done. */
  const expectWords = async (words, buttons) => {
    const frame = await frameWith(watched.workbench, '#root:has(h1.empty)', words);
    const ways = frame.locator('.actions vscode-button');
    assert.deepEqual(
      (await ways.allInnerTexts()).map((text) => text.trim()),
      buttons,
    );
    await expectNoViolation(frame);
    return frame;
  };

  test.beforeAll(async () => {
    watched = await openWatched();
  });
  test.afterAll(() => watched?.workbench.close());

  test('say in words that there is nothing, and what can be done', async () => {
    const { workbench } = watched;
    for (const { command } of Object.values(panels)) {
      await workbench.executeCommand(command);
      await expectWords(noTranscripts, ['Open the Demo', 'Rescan Transcripts']);
      await watched.close();
    }
    await workbench.executeCommand('outlay.openSession');
    await expectNotification(workbench, 'There are no sessions yet');
    await workbench.executeCommand('notifications.clearAll');
  });

  test('fill with the demo, once it is opened from one of them', async () => {
    const { workbench, open } = watched;
    await workbench.executeCommand(panels.dashboard.command);
    const empty = await expectWords(noTranscripts, ['Open the Demo', 'Rescan Transcripts']);
    await retry('the demo is opened', (timeout) =>
      empty.locator('vscode-button').filter({ hasText: 'Open the Demo' }).click({ timeout }),
    );
    await frameWith(workbench, '.dashboard:has(.card)');
    for (const [name, parts] of Object.entries(panels)) {
      const frame = await open(name);
      await until('all is read', async () => !/^There is nothing/.test(await answerOf(frame)));
      await expectWhole(frame, parts);
      await frame.locator('footer').filter({ hasText: 'made-up sessions' }).waitFor();
    }
    const dashboard = await open('dashboard');
    await unfoldSection(dashboard, 'session-lists');
    await retry('a session is opened', (timeout) =>
      dashboard.locator('[data-part="sessions"] .opener').first().click({ timeout }),
    );
    await expectWhole(await sessionFrame(workbench), sessionParts);
  });

  test('are empty again without it', async () => {
    const { workbench } = watched;
    await workbench.executeCommand('outlay.closeDemo');
    await expectWords('The store has no session', ['Rescan Transcripts']);
    await workbench.executeCommand(panels.burn.command);
    await expectWords(noTranscripts, ['Open the Demo', 'Rescan Transcripts']);
  });

  test('nothing went wrong', () => watched.allIsWell());
});

test.describe('the panels on a million messages', () => {
  let watched;

  test.beforeAll(async () => {
    const store = millionStore();
    watched = await openWatched({ env: { OUTLAY_STORE: store } });
    watched.workbench.paths.store = store;
    await watched.workbench.waitForStatus(/\$\d/);
  });
  test.afterAll(() => watched?.workbench.close());

  test('the dashboard has all of them', async () => {
    const frame = await watched.open('dashboard');
    const said = await terminalSays(watched.workbench, 'report', '--period', 'all');
    await waitForFigure(frame, 'cost', usd(said.total_cost_usd));
    await expectWhole(frame, panels.dashboard);
  });

  test('a session has its own', async () => {
    const frame = await watched.openSession('session-005000', 'Session 5000');
    await waitForFigure(frame, 'messages', '100');
    await expectWhole(frame, sessionParts);
  });

  test('burn has its rates', async () => {
    const frame = await watched.open('burn');
    await waitForAnswer(frame, /usual|spent|so far/);
    await expectWhole(frame, panels.burn);
  });

  test('anomalies compare ten thousand sessions, and the messages', async () => {
    const frame = await watched.open('anomalies');
    await waitForAnswer(frame, / of 10,000 sessions /);
    await expectWhole(frame, panels.anomalies);
    await watched.open('anomalies', { ...panels.anomalies.question, by: 'message' });
    await waitForAnswer(frame, / of 1,000,0\d\d messages /);
    await expectWhole(frame, panels.anomalies);
  });

  test('nothing went wrong', () => watched.allIsWell());
});

test.describe('burn and anomalies on hostile text', () => {
  let watched;
  let harm;
  /** Texts that are shown as they are; as the name of a folder only where nothing in them ends it. */
  const kept = ['image', 'script', 'link', 'picture', 'breakout', 'icon', 'bold', 'code', 'proto'];
  const asFolder = kept.map((name) => hostileTexts[name]).filter((text) => !text.includes('/'));
  const expectHarmless = async (frame, texts) => {
    const shown = await frame.locator('body').textContent();
    for (const text of texts) assert.ok(shown.includes(text), `${text} is shown`);
    assert.deepEqual(await harmIn(frame, '#root'), []);
    const { wide, marks } = await frame.evaluate(() => ({
      wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      marks: /\p{Mark}{12}/u.test(document.body.textContent),
    }));
    assert.equal(wide, 0, 'the page is no wider than its window');
    assert.equal(marks, false, 'no marks are piled up');
  };

  test.beforeAll(async () => {
    watched = await openWatched();
    const { workbench } = watched;
    harm = watchHarm(workbench);
    const now = Date.now();
    for (const name of hostileNames) writeHostile(workbench.paths.claude, name, now);
    // Beside so many that cost little, each of them stands out.
    const calm = 3 * hostileNames.length;
    for (let n = 0; n < calm; n++) {
      const own = { session: `calm-${n}`, at: now };
      write(transcriptOf(workbench.paths.claude, own), [
        customTitle(own.session, `Calm ${n}`),
        answer(`calm-${n}`, 0.1 + (n % 7) / 100, own),
      ]);
    }
    const count = calm + hostileNames.length;
    await expect.poll(async () => (await terminalSays(workbench, 'anomaly')).count).toBe(count);
  });
  test.afterAll(() => watched?.workbench.close());

  test('stays text where its sessions, messages and days stand out', async () => {
    const frame = await watched.open('anomalies');
    await waitForAnswer(frame, new RegExp(`^${hostileNames.length} of \\d+ sessions stand out`));
    const titles = kept.map((name) => hostileTexts[name]);
    await expectHarmless(frame, [...titles, ...asFolder]);
    for (const by of ['message', 'day']) {
      await watched.open('anomalies', { ...panels.anomalies.question, by });
      await waitForAnswer(frame, by === 'day' ? /days?|nothing|too little/ : /messages/);
      await expectHarmless(frame, by === 'message' ? ['<img'] : asFolder);
    }
  });

  test('stays text as what burn and anomalies can be narrowed to', async () => {
    for (const name of ['burn', 'anomalies']) {
      const frame = await watched.open(name);
      const options = frame.locator('vscode-dropdown[aria-label="Project"] vscode-option');
      const offered = await options.allTextContents();
      const misses = asFolder.filter((text) => !offered.includes(text));
      assert.deepEqual(misses, []);
      for (const text of asFolder) {
        const project = path.posix.join('/home/dev', text);
        await watched.open(name, { ...panels[name].question, project });
        const list = frame.locator('vscode-dropdown[aria-label="Project"]');
        await expect(list).toHaveJSProperty('value', project);
        await expectHarmless(frame, [text]);
      }
    }
  });

  test('has opened no dialog, asked for nothing, and nothing went wrong', () => {
    assert.deepEqual(harm(), []);
    watched.allIsWell();
  });
});
