import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import { unreadableCalls, untranslated } from '../lib/sourceStrings.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

/** Strings nobody reads in the editor, or that are the same in every language, and why. */
const untranslatable: readonly [file: string, text: string, why: string][] = [
  ['src/views/api.ts', 'budget check', 'the name of a report in the code'],
  [
    'src/views/help/diagnostics.ts',
    'Outlay is switched off',
    'a report in English, as in the terminal',
  ],
  ['src/views/insights/strings.ts', ' run', 'what a report counts, as its JSON names it'],

  ['src/views/panels/html.ts', '<', 'a page without a word in it'],
  ['src/views/core/documentHtml.ts', '<', 'a page without a word in it'],
  ['src/views/reports/reports.ts', 'federation status', 'the name of a report in the code'],
  ['src/views/reports/offered.ts', '', 'names of reports in the code'],
  ['src/views/welcome/startLine.ts', '', 'a line of the log'],
  ['src/views/reports/strings.ts', 'budget ', 'the name of a definition'],
  ['src/views/core/analysis.ts', 'Another answer came', 'a bug, for the log'],
  ['src/analysisThread/client.ts', 'The thread', 'a bug, for the log'],
  ['src/views/reports/strings.ts', 'federation status', 'the name of a report in the code'],
  ['src/views/sessions/actions.ts', 'claude --resume', 'a command for a terminal'],
  ['src/views/sessions/actions.ts', 'codex resume', 'a command for a terminal'],
  ['webview/', 'color-mix(in srgb', 'a colour'],
  ['webview/shared/page/httpHost.ts', 'outlay ', 'a command for a terminal'],
];

/** Sources whose strings people see: the editor's views and the pages of its panels. */
const speaking = globSync(['src/views/**/*.ts', 'src/extension.ts', 'webview/**/*.ts'], {
  cwd: root,
})
  .filter((file) => !file.endsWith('.d.ts'))
  .sort();

describe('what a person reads', () => {
  it('stands in calls of l10n.t as literals', async () => {
    const found = await Promise.all(speaking.map((file) => unreadableCalls(file, read(file))));
    // The titles of reports are in the registry, from which `npm run l10n` puts them into the bundle.
    const titles = 'src/views/reports/strings.ts:8: l10n.t(editorTitle)';
    assert.deepEqual(found.flat(), [titles]);
  });

  it('is refused there as anything else', async () => {
    const source = [
      "l10n.t('good {0}', x);",
      'l10n.t(words);',
      `l10n.t(\`a \${b}\`);`,
      "l10n.t('a' + b);",
      'l10n.t(`plain`);',
    ].join('\n');
    const found = await unreadableCalls('a.ts', source);
    assert.deepEqual(
      found.map((line) => line.slice(0, 6)),
      ['a.ts:2', 'a.ts:3', 'a.ts:4', 'a.ts:5'],
    );
  });

  it('goes through l10n.t', async () => {
    const found = await Promise.all(speaking.map((file) => untranslated(file, read(file))));
    const allowed = (line: string): boolean =>
      untranslatable.some(([file, text]) => line.startsWith(file) && line.includes(text));
    assert.deepEqual(
      found.flat().filter((line) => !allowed(line)),
      [],
    );
  });

  it('is found where it does not', async () => {
    const source = `
      import { a } from 'some module name';
      window.showInformationMessage('Done');
      item.tooltip = 'Today';
      const button = 'Open the log';
      items.push({ label: \`$(refresh) Rescan now\`, description: x ? 'Paused' : '' });
      pick({ placeHolder: 'claude-opus-5-5', command: 'outlay.rescan', kind: 'Today' });
      this.#log.warn('nobody translates a log');
      throw new Error('a bug is in English');
      type Kind = 'two words';
      cell.setAttribute('aria-label', 'Cost');
      cell.setAttribute('class', 'wide');
      window.showErrorMessage(l10n.t('It is translated'));
      page.textContent = wide ? 'Cost' : l10n.t('Cost of {0}', x);
    `;
    const found = await untranslated('a.ts', source);
    assert.deepEqual(
      found.map((line) => Number(/:(\d+):/.exec(line)?.[1])),
      [3, 4, 5, 6, 6, 11, 14],
    );
  });
});
