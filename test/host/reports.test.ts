/** Reports in the editor: the same answers as in the terminal, shown as a document, refused in words. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { until } from '../../scripts/shared/retry.ts';
import type { OutlayApi } from '../../src/extension.ts';
import { editorReports } from '../../src/reports/registry.ts';
import { commandIds, reportCommandId } from '../../src/views/core/commandIds.ts';
import { answer, append, transcriptFile, twoAnswers } from './transcript.ts';

const extension = vscode.extensions.getExtension<OutlayApi>('outlay.outlay')!;

/** The clock of both. */
const now = new Date().toISOString();

/** What a report's command returns when it is asked for a text. */
async function textOf(name: string, format: string, options: object = {}): Promise<string> {
  const argument = { options, format, now: Date.parse(now) };
  return (await vscode.commands.executeCommand<string>(reportCommandId(name), argument)) ?? '';
}

/** What the terminal prints for the same question, from the store as it is. */
function terminal(...args: string[]): string {
  const cli = join(extension.extensionPath, 'dist', 'cli.cjs');
  const result = spawnSync(process.execPath, [cli, ...args, '--no-index'], {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', OUTLAY_NOW: now },
    encoding: 'utf8',
  });
  assert.ok((result.status ?? 9) < 2, `${args.join(' ')}: ${result.stderr}`);
  return result.stdout;
}

/** Tells of the working copy it is asked in, which the editor has none of: alike in its shape. */
const ofFolder = new Set(['summary']);

function keysOf(json: string): string[] {
  return Object.keys(JSON.parse(json) as object);
}

describe('reports', () => {
  let api: OutlayApi;

  before(async () => {
    api = await extension.activate();
    await twoAnswers(api, '-home-dev-reports', 'report-a');
  });

  /** Reports that are about one thing. */
  const about: Readonly<Record<string, string>> = { session: 'report-a', explain: 'report-a/1' };

  it('say as JSON byte for byte what the terminal says', async () => {
    // A receipt needs a repository, and verifying reads all transcripts: both have tests of their own.
    const elsewhere = new Set(['receipt', 'verify']);
    for (const { name } of editorReports.filter((each) => !elsewhere.has(each.name))) {
      const words = name.split(' ');
      const argument = about[name] === undefined ? [] : [about[name]];
      const own = await textOf(name, 'json', { argument: argument[0] });
      const there = terminal(...words, ...argument, '--json');
      if (ofFolder.has(name)) assert.deepEqual(keysOf(own), keysOf(there), name);
      else assert.equal(own, there, name);
      assert.ok(own.length > 50, name);
    }
    const options = { by: 'model', 'then-by': 'agent', period: 'all' };
    const flags = ['--by', 'model', '--then-by', 'agent', '--period', 'all', '--json'];
    assert.equal(await textOf('breakdown', 'json', options), terminal('breakdown', ...flags));
  });

  it('are shown as a Markdown document with a table', async () => {
    await vscode.commands.executeCommand(reportCommandId('breakdown'), {
      options: { by: 'model', period: 'today' },
    });
    const uri = vscode.Uri.from({ scheme: 'outlay', path: '/Breakdown.md' });
    let text = '';
    await until('the document is there', async () => {
      text = (await vscode.workspace.openTextDocument(uri)).getText();
      return text.includes('haiku-4-5');
    });
    assert.match(text, /^# Cost by model/);
    assert.match(text, /\| Model .*\| Cost .*\|/);
    await until('its tab is there', () =>
      vscode.window.tabGroups.all.some(({ tabs }) =>
        tabs.some(({ label }) => /Breakdown/.test(label)),
      ),
    );
  });

  it('are open to other extensions, in the shapes of the terminal', async () => {
    assert.equal(api.apiVersion, 1);
    const options = { period: 'all' };
    const summary = (await api.summary(options)) as { schemaVersion: number };
    assert.equal(summary.schemaVersion, 1);
    const own = JSON.parse(await textOf('summary', 'json', options)) as Record<string, unknown>;
    // Where spend leads is another figure each moment.
    const changing = { exportedAt: '', now: '', forecast: '' };
    const known = (value: unknown): unknown => ({ ...(value as object), ...changing });
    assert.deepEqual(known(summary), known(own));
    const { conversations } = (await api.sessions(options)) as {
      conversations: { sessionId: string }[];
    };
    assert.ok(conversations.some(({ sessionId }) => sessionId === 'report-a'));
    assert.ok(Object.hasOwn((await api.budgets()) as object, 'budgets'));
    await assert.rejects(api.report('no-such-report'), /There is no report/);
    let told = 0;
    const listening = api.onDidChange(() => told++);
    append(
      transcriptFile('-home-dev-reports', 'report-a'),
      answer({ id: 'report-3', session: 'report-a' }),
    );
    await until('a change is told', () => told > 0);
    listening.dispose();
  });

  it('refuse what they do not know in a sentence', async () => {
    await assert.rejects(
      textOf('breakdown', 'json', { period: 'someday' }),
      /someday.*today, yesterday, week/,
    );
    await assert.rejects(
      textOf('report', 'json', { model: 'no-such-model' }),
      /No model is called "no-such-model"/,
    );
  });

  it('are offered by name, each under its own command and all under one', async () => {
    const known = await vscode.commands.getCommands(true);
    for (const { name } of editorReports) assert.ok(known.includes(reportCommandId(name)), name);
    assert.ok(known.includes(commandIds.showReport));
  });
});
