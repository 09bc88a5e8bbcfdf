import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import * as esbuild from 'esbuild';

/**
 * What each folder may import: other folders of `src`, packages by name, `node` for Node's own
 * modules. The table is the one in ARCHITECTURE.md.
 */
const reporting = [
  'src/model',
  'src/text',
  'src/platform',
  'src/agents',
  'src/pricing',
  'src/analysis',
  'src/store',
  'src/settings',
  'src/dataFolder',
  'src/query',
  'src/budgets',
  'src/insights',
  'src/reports',
  'src/export',
  'src/panels',
  'src/analysisThread',
  'node',
  'zod',
];

const layers: Readonly<Record<string, readonly string[]>> = {
  'src/text': ['src/model', 'node'],
  'src/platform': ['src/model', 'node', 'zod'],
  'src/settings': reporting,
  'src/dataFolder': [...reporting, 'env-paths'],
  'src/query': reporting,
  'src/budgets': reporting,
  'src/insights': reporting,
  'src/export': reporting,
  'src/panels': reporting,
  'src/analysisThread': [...reporting, 'src/watchers'],
  'src/model': [],
  'src/agents': ['src/model', 'node'],
  'src/pricing': ['src/model'],
  'src/store': ['src/model', 'node', 'better-sqlite3'],
  'src/analysis': ['src/model'],
  'src/watchers': [
    'src/model',
    'src/agents',
    'src/pricing',
    'src/store',
    'node',
    'src/dataFolder',
    'src/platform',
    'chokidar',
  ],
  'src/reports': reporting,
  'src/demo': ['src/model', 'node'],
  'src/views': [...reporting, 'src/demo', 'src/watchers', 'src/protocol', 'node', 'vscode'],
  'src/extension.ts': ['src/*', 'node', 'vscode'],
  'src/cli.ts': ['src/*', 'node', 'commander'],
  'src/cli': ['src/*', 'node', 'commander'],
  'src/protocol': ['src/model'],
  webview: ['src/model', 'src/protocol', 'chart.js', '@vscode/webview-ui-toolkit'],
};

/** Folders a file may never reach, whatever `src/*` says. */
const never: Readonly<Record<string, readonly string[]>> = {
  'src/cli.ts': ['src/views', 'src/extension.ts'],
  'src/cli': ['src/views', 'src/extension.ts'],
};

interface Import {
  readonly from: string;
  readonly to: string;
}

/** Type imports are erased before esbuild sees them; for layers they count like any other. */
const keepTypeImports: esbuild.Plugin = {
  name: 'keep-type-imports',
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const specifiers = [
        ...source.matchAll(/\b(?:import|export)\s+type\b[^;]*?\bfrom\s*['"]([^'"]+)['"]/g),
        ...source.matchAll(/\bimport\s*\(\s*['"]([^'"]+)['"]\s*\)/g),
        // A statement whose every name is marked `type` is erased as well.
        ...source.matchAll(/\b(?:import|export)\s*\{[^}]*\}\s*from\s*['"]([^'"]+)['"]/g),
      ].map((match) => `import ${JSON.stringify(match[1])};`);
      return { contents: `${source}\n${specifiers.join('\n')}`, loader: 'ts' };
    });
  },
};

async function importsOf(root: string): Promise<Import[]> {
  const entryPoints = globSync('{src,webview}/**/*.ts', { cwd: root });
  const { metafile } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: entryPoints.filter((file) => !file.endsWith('.d.ts')),
    bundle: true,
    write: false,
    outdir: 'out',
    format: 'esm',
    platform: 'node',
    packages: 'external',
    metafile: true,
    logLevel: 'silent',
    plugins: [keepTypeImports],
  });
  return Object.entries(metafile.inputs).flatMap(([from, { imports }]) =>
    imports.map(({ path }) => ({ from, to: path })),
  );
}

function layerOf(file: string): string | undefined {
  return Object.keys(layers).find((layer) => file === layer || file.startsWith(`${layer}/`));
}

function targetOf({ to }: Import): string {
  if (to.startsWith('src/') || to.startsWith('webview/')) return layerOf(to) ?? to;
  const name = to.replace(/^node:/, '');
  if (to.startsWith('node:') || builtinModules.includes(name)) return 'node';
  return to
    .split('/')
    .slice(0, to.startsWith('@') ? 2 : 1)
    .join('/');
}

function violations(imports: readonly Import[]): string[] {
  const found = new Set<string>();
  for (const edge of imports) {
    const layer = layerOf(edge.from);
    if (layer === undefined) {
      found.add(`${edge.from} stands in no layer`);
      continue;
    }
    const target = targetOf(edge);
    const allowed = layers[layer]!;
    const any = allowed.includes('src/*') && target.startsWith('src/');
    const banned = never[layer]?.includes(target) === true;
    if (target === layer || ((any || allowed.includes(target)) && !banned)) continue;
    found.add(`${edge.from} imports ${edge.to}`);
  }
  return [...found];
}

describe('layers', () => {
  it('every import goes where its layer may go', async () => {
    const imports = await importsOf(resolve(import.meta.dirname, '../..'));
    assert.ok(imports.length > 100, 'the imports were found');
    assert.deepEqual(violations(imports), []);
  });

  it('forbidden imports are found, type-only and dynamic ones included', async () => {
    const root = await mkdtemp(join(tmpdir(), 'outlay-layers-'));
    try {
      const write = async (file: string, source: string): Promise<void> => {
        await mkdir(join(root, file, '..'), { recursive: true });
        await writeFile(join(root, file), source);
      };
      await write(
        'src/model/a.ts',
        "import { join } from 'node:path';\nexport const a = join('a');\n",
      );
      await write('src/store/b.ts', 'export interface B { readonly b: number }\n');
      await write(
        'src/pricing/c.ts',
        "import type { B } from '../store/b.ts';\nexport type C = B;\n",
      );
      await write('src/analysis/d.ts', "export const d = () => import('../store/b.ts');\n");
      await write(
        'src/reports/e.ts',
        "import * as vscode from 'vscode';\nexport const e = vscode;\n",
      );
      await write('src/views/f.ts', 'export const f = 1;\n');
      await write('src/cli.ts', "import { f } from './views/f.ts';\nexport const g = f;\n");
      await write('src/other/h.ts', "import { f } from '../views/f.ts';\nexport const h = f;\n");
      await symlink(resolve(import.meta.dirname, '../../node_modules'), join(root, 'node_modules'));
      assert.deepEqual(violations(await importsOf(root)).sort(), [
        'src/analysis/d.ts imports src/store/b.ts',
        'src/cli.ts imports src/views/f.ts',
        'src/model/a.ts imports node:path',
        'src/other/h.ts stands in no layer',
        'src/pricing/c.ts imports src/store/b.ts',
        'src/reports/e.ts imports vscode',
      ]);
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  });
});
