/** The strings a person sees: what the sources give to `l10n.t`, as VS Code's bundle lists them. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getL10nJson } from '@vscode/l10n-dev';
import { editorReports } from '../../src/reports/registry.ts';

/** The strings of this extension: those of its sources, and the titles reports have in the editor. */
export async function bundleStrings(folder: string): Promise<Record<string, string>> {
  const titles = editorReports.map(({ title, editorTitle = title }) => editorTitle);
  return sorted({
    ...(await extractStrings(folder)),
    ...Object.fromEntries(titles.map((title) => [title, title])),
  });
}

/** The bundle of the sources below a folder: every string by itself, sorted. */
export async function extractStrings(folder: string): Promise<Record<string, string>> {
  const scripts = globSync('src/**/*.ts', { cwd: folder })
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .filter((contents) => contents.includes('l10n'))
    .map((contents) => ({ extension: '.ts', contents }));
  const found = await getL10nJson(scripts);
  const strings = Object.entries(found).map(([key, value]): [string, string] => [
    key,
    typeof value === 'string' ? value : value.message,
  ]);
  return sorted(Object.fromEntries(strings));
}

function sorted(strings: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(strings).sort(([a], [b]) => (a < b ? -1 : 1)));
}
