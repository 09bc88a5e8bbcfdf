/** What could be saved, in a real extension host: items, applying and undoing, decisions. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { until } from '../../scripts/shared/retry.ts';
import { insightKinds } from '../../src/analysis/insights/insight.ts';
import { decisions, readLedger } from '../../src/dataFolder/insightFile.ts';
import type { OutlayApi } from '../../src/extension.ts';
import { type AgentChange, changeOf } from '../../src/insights/agentChange.ts';
import type { InsightJson } from '../../src/reports/insights/optimizeJson.ts';
import { commandIds } from '../../src/views/core/commandIds.ts';
import { describeInsight, insightTooltip, linesOf } from '../../src/views/insights/treeItems.ts';
import type { InsightsNode } from '../../src/views/insights/treeNodes.ts';
import { formatOf } from '../../src/views/text/format.ts';
import { answer, append, transcriptFile } from './transcript.ts';

const session = 'insight-session';
const folder = '-home-dev-insights';
const home = dirname(process.env.OUTLAY_DATA_DIR ?? '');
const project = join(home, 'insight-project');
const agentFile = join(project, '.claude', 'agents', 'scout.md');
const head = '---\r\nname: scout\r\nmodel: "opus" # best\r\n---\r\nLook around.\r\n';

/** One small run of a subagent on Opus: $0.05 of input, some output. */
function writeRun(agentId: string, agentType: string): void {
  const file = transcriptFile(`${folder}/${session}/subagents`, `agent-${agentId}`);
  const line = JSON.parse(answer({ id: agentId, session, cwd: project, output: 100 })) as Record<
    string,
    unknown
  >;
  writeFileSync(
    file.replace(/\.jsonl$/, '.meta.json'),
    JSON.stringify({ agentType, isBuiltIn: false, description: 'Look', spawnDepth: 1 }),
  );
  append(file, `${JSON.stringify({ ...line, isSidechain: true, agentId })}\n`);
}

/** An insight of each kind, with every kind of evidence there is. */
function madeUp(kind: InsightJson['kind'], agent: string): InsightJson {
  const count = (name: string, unit: 'count' | 'tokens' | 'usd' | 'percent' = 'count') => ({
    name,
    value: unit === 'percent' ? 0.25 : 2,
    unit,
  });
  const action: InsightJson['action'] =
    kind === 'failures' ? { kind: 'view-failures', agent } : { kind: 'advice', text: 'UNSAID' };
  return {
    id: `${kind}-1`,
    kind,
    title: 'UNSAID',
    agent,
    state: 'open',
    snoozedUntil: null,
    outcome: null,
    evidence: [
      { name: 'agent', value: agent, unit: 'text' },
      { name: 'model', value: 'claude-opus-5-5', unit: 'text' },
      { name: 'repricedWith', value: 'haiku', unit: 'text' },
      ...['runs', 'batches', 'sessions', 'messagesAfter', 'paysAfterMessages'].map((n) => count(n)),
      ...['threads', 'messages', 'failedRuns', 'apiErrors', 'toolErrors'].map((n) => count(n)),
      ...['interrupted', 'runsWithLess', 'prompts', 'messagesPerRun'].map((n) => count(n)),
      ...['outputPerRun', 'promptTokens', 'contextTokens', 'beyondTokens'].map((n) =>
        count(n, 'tokens'),
      ),
      ...['firstPromptTokens', 'cacheWriteTokensPerRun'].map((n) => count(n, 'tokens')),
      ...['cacheShare', 'failureRate'].map((n) => count(n, 'percent')),
      ...['costPerRun', 'costPerRunWithLess'].map((n) => count(n, 'usd')),
      ...['expired', 'first-write', 'model-switch', 'compaction', 'prefix-change'].flatMap(
        (cause) => [count(`${cause}Times`), count(`${cause}Cost`, 'usd')],
      ),
      { name: 'mainCause', value: 'UNSAID', unit: 'text' },
      {
        name: 'kinds',
        value: 'format 3, imports 1, rename 2, lint-fix 1, remove-logging 4',
        unit: 'text',
      },
    ],
    currentPerMonthUsd: 12,
    savingsPerMonthUsd: { low: 6, high: 9 },
    projectedPerMonthUsd: null,
    savingsShare: null,
    basis: kind === 'failures' ? 'measured' : 'estimated',
    action,
    coverage: { seen: 2, all: 3, noun: 'run' },
  };
}

