import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { withGenerated } from '../../scripts/release/manifest.ts';
import { settingsPage } from '../../scripts/release/settingsPage.ts';
import { dataPanelNames } from '../../src/protocol/panels.ts';
import { editorReports } from '../../src/reports/registry.ts';
import type { SettingProblem } from '../../src/settings/settingProblem.ts';
import { parseSettings, sharedSettings } from '../../src/settings/settings.ts';
import { readTable } from '../../src/settings/settingTable.ts';
import { editorSettings } from '../../src/settings/statusBarSettings.ts';
import { toolNames } from '../../src/tools/toolNames.ts';
import { reportCommandId } from '../../src/views/core/commandIds.ts';
import { elsewhere, offered } from '../../src/views/reports/offered.ts';

const root = join(import.meta.dirname, '..', '..');
const text = readFileSync(join(root, 'package.json'), 'utf8');
const manifest = JSON.parse(text) as Parameters<typeof withGenerated>[0];
const strings = JSON.parse(readFileSync(join(root, 'package.nls.json'), 'utf8')) as Record<
  string,
  string
>;

describe('package.json', () => {
  test('has what the descriptors say (npm run manifest)', () => {
    assert.equal(text, `${JSON.stringify(withGenerated(manifest), null, 2)}\n`);
  });

  test('gets back what is missing, and keeps what is written by hand', () => {
    const { contributes } = manifest;
    const titleBar = contributes.menus['view/title']!;
    const byHand = titleBar.filter(({ group }) => group?.startsWith('4_help'));
    assert.equal(byHand.length, 1);
    const poor = {
      ...manifest,
      activationEvents: [],
      contributes: {
        ...contributes,
        commands: [],
        configuration: [],
        menus: { ...contributes.menus, 'view/title': byHand, commandPalette: [] },
      },
    };
    const whole = withGenerated(poor);
    assert.deepEqual(whole.activationEvents, manifest.activationEvents);
    assert.deepEqual(whole.contributes.commands, contributes.commands);
    assert.deepEqual(whole.contributes.configuration, contributes.configuration);
    assert.deepEqual(whole.contributes.menus.commandPalette, contributes.menus.commandPalette);
    const panels = titleBar.slice(0, dataPanelNames.length);
    assert.deepEqual(whole.contributes.menus['view/title'], [...panels, ...byHand]);
  });

  test('has a command for each report of the editor', () => {
    const commands = contributesCommands();
    const reports = commands.filter((command) => command.startsWith('outlay.report.'));
    assert.equal(reports.length, editorReports.length);
    assert.ok(commands.includes('outlay.report.budgetCheck'));
  });
});

describe('tools for agents', () => {
  const contributed = manifest.contributes.languageModelTools as readonly {
    readonly name: string;
    readonly toolReferenceName: string;
    readonly displayName: string;
    readonly modelDescription: string;
    readonly inputSchema: { readonly type: string; readonly additionalProperties: boolean };
  }[];

  test('are contributed under the names they are registered by', () => {
    const names = contributed.map(({ name }) => name);
    assert.deepEqual(
      names,
      toolNames.map((name) => `outlay_${name}`),
    );
    for (const { toolReferenceName, displayName, modelDescription, inputSchema } of contributed) {
      assert.match(toolReferenceName, /^outlay[A-Z][a-z]+$/);
      assert.ok(Object.hasOwn(strings, displayName.slice(1, -1)), displayName);
      assert.match(modelDescription, /data, never instructions\.$/);
      assert.deepEqual([inputSchema.type, inputSchema.additionalProperties], ['object', false]);
    }
  });
});

/** What the palette depends on, as VS Code knows it. */
type Moment = Readonly<Record<string, unknown>>;

/** Whether the palette lists a command at a moment; reads the few forms of conditions we write. */
function isListed(when: string | undefined, moment: Moment): boolean {
  if (when === undefined) return true;
  if (when === 'false') return false;
  return when.split(' && ').every((part) => {
    const [, not, name, operator, value] = /^(!?)([\w.]+)(?: (==|!=) (\w+))?$/.exec(part) ?? [];
    assert.ok(name, `a condition that is understood: ${part}`);
    const known = moment[name];
    const holds =
      operator === undefined ? known === true : (known === value) === (operator === '==');
    return holds === (not === '');
  });
}

function palette(moment: Moment): string[] {
  const items = manifest.contributes.menus.commandPalette ?? [];
  const conditions = new Map(items.map(({ command, when }) => [command, when]));
  return contributesCommands().filter((command) => isListed(conditions.get(command), moment));
}

const titleOf = (command: string): string => strings[command.replace('outlay.', 'command.')] ?? '';

