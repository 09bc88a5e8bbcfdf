/** Budgets in a real extension host: the view's items, what can be done, where it is written. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { until } from '../../scripts/shared/retry.ts';
import { worstHere } from '../../src/budgets/budgetShares.ts';
import type { OutlayApi } from '../../src/extension.ts';
import type { BudgetNode } from '../../src/views/budgets/treeItems.ts';
import { budgetId } from '../../src/views/budgets/words.ts';
import { commandIds } from '../../src/views/core/commandIds.ts';
import { answer, append, transcriptFile } from './transcript.ts';

const data = process.env.OUTLAY_DATA_DIR ?? '';
const project = join(dirname(data), 'budget-project');
const projectFile = join(project, '.outlay.json');

describe('budgets', () => {
  let api: OutlayApi;
  const view = () => api.parts.budgets.view;
  const item = (node: BudgetNode) => view().getTreeItem(node);
  const named = (name: string): BudgetNode | undefined =>
    view().listed.find((node) => node.name === name);
  const description = (name: string): string => {
    const node = named(name);
    return node === undefined ? '' : String(item(node).description);
  };
  /** What the forecast adds hangs on how long ago the first test of this run spent something. */
  const isLeft = (amount: string): boolean =>
    description('budget-project').startsWith(`${amount} left`);
  const set = async (key: string, value: unknown): Promise<void> =>
    vscode.workspace
      .getConfiguration('outlay')
      .update(key, value, vscode.ConfigurationTarget.Global);
  const content = () => JSON.parse(readFileSync(join(data, 'config.json'), 'utf8'));
  const audit = (): string[] =>
    readFileSync(join(data, 'audit.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).what);

  before(async () => {
    const extension = vscode.extensions.getExtension<OutlayApi>('outlay.outlay');
    assert.ok(extension);
    api = await extension.activate();
    await until('the indexer watches', () => api.spend.indexer.kind === 'watching');
    mkdirSync(project, { recursive: true });
    append(
      transcriptFile('-budget-project', 'budget-session'),
      answer({ id: 'budget', session: 'budget-session', cwd: project, output: 4000 }),
    );
    await set('budget.projects', { [project]: { dailyUsd: 1 } });
    await vscode.commands.executeCommand('outlay.budgets.focus');
    await until(
      () =>
        JSON.stringify([
          api.spend.overview?.budgets.length,
          api.parts.budgets.model.current?.budgets.length,
          view().listed.map((n) => n.name),
          api.spend.readProblem,
        ]),
      () => named('budget-project') !== undefined,
    );
  });

  after(async () => {
    rmSync(projectFile, { force: true });
    await set('budget.projects', undefined);
    await vscode.commands.executeCommand('workbench.view.explorer');
  });

  it('are items with what is left, an icon, words for who listens, and what can be done', async () => {
    await until('it is counted', () => isLeft('$0.92'));
    const one = item(named('budget-project')!);
    assert.equal(one.label, 'budget-project');
    assert.match((one.iconPath as vscode.ThemeIcon).id, /^(check|warning)$/);
    assert.equal(one.contextValue, 'budget.own.raise.pause');
    assert.match(
      one.accessibilityInformation?.label ?? '',
      /^budget-project, \$0\.08 of \$1, \$0\.92 left, (stays inside|used up at .*)$/,
    );
    const { tooltip } = view().resolveTreeItem(one, named('budget-project')!);
    assert.ok(tooltip instanceof vscode.MarkdownString && tooltip.isTrusted === false);
    assert.match(tooltip.value, /Set in the settings/);
  });

  it('of a project file stand beside, and are opened where they are changed', async () => {
    writeFileSync(projectFile, JSON.stringify({ budgets: [{ period: 'day', limit: 0.1 }] }));
    api.parts.model.refresh();
    await until('it is listed', () => view().listed.length === 2);
    const [worst] = view().listed;
    assert.equal(worst?.name, 'budget-project, today, project file');
    assert.equal(item(worst!).contextValue, 'budget.file.raise.pause');
    await vscode.commands.executeCommand(commandIds.changeBudget, worst);
    await until(
      'the file is open',
      () => vscode.window.activeTextEditor?.document.fileName.endsWith('.outlay.json') === true,
    );
    assert.equal(vscode.window.activeTextEditor?.document.languageId, 'json');
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    rmSync(projectFile);
    api.parts.model.refresh();
    await until('it is gone', () => view().listed.length === 1);
  });

  it('are paused for an hour and taken up again, with lines of audit', async () => {
    const node = named('budget-project');
    await vscode.commands.executeCommand(commandIds.pauseBudget, node);
    await until('it is paused', () => /paused until/.test(description('budget-project')));
    const [override] = content().overrides;
    assert.equal(override.kind, 'pause');
    assert.ok(Math.abs(override.until - override.at - 3_600_000) < 5000);
    // What is named by its id, as a row of the panel or a link names it, is the same.
    const id = budgetId(node!.outlook.entry);
    await vscode.commands.executeCommand(commandIds.resumeBudget, id);
    await until('it holds again', () => isLeft('$0.92'));
    assert.deepEqual(content().overrides, []);
    assert.deepEqual(audit().slice(-2), ['pause', 'end']);
  });

  it('that are gone are not acted upon', async () => {
    const before = content();
    await vscode.commands.executeCommand(commandIds.pauseBudget, 'settings|nothing|');
    assert.deepEqual(content(), before);
  });

  it('agree with the status bar’s engine and with the terminal’s report', async () => {
    const said = (await api.budgets()) as {
      budgets: { scope: string; spent: number; level: string }[];
    };
    const report = said.budgets.find(({ scope }) => scope === `project:${project}`);
    const share = api.spend.overview?.budgets.find(
      ({ entry }) => entry.budget.scope.kind === 'project',
    );
    const listed = named('budget-project')?.outlook;
    assert.deepEqual([report?.spent, report?.level], [(share?.state.spent ?? 0) / 1e9, 'OK']);
    assert.deepEqual(listed?.state, share?.state);
    assert.equal(worstHere(api.spend.overview!)?.entry.budget.scope.kind, undefined);
  });

  it('are asked for by nobody while the view is hidden', async () => {
    await vscode.commands.executeCommand('workbench.view.explorer');
    // What was asked while it was seen is answered by now.
    await sleep(1000);
    let told = 0;
    const listening = api.parts.budgets.model.onDidChange(() => told++);
    const total = api.spend.overview!.today.total;
    append(
      transcriptFile('-budget-project', 'budget-session'),
      answer({ id: 'unseen', session: 'budget-session', cwd: project, output: 1000 }),
    );
    await until('it is counted', () => api.spend.overview!.today.total > total);
    assert.equal(told, 0);
    listening.dispose();
    await vscode.commands.executeCommand('outlay.budgets.focus');
    await until('it is seen', () => isLeft('$0.90'));
  });
});