describe('insights', () => {
  let api: OutlayApi;
  let id = '';
  const parts = (): OutlayApi['parts']['insights'] => api.parts.insights;
  const roots = (): InsightsNode[] => parts().view.getChildren();
  const label = (node: InsightsNode): string => String(parts().view.getTreeItem(node).label);
  const known = (): InsightJson | undefined =>
    parts().view.listed.find(({ kind, agent }) => kind === 'small-runs' && agent === 'scout');
  const listed = (): InsightsNode | undefined =>
    roots().find((node) => node.kind === 'insight' && node.insight.id === id);
  const change = async (): Promise<AgentChange> => {
    const [file] = await parts().changes.filesOf('scout');
    assert.equal(file?.file, agentFile);
    return changeOf({ agent: 'scout', model: 'haiku' }, file)!;
  };
  const decided = () => readLedger(process.env.OUTLAY_DATA_DIR ?? '').ledger.get(id);

  before(async () => {
    const extension = vscode.extensions.getExtension<OutlayApi>('outlay.outlay');
    assert.ok(extension);
    api = await extension.activate();
    await until('the indexer watches', () => api.spend.indexer.kind === 'watching');
    mkdirSync(dirname(agentFile), { recursive: true });
    writeFileSync(agentFile, head);
    append(transcriptFile(folder, session), answer({ id: 'insight-main', session, cwd: project }));
    for (let run = 0; run < 6; run++) writeRun(`scout${run}`, 'scout');
    await vscode.commands.executeCommand('outlay.insights.focus');
    await until(
      'it is found',
      async () => {
        await vscode.commands.executeCommand(commandIds.refreshInsights);
        return known() !== undefined;
      },
      500,
    );
    id = known()!.id;
  });

  after(() => vscode.commands.executeCommand('workbench.view.explorer'));

  it('are items with what they save, how that is known, and their evidence below', () => {
    const node = listed();
    assert.ok(node);
    const item = parts().view.getTreeItem(node);
    assert.equal(item.label, 'scout: 6 small runs on opus-5-5');
    assert.match(String(item.description), /^\$\d.* a month · estimated$/);
    assert.equal(item.contextValue, 'insight.apply.hide.outcome');
    const lines = parts().view.getChildren(node).map(label);
    assert.equal(lines[0], 'Saves (estimated)');
    assert.ok(lines.includes('Examined') && lines.includes('Cost per run'), lines.join());
    assert.equal(lines.at(-1), 'Set the model of scout to haiku.');
  });

  it('are not looked for while nobody looks', async () => {
    await vscode.commands.executeCommand('workbench.view.explorer');
    const { overview } = api.spend;
    let asked = 0;
    const listening = parts().model.onDidChange(() => asked++);
    append(transcriptFile(folder, session), answer({ id: 'insight-later', session, cwd: project }));
    await until('it is counted', () => api.spend.overview!.today.total > overview!.today.total);
    assert.equal(parts().model.asking, undefined);
    assert.equal(asked, 0);
    listening.dispose();
    await vscode.commands.executeCommand('outlay.insights.focus');
  });

  it('change the agent’s file, show spend before and after, and put the file back to the byte', async () => {
    assert.equal(parts().changes.write(id, await change()), true);
    assert.equal(readFileSync(agentFile, 'utf8'), head.replace('"opus"', '"haiku"'));
    await until('it is advice taken', () => parts().view.taken.some((each) => each.id === id));
    assert.equal(listed(), undefined);
    const group = roots().find((node) => node.kind === 'group' && node.group === 'taken');
    const [node] = parts().view.getChildren(group);
    assert.equal(label(node!), 'scout now uses haiku');
    const item = parts().view.getTreeItem(node!);
    assert.match(String(item.description), /^\$0\.\d+ → \$0 a day · measured$/);
    const lines = parts().view.getChildren(node).map(label);
    assert.deepEqual(lines.slice(0, 2), ['Before', 'Since then']);
    await vscode.commands.executeCommand(commandIds.undoInsight, node);
    assert.deepEqual(readFileSync(agentFile), Buffer.from(head));
    await until('it is open again', () => listed() !== undefined);
  });

  it('do not overwrite a file that has changed since it was shown, nor one with unsaved changes', async () => {
    const shown = await change();
    writeFileSync(agentFile, `${head}Mine.`);
    assert.equal(parts().changes.write(id, shown), false);
    assert.equal(readFileSync(agentFile, 'utf8'), `${head}Mine.`);
    assert.equal(decided()?.applied, undefined);
    writeFileSync(agentFile, head);
    const uri = vscode.Uri.file(agentFile);
    const document = await vscode.workspace.openTextDocument(uri);
    await until('the editor has it', () => document.getText() === head);
    await vscode.window.showTextDocument(document);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(uri, new vscode.Position(4, 0), 'Unsaved. ');
    await vscode.workspace.applyEdit(edit);
    assert.equal(document.isDirty, true);
    assert.equal(parts().changes.write(id, await change()), false);
    assert.equal(readFileSync(agentFile, 'utf8'), head);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    assert.equal(parts().changes.write(id, await change()), true);
    writeFileSync(agentFile, 'mine');
    assert.equal(parts().changes.undo(id), false);
    assert.equal(readFileSync(agentFile, 'utf8'), 'mine');
    writeFileSync(agentFile, head.replace('"opus"', '"haiku"'));
    assert.equal(parts().changes.undo(id), true);
    await until('it is open again', () => listed() !== undefined);
  });

  it('are dismissed, snoozed and restored, and that is kept', async () => {
    await vscode.commands.executeCommand(commandIds.dismissInsight, listed());
    assert.equal(listed(), undefined);
    assert.ok(decided()?.dismissedAt);
    await vscode.commands.executeCommand(commandIds.showDismissed);
    const group = roots().find((node) => node.kind === 'group' && node.group === 'hidden');
    const [node] = parts().view.getChildren(group);
    const item = parts().view.getTreeItem(node!);
    assert.match(String(item.description), /a month · estimated · dismissed$/);
    assert.equal(item.contextValue, 'insight.restore');
    await vscode.commands.executeCommand(commandIds.restoreInsight, node);
    assert.ok(listed());
    await parts().actions.decide(id, decisions.snooze(Date.now() + 86_400_000));
    assert.equal(known()?.state, 'snoozed');
    assert.equal(listed(), undefined);
    await vscode.commands.executeCommand(commandIds.restoreInsight, id);
    await vscode.commands.executeCommand(commandIds.hideDismissed);
    assert.ok(listed());
    await parts().actions.decide(id, decisions.outcome('success', Date.now()));
    assert.match(String(parts().view.getTreeItem(listed()!).description), /· it worked$/);
  });

  it('of every kind have words of their own, and no name of the report is left', () => {
    const format = formatOf(api.spend.settings);
    for (const kind of insightKinds) {
      for (const agent of ['main', 'scout']) {
        const node: InsightsNode = { kind: 'insight', insight: madeUp(kind, agent) };
        const { label: title, description } = describeInsight(node, format);
        const lines = linesOf(node, format).map((line) => `${line.label}: ${line.value}`);
        const text = [title, description, ...lines].join('\n');
        assert.doesNotMatch(text, /UNSAID|\{\d\}|undefined|[a-z][A-Z]|-fix|-write/, kind);
        assert.match(description, /^\$6\.00–\$9\.00 a month · (estimated|measured)$/);
        const hover = insightTooltip(node, format);
        assert.ok(!hover.isTrusted && !hover.supportHtml);
        assert.doesNotMatch(hover.value, /\]\(/);
      }
    }
  });
});
