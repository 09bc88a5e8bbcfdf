import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { isAnomaliesData, isAnomaliesQuestion } from '../../../src/protocol/anomalies.ts';
import { isBudgetsData, isBudgetsQuestion } from '../../../src/protocol/budgets.ts';
import { isBurnData, isBurnQuestion } from '../../../src/protocol/burn.ts';
import {
  isDashboardData,
  isDashboardQuestion,
  usualDashboard,
} from '../../../src/protocol/dashboard.ts';
import { isToPanel } from '../../../src/protocol/session.ts';
import { isToDataPanel } from '../../../src/protocol/shared.ts';
import { Refusal } from '../../../src/serve/http/problem.ts';
import { Questions } from '../../../src/serve/questions.ts';
import { standInForVscode } from '../../bench/vscodeStandIn.ts';
import { assistant } from '../../lib/parseLines.ts';
import { ownThread, ServedWorld } from '../../lib/servedWorld.ts';

const sid = 'aaaaaaaa-0000-4000-8000-000000000001';
const message = {
  id: 'one',
  model: 'claude-opus-4-7',
  usage: { input_tokens: 200_000, output_tokens: 0 },
};
const lines = {
  [sid]: [
    assistant(message, {
      ...{ uuid: 'one', requestId: 'one', sessionId: sid, cwd: '/src/one' },
      timestamp: '2026-11-24T10:00:00Z',
    }),
  ],
};

const kinds = {
  dashboard: { isData: isDashboardData, isQuestion: isDashboardQuestion },
  budgets: { isData: isBudgetsData, isQuestion: isBudgetsQuestion },
  burn: { isData: isBurnData, isQuestion: isBurnQuestion },
  anomalies: { isData: isAnomaliesData, isQuestion: isAnomaliesQuestion },
};

describe('the pages of the server', () => {
  let pageSource: typeof import('../../../src/serve/pages/pages.ts').pageSource;
  before(async () => {
    standInForVscode();
    ({ pageSource } = await import('../../../src/serve/pages/pages.ts'));
  });

  /** Pages over a world's store; their files are made up. */
  function pagesOf(world: ServedWorld) {
    const distFolder = world.dir.at('dist');
    mkdirSync(world.dir.at('dist', 'webview'), { recursive: true });
    for (const name of ['dashboard.js', 'shared-ABC.js', 'notes.txt']) {
      writeFileSync(world.dir.at('dist', 'webview', name), '// nothing');
    }
    const origin = () => world.origin;
    const questions = new Questions(ownThread, origin, 0);
    const look = () => false;
    return pageSource({ questions, origin, roots: () => [], distFolder, locale: 'C', look });
  }

  it('are told what the editor’s panels are told, by their protocol', async () => {
    using world = new ServedWorld(lines);
    const pages = pagesOf(world);
    for (const [name, kind] of Object.entries(kinds)) {
      const told = await pages.tell(name, {});
      assert.ok(isToDataPanel(told, kind as typeof kinds.dashboard), name);
      assert.equal(told.type, 'show', name);
    }
    const question = { ...usualDashboard, period: 'today' };
    const summary = await pages.tell('dashboard', { question, part: 'summary' });
    assert.ok(isToDataPanel(summary, kinds.dashboard));
    assert.deepEqual('question' in summary && summary.question, question);
    const session = await pages.tell('session', { session: sid });
    assert.ok(isToPanel(session));
    assert.equal(session.type === 'snapshot' && session.messages.length, 1);
  });

  it('say so where there is nothing yet', async () => {
    using world = new ServedWorld({});
    const told = await pagesOf(world).tell('dashboard', {});
    assert.equal((told as { type: string }).type, 'nothing');
  });

  it('are told nothing where the question is none', async () => {
    using world = new ServedWorld(lines);
    const pages = pagesOf(world);
    for (const [name, body] of [
      ['dashboard', { question: { period: 'sometimes' } }],
      ['dashboard', { question: [] }],
      ['session', {}],
      ['session', { session: 'a'.repeat(300) }],
      ['session', { session: 'bbbbbbbb' }],
      ['settings', {}],
    ] as const) {
      await assert.rejects(pages.tell(name, body), /question|id|session|page/);
    }
    await assert.rejects(pages.tell('settings', {}), Refusal);
  });

  it('are files of a list and HTML without a figure or a script of its own', async () => {
    using world = new ServedWorld(lines);
    const pages = pagesOf(world);
    assert.equal(pages.asset('dashboard.js')?.type, 'text/javascript; charset=utf-8');
    for (const name of [
      'notes.txt',
      '../outlay.db',
      '..%2foutlay.db',
      'webview/dashboard.js',
      '',
    ]) {
      assert.equal(pages.asset(name), undefined, name);
    }
    for (const path of pages.paths) {
      const html = String(await pages.page(path, 'abc'));
      assert.equal(html.search(/<script(?! type="module" src=)|\sstyle=|\son\w+=|\$\d/), -1, path);
      assert.match(html, /<link rel="modulepreload" href="assets\/shared-ABC\.js">/);
    }
  });
});
