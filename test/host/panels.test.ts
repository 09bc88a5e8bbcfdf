/** Panels over the whole store in a real extension host: one of each, asked only while it is seen. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { until } from '../../scripts/shared/retry.ts';
import type { OutlayApi } from '../../src/extension.ts';
import { viewTypes } from '../../src/protocol/panels.ts';
import { commandIds } from '../../src/views/core/commandIds.ts';
import { answer, append, transcriptFile } from './transcript.ts';

const kinds = [
  ['dashboard', commandIds.openDashboard],
  ['budgets', commandIds.openBudgets],
  ['burn', commandIds.openBurn],
  ['anomalies', commandIds.openAnomalies],
] as const;

describe(`panels (${process.env.OUTLAY_TEST_RUN})`, () => {
  let api: OutlayApi;
  let asked: string[] = [];
  let undo = (): void => {};
  const file = transcriptFile('-home-dev-panels', 'panels-session');
  let lines = 0;
  /** Writes one answer more, and waits until the store has it. */
  const grow = async (): Promise<void> => {
    const before = api.spend.overview?.today.sums.messages ?? 0;
    lines += 1;
    append(file, answer({ id: `panel-${lines}`, session: 'panels-session' }));
    await until('it is read', () => (api.spend.overview?.today.sums.messages ?? 0) > before);
  };
  const tabs = (name: keyof typeof viewTypes): vscode.Tab[] =>
    vscode.window.tabGroups.all
      .flatMap((group) => group.tabs)
      .filter(
        ({ input }) =>
          input instanceof vscode.TabInputWebview && input.viewType.endsWith(viewTypes[name]),
      );
  const count = (name: string): number => asked.filter((one) => one === name).length;

  before(async () => {
    api = await vscode.extensions.getExtension<OutlayApi>('outlay.outlay')!.activate();
    const { analysis } = api.parts.model;
    const { ask } = analysis;
    analysis.ask = (question) => {
      if (question.type === 'panel') asked.push(question.task.panel);
      return ask.call(analysis, question) as ReturnType<typeof ask<typeof question>>;
    };
    undo = () => {
      analysis.ask = ask;
    };
    // The view of budgets asks the same as their panel, while it is seen.
    await vscode.commands.executeCommand('workbench.view.explorer');
    await grow();
  });
  after(() => undo());

  for (const [name, command] of kinds) {
    it(`${name} has one panel, moves while it is seen, and asks nothing hidden or closed`, async () => {
      asked = [];
      await vscode.commands.executeCommand(command);
      await until('its tab is there', () => tabs(name).length === 1);
      await vscode.commands.executeCommand(command);
      await sleep(300);
      assert.equal(tabs(name).length, 1);
      await until('it is asked', () => count(name) > 0);
      await sleep(1000);

      const before = count(name);
      await grow();
      await until('it is asked anew after a commit', () => count(name) > before);
      // What is known first is asked for first.
      const order = asked.filter((one) => one.startsWith('dashboard'));
      if (name === 'dashboard')
        assert.deepEqual(order.slice(0, 2), ['dashboardSummary', 'dashboard']);
      else assert.deepEqual(order, []);

      const document = await vscode.workspace.openTextDocument({ content: 'in front of it' });
      await vscode.window.showTextDocument(document, vscode.ViewColumn.One);
      await until('it is hidden', () => tabs(name)[0]?.isActive === false);
      await sleep(1500);
      const hidden = count(name);
      await grow();
      await sleep(1500);
      assert.equal(count(name), hidden, 'a hidden panel asks nothing');

      await vscode.commands.executeCommand(command);
      await until('it is asked again when it is back', () => count(name) > hidden);
      await vscode.window.tabGroups.close(tabs(name));
      await until('it is closed', () => tabs(name).length === 0);
      await sleep(1000);
      const closed = count(name);
      await grow();
      await sleep(1500);
      assert.equal(count(name), closed, 'a closed panel asks nothing');
      await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    });
  }
});