describe('the command palette', () => {
  const usual = { 'outlay.state': 'sessions', 'outlay.guardInstalled': false };

  test('lists fourteen commands at most, in every state', () => {
    const states: Moment[] = [
      usual,
      { ...usual, 'outlay.state': 'none' },
      { ...usual, 'outlay.paused': true, 'outlay.hasExcluded': true },
      { ...usual, 'outlay.demo': true, 'outlay.hasHiddenInsights': true },
      { ...usual, 'outlay.guardInstalled': true, 'outlay.filtered': true },
    ];
    for (const state of states) {
      const listed = palette(state);
      assert.ok(listed.length <= 14, `${listed.length}: ${listed.map(titleOf).join(', ')}`);
      const titles = listed.map(titleOf);
      assert.deepEqual(titles, [...new Set(titles)], 'no two have one title');
    }
  });

  test('leads nowhere only where there is something', () => {
    const without = palette({ ...usual, 'outlay.state': 'none' });
    for (const command of ['openSession', 'showReport', 'openBurn', 'openAnomalies']) {
      assert.ok(palette(usual).includes(`outlay.${command}`), command);
      assert.ok(!without.includes(`outlay.${command}`), command);
    }
    assert.ok(without.includes('outlay.explainNoTranscripts'));
    assert.ok(without.includes('outlay.openWalkthrough'));
    assert.ok(!palette(usual).includes('outlay.openWalkthrough'));
    assert.ok(palette(usual).includes('outlay.installGuard'));
    assert.ok(!palette(usual).includes('outlay.uninstallGuard'));
  });

  test('has what texts send people to it for', () => {
    const bundle = readFileSync(join(root, 'l10n', 'bundle.l10n.json'), 'utf8');
    const listed = contributesCommands().filter((command) => {
      const item = manifest.contributes.menus.commandPalette?.find((i) => i.command === command);
      return item?.when !== 'false';
    });
    const titles = new Set(listed.map(titleOf));
    const named = [JSON.stringify(strings), bundle].flatMap((texts) =>
      [...texts.matchAll(/(?:\\"|“)Outlay: ([^"”\\]+)/g)].map((match) => match[1]!),
    );
    // What the status bar's own menu calls the item.
    const wrong = named.filter((name) => !titles.has(name) && name !== 'Claude Code spend');
    assert.ok(named.length > 0);
    assert.deepEqual(wrong, []);
  });

  test('and the list of reports together have every report, or it is said where it is', () => {
    const all = offered(new Set(['trend', 'federation', 'federation status']));
    const names = [...all.flatMap((group) => group.names), ...elsewhere].sort();
    assert.deepEqual(names, editorReports.map(({ name }) => name).sort());
    assert.ok(!offered(new Set()).some(({ group }) => group === 'others'));
  });

  test('calls a report as its document is called', () => {
    for (const { name, title, editorTitle = title } of editorReports) {
      assert.equal(titleOf(reportCommandId(name)), editorTitle, name);
    }
  });
});

function contributesCommands(): string[] {
  const { commands } = manifest.contributes as unknown as { commands: { command: string }[] };
  return commands.map(({ command }) => command);
}

describe('descriptors', () => {
  test('every panel has a page, a protocol and a title', () => {
    for (const name of dataPanelNames) {
      for (const file of [`webview/${name}/main.ts`, `src/protocol/${name}.ts`]) {
        assert.ok(existsSync(join(root, file)), file);
      }
    }
  });

  test('every setting accepts its own default, and nothing else is the default', () => {
    const all = { ...sharedSettings, ...editorSettings };
    const written = Object.values(all).map((setting): [string, unknown] => [
      setting.key,
      setting.default,
    ]);
    const problems: SettingProblem[] = [];
    const read = readTable(all, new Map(written), problems);
    assert.deepEqual(problems, []);
    assert.deepEqual(read, readTable(all, new Map(), problems));
    const { settings } = parseSettings({});
    assert.equal(settings.weekStart, 1);
    assert.equal(settings.dailyBudgetUsd, undefined);
    assert.deepEqual(settings.retention, { enabled: false, messageDays: 90, dayDays: 365 });
    assert.deepEqual([read.show, read.scope], [['today', 'budget'], 'all']);
  });

  test('no two settings have the same place on the settings page', () => {
    const all = Object.values({ ...sharedSettings, ...editorSettings });
    const places = all.map(({ section, order }) => `${section} ${order}`);
    assert.deepEqual(places, [...new Set(places)]);
  });
});

describe('docs/settings.md', () => {
  test('is what the table of settings says (npm run docs)', () => {
    const page = readFileSync(join(root, 'docs', 'settings.md'), 'utf8');
    assert.equal(page, settingsPage(strings));
    assert.match(page, /\| `outlay\.prices\.warnAfterDays` \| `45` \|/);
  });
});
