/** The answers of "Outlay: Help" against how things stand, and the walkthrough of the manifest. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { until } from '../../scripts/shared/retry.ts';
import type { OutlayApi } from '../../src/extension.ts';
import { bundledCatalogue } from '../../src/pricing/catalogue.ts';
import { commandIds } from '../../src/views/core/commandIds.ts';
import type { HelpQuestion } from '../../src/views/help/help.ts';
import { answer, append, transcriptFile } from './transcript.ts';

const titles: Readonly<Record<HelpQuestion, string>> = {
  costs: 'No costs are shown',
  bill: 'The figures differ from my bill',
  updates: 'The figures do not change',
  meanings: 'What does a figure mean?',
};

/** The Markdown of an answer, as the preview gets it, its escapes undone. */
async function documentOf(question: HelpQuestion): Promise<string> {
  const path = `/Outlay: ${titles[question]}.md`;
  const document = await vscode.workspace.openTextDocument(
    vscode.Uri.from({ scheme: 'outlay', path }),
  );
  return document
    .getText()
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
}

/**
 * Asks, and waits until the answer reads as wished: a document that is open already is told of its
 * new text in an event of its own.
 */
async function ask(question: HelpQuestion, wanted: RegExp): Promise<string> {
  let text = '';
  // What it answers with may still be on its way: it is asked again until it has arrived.
  await until(`the answer has ${wanted}`, async () => {
    await vscode.commands.executeCommand(commandIds.help, question);
    for (let tries = 0; tries < 20 && !wanted.test(text); tries++) {
      await sleep(50);
      text = await documentOf(question);
    }
    return wanted.test(text);
  });
  return text;
}

interface Manifest {
  readonly files: readonly string[];
  readonly contributes: {
    readonly walkthroughs: readonly {
      readonly id: string;
      readonly steps: readonly {
        readonly title: string;
        readonly description: string;
        readonly completionEvents: readonly string[];
        readonly media: { readonly svg: string; readonly altText: string };
      }[];
    }[];
    readonly views: Readonly<Record<string, readonly { readonly id: string }[]>>;
    readonly configuration: readonly { readonly properties: Readonly<Record<string, unknown>> }[];
  };
}

