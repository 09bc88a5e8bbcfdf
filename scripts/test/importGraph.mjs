/** Which file of the project imports which, as far as tests reach. */
import { glob, readFile } from 'node:fs/promises';
import path from 'node:path';
import { inRoot, root } from '../shared/paths.mjs';
import { bundleInputs } from './bundleInputs.ts';

/** What a test reaches otherwise than by importing it. */
const reaches = {
  'test/cli/runCli.ts': ['src/cli.ts'],
  'test/unit/l10n.test.ts': [
    'src/extension.ts',
    'l10n/bundle.l10n.json',
    'l10n/bundle.l10n.de.json',
  ],
  'test/unit/spokenStrings.test.ts': ['src/extension.ts'],
};

/** Each file below `test`, `scripts`, `src` and `webview`, and the files it imports. */
export async function importGraph() {
  const pattern = '{src,webview,test}/**/*.{ts,mjs}';
  const inputs = await bundleInputs(root, await Array.fromAsync(glob(pattern, { cwd: root })));
  const graph = new Map();
  for (const [file, { imports }] of Object.entries(inputs)) {
    const imported = imports.filter(({ external }) => !external).map(({ path }) => path);
    graph.set(file, [...imported, ...(reaches[file] ?? [])]);
  }
  return graph;
}

/**
 * The files that reach one of the changed ones, and over how many imports at least. A file that is
 * loaded by its path, or only read, is reached by those that name it.
 */
export async function distancesTo(changed, graph) {
  const importers = new Map();
  const add = (from, to) => importers.set(to, [...(importers.get(to) ?? []), from]);
  for (const [from, imported] of graph) for (const to of imported) add(from, to);
  for (const from of graph.keys()) {
    if (!from.startsWith('test/')) continue;
    const text = await readFile(inRoot(from), 'utf8');
    for (const to of changed) if (text.includes(path.basename(to))) add(from, to);
  }
  const distances = new Map(changed.map((file) => [file, 0]));
  for (const [file, distance] of distances) {
    for (const importer of importers.get(file) ?? []) {
      if (!distances.has(importer)) distances.set(importer, distance + 1);
    }
  }
  return distances;
}