describe('help', () => {
  let api: OutlayApi;
  let extension: vscode.Extension<OutlayApi>;
  const settings = (): vscode.WorkspaceConfiguration => vscode.workspace.getConfiguration('outlay');
  const set = (key: string, value: unknown): Thenable<void> =>
    settings().update(key, value, vscode.ConfigurationTarget.Global);

  before(async () => {
    const found = vscode.extensions.getExtension<OutlayApi>('outlay.outlay');
    assert.ok(found);
    extension = found;
    api = await extension.activate();
    await until('the indexer watches', () => api.spend.indexer.kind === 'watching');
    const file = transcriptFile('-home-dev-help', 'session-help');
    append(file, answer({ id: 'help-1', session: 'session-help' }));
    // Of an earlier day, so that today's figures stay as other tests expect them.
    const earlier = new Date(Date.now() - 2 * 86_400_000).toISOString();
    append(
      file,
      answer({ id: 'help-2', session: 'session-help', model: 'evil*model`|x' }).replace(
        /"timestamp":"[^"]+"/,
        `"timestamp":"${earlier}"`,
      ),
    );
    const messages = (): number => api.spend.overview?.session?.summary.messages ?? 0;
    await until('both are counted', () => messages() === 2);
  });

  after(async () => {
    for (const key of ['roots', 'billing', 'enabled']) await set(key, undefined);
    await until('the indexer watches', () => api.spend.indexer.kind === 'watching');
  });

  it('says where it looked, what is there and what the editor was told', async () => {
    const text = await ask('costs', /^# No costs are shown/);
    const root = process.env.CLAUDE_CONFIG_DIR ?? '';
    assert.ok(text.includes(`| ${root} |`), text);
    assert.ok(text.includes('set by `CLAUDE_CONFIG_DIR`'), text);
    assert.ok(text.includes(api.storeFile), text);
    assert.match(text, /\| Last message \| .*just now/);
    assert.match(
      text,
      /\*\*Most likely:\*\* Everything (works|is up to date): .* Today comes to \$/,
    );
  });

  it('names the folder in which there is nothing, and why that may be', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'outlay-nothing-here-'));
    await set('roots', [empty]);
    await until('it looks there', () => api.spend.roots[0]?.path.includes('nothing-here') === true);
    const text = await ask(
      'costs',
      /\*\*Most likely:\*\* There are no transcripts in .*nothing-here/,
    );
    assert.ok(text.includes('set by the setting `outlay.roots`'), text);
    assert.ok(text.includes('no "projects" folder in it yet'), text);
    await set('roots', undefined);
    rmdirSync(empty);
    await until('it looks where it did', () => api.spend.roots[0]?.source === 'CLAUDE_CONFIG_DIR');
    await until('the indexer watches', () => api.spend.indexer.kind === 'watching');
  });

  it('begins with what stands in the way', async () => {
    await set('enabled', false);
    await until('it is paused', () => api.spend.indexer.kind === 'paused');
    for (const question of ['costs', 'bill', 'updates'] as const) {
      await ask(question, /\*\*Most likely:\*\* Reading is turned off/);
    }
    await set('enabled', undefined);
    await until('it reads again', () => api.spend.indexer.kind === 'watching');
    await vscode.commands.executeCommand(commandIds.pause);
    await until('it is paused', () => api.spend.indexer.kind === 'paused');
    const before = api.spend.overview?.today.sums.messages ?? 0;
    const unread = transcriptFile('-home-dev-help', 'session-unread');
    append(unread, answer({ id: 'help-3', session: 'session-unread' }));
    const text = await ask('updates', /\*\*Most likely:\*\* Outlay is paused/);
    assert.match(text, /\| Not read yet \| [\d,]+ bytes in 1 transcript \|/);
    await vscode.commands.executeCommand(commandIds.resume);
    await until('it reads again', () => api.spend.indexer.kind === 'watching');
    await until('nothing is unread', () => (api.spend.overview?.today.sums.messages ?? 0) > before);
    await ask('updates', /\| Not read yet \| nothing \|/);
  });

  it('tells a bill from an estimate, by how it is paid for', async () => {
    const byToken = await ask('bill', /estimates at list price per token/);
    assert.ok(byToken.includes(bundledCatalogue.checked), byToken);
    assert.ok(byToken.includes('evil*model`|x (1 message)'), byToken);
    await set('billing', 'subscription');
    await until('the setting is there', () => api.spend.settings.billing === 'subscription');
    await ask('bill', /\*\*Most likely:\*\* You pay by subscription/);
    await set('billing', undefined);
    await until('the setting is gone', () => api.spend.settings.billing === 'api');
  });

  it('explains every word that stands beside a figure', async () => {
    const text = await ask('meanings', /^# What does a figure mean/);
    for (const word of [
      'Estimate',
      'At least',
      'No price',
      'Claude Code overhead',
      'Not yet confirmed',
    ]) {
      assert.ok(text.includes(`**${word}.**`), word);
    }
    assert.ok(text.includes('evil*model`|x (1 message)'), text);
  });

  it('asks what the question is when none is named', async () => {
    const done = vscode.commands.executeCommand(commandIds.help);
    let open = true;
    void done.then(() => {
      open = false;
    });
    // The list may not be there yet when it is first told to accept.
    await until('the first question is chosen', async () => {
      await sleep(100);
      if (open)
        await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      return !open;
    });
    assert.match(await documentOf('costs'), /^# No costs are shown/);
  });

  it('has a walkthrough whose pictures, commands, views and settings exist', async () => {
    const { files, contributes } = extension.packageJSON as Manifest;
    const [walkthrough] = contributes.walkthroughs;
    assert.equal(walkthrough?.id, 'outlay.start');
    assert.equal(walkthrough?.steps.length, 5);
    assert.ok(files.includes('media/**'));
    const commands = await vscode.commands.getCommands(true);
    const views = Object.values(contributes.views).flatMap((list) => list.map(({ id }) => id));
    const keys = contributes.configuration.flatMap(({ properties }) => Object.keys(properties));
    const known: Readonly<Record<string, readonly string[]>> = {
      onCommand: commands,
      onView: views,
      onSettingChanged: keys,
    };
    for (const { title, description, media, completionEvents } of walkthrough.steps) {
      for (const text of [title, description, media.altText]) {
        assert.ok(text.length > 0 && !text.startsWith('%'), text);
      }
      assert.match(media.svg, /^media\//);
      assert.ok(existsSync(join(extension.extensionPath, media.svg)), media.svg);
      for (const event of completionEvents) {
        const [kind, name] = event.split(':') as [string, string];
        assert.ok(known[kind]?.includes(name), event);
      }
      const linked = [...description.matchAll(/\(command:([\w.]+)/g)].map((match) => match[1]!);
      assert.ok(linked.length > 0, title);
      for (const command of linked) assert.ok(commands.includes(command), command);
    }
    await vscode.commands.executeCommand(commandIds.openWalkthrough);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });
});
