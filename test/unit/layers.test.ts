import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import type * as esbuild from 'esbuild';
import { bundleInputs } from '../../scripts/test/bundleInputs.ts';

/**
 * What each room may import besides itself: other rooms, packages by name, `node` for Node's own
 * modules. The table is the one in ARCHITECTURE.md. The rooms stand in the order of their levels.
 */
const layers: Readonly<Record<string, readonly string[]>> = {
  'src/model': [],
  'src/text': ['src/model', 'node'],
  'src/demo': ['src/model', 'node'],
  'src/platform': ['src/model', 'node', 'zod', 'better-sqlite3'],
  'src/hostFile': ['src/model', 'src/platform', 'node'],
  'src/agents': ['src/model', 'src/platform', 'src/hostFile', 'node'],
  'src/pricing': ['src/model'],
  'src/telemetry': ['src/model', 'src/platform', 'node'],
  'src/store': ['src/model', 'src/platform', 'node'],
  'src/analysis': ['src/model'],
  'src/protocol': ['src/model'],
  'src/settings': [
    ...['src/model', 'src/pricing', 'src/analysis', 'src/text', 'src/hostFile', 'node', 'zod'],
  ],
  'src/dataFolder': [
    ...['src/model', 'src/platform', 'src/analysis', 'src/text', 'src/settings'],
    ...['node', 'zod', 'env-paths'],
  ],
  'src/watchers': [
    ...['src/model', 'src/platform', 'src/agents', 'src/pricing', 'src/telemetry', 'src/store'],
    ...['node', 'chokidar'],
  ],
  webview: [
    ...['src/model', 'src/protocol', 'chart.js', '@vscode/webview-ui-toolkit'],
    'eventsource-parser',
  ],
  'src/query': [
    ...['src/model', 'src/text', 'src/platform', 'src/pricing', 'src/store', 'src/analysis'],
    ...['src/settings', 'src/dataFolder', 'node'],
  ],
  'src/budgets': [...upToQuery()],
  'src/insights': [...upToQuery(), 'src/agents'],
  'src/reports': [...upToQuery(), 'src/agents', 'src/budgets', 'src/insights', 'zod'],
  'src/statusline': [...upToQuery(), 'src/budgets'],
  'src/run': [...upToQuery(), 'src/agents', 'src/watchers'],
  'src/capture': [...upToQuery(), 'src/agents', 'src/watchers'],
  'src/panels': [...upToQuery(), 'src/budgets', 'src/insights', 'src/reports', 'src/protocol'],
  'src/export': [
    ...[...upToQuery(), 'src/budgets', 'src/reports', 'src/hostFile'],
    ...['@opentelemetry/api', '@opentelemetry/otlp-transformer', '@opentelemetry/sdk-metrics'],
  ],
  'src/alerts': [
    ...[...upToQuery(), 'src/budgets', 'src/reports', 'src/export'],
    ...['nodemailer'],
  ],
  'src/guard': [...upToQuery(), 'src/agents', 'src/budgets'],
  'src/team': [...upToQuery(), 'src/export', 'pg', '@google-cloud/firestore'],
  'src/exact': [...upToQuery(), 'src/telemetry', 'src/guard'],
  'src/analysisThread': [
    ...upToQuery(),
    ...['src/budgets', 'src/reports', 'src/panels', 'src/protocol', 'src/alerts', 'src/guard'],
    ...['src/export', 'src/team'],
  ],
  'src/serve': [
    ...upToQuery(),
    ...['src/agents', 'src/watchers', 'src/budgets', 'src/reports', 'src/panels', 'src/protocol'],
    ...['src/analysisThread', 'src/views'],
    ...['hono', '@hono/node-server', 'rate-limiter-flexible', 'zod'],
  ],
  'src/tools': [...upToQuery(), 'src/reports', 'src/analysisThread', 'zod'],
  'src/mcp': ['src/model', 'src/analysisThread', 'src/tools', 'node', '@modelcontextprotocol/sdk'],
  'src/cli': ['src/*', 'node', 'commander'],
  'src/cli.ts': ['src/*', 'node', 'commander'],
  'src/views': ['src/*', 'node', 'vscode'],
  'src/extension.ts': ['src/*', 'node', 'vscode'],
};

/** All that a question to the store, and what is made of its answer, may need. */
function upToQuery(): string[] {
  return [
    ...['src/model', 'src/text', 'src/platform', 'src/pricing', 'src/store', 'src/analysis'],
    ...['src/settings', 'src/dataFolder', 'src/query', 'node'],
  ];
}

/** Rooms one may never reach, whatever `src/*` says. */
const never: Readonly<Record<string, readonly string[]>> = {
  'src/cli.ts': ['src/views', 'src/extension.ts', 'src/protocol', 'src/panels'],
  'src/cli': ['src/cli.ts', 'src/views', 'src/extension.ts', 'src/protocol', 'src/panels'],
  'src/views': ['src/cli', 'src/cli.ts', 'src/extension.ts'],
  'src/extension.ts': ['src/cli', 'src/cli.ts'],
};

/**
 * Rooms inside rooms: each may import those before it; `.` is the files beside them. Files that are
 * not listed may import all of them and are imported by none.
 */
const inside: Readonly<Record<string, readonly string[]>> = {
  'src/alerts': [
    ...['alertText.ts', 'secrets.ts', 'cause.ts', 'decide.ts', 'rules', 'checkAlerts.ts'],
    ...['deliverAlerts.ts', 'channels'],
  ],
  'src/agents': [
    ...[
      'agentLog.ts',
      'bareLog.ts',
      'folders.ts',
      'json.ts',
      'batch.ts',
      'lineReader.ts',
      'titleLine.ts',
      'excerpt.ts',
    ],
    ...['timestamp.ts', 'said.ts', 'wholeFile.ts'],
    ...[
      'ofHost.ts',
      'database.ts',
      'claude',
      'codex',
      'copilot',
      'opencode',
      'capture',
      'hosts',
      'registry.ts',
    ],
  ],
  'src/agents/claude': ['scan', 'parse', 'read'],
  'src/analysis': ['statistics', 'spend', 'budgets', 'peers', 'insights'],
  'src/store': [
    ...['schema', 'connection', 'ingest', 'retention'],
    ...['writer.ts', 'query', 'upkeep'],
  ],
  'src/capture': ['.', 'store'],
  'src/export': ['.', 'otlp'],
  'src/query': ['.', 'forecast'],
  'src/panels': ['parts'],
  'src/reports': [
    'document',
    'upkeep',
    'budgets',
    'spend',
    'sessions',
    'insights',
    'peers',
    'proof',
    'receipt',
    'overview',
  ],
  'src/views': [
    ...['text', 'core', 'panels', 'launcher', 'settings', 'demo', 'help', 'welcome', 'budgets'],
    ...[
      'statusBar',
      'guard',
      'reports',
      'insights',
      'storage',
      'sessionPanel',
      'sessions',
      'alerts',
    ],
    ...[
      'agentTools',
      'browser',
      'dashboard',
      'burn',
      'anomalies',
      'api.ts',
      'panelRegistry.ts',
      'commands.ts',
    ],
  ],
  'src/serve': [
    ...['questions.ts', 'live', 'http/problem.ts', 'http/pageSource.ts', 'api', 'http'],
    ...['pages', 'serve.ts'],
  ],
  'src/tools': [
    'toolNames.ts',
    'tool.ts',
    'inputs.ts',
    'outputs.ts',
    'registry.ts',
    'answerTool.ts',
  ],
  'src/cli': ['support', 'dashboard', 'commands', 'program.ts', 'main.ts'],
  webview: ['shared', 'session', 'dashboard', 'budgets', 'burn', 'anomalies'],
  'webview/shared': ['.', 'table', 'charts', 'page'],
};

/**
 * What features of the editor may know of each other: nothing but this. What two of them need belongs
 * into `text`, `core` or `panels`.
 */
const features: Readonly<Record<string, readonly string[]>> = {
  'src/views/agentTools': [],
  'src/views/alerts': ['src/views/sessions'],
  'src/views/budgets': [],
  'src/views/browser': ['src/views/launcher'],
  'src/views/burn': ['src/views/budgets'],
  'src/views/guard': ['src/views/launcher'],
  'src/views/dashboard': ['src/views/budgets', 'src/views/insights'],
  'src/views/insights': ['src/views/reports'],
  'src/views/sessions': ['src/views/sessionPanel'],
  'src/views/storage': ['src/views/launcher'],
  'src/views/anomalies': [],
  'src/views/sessionPanel': [],
  'src/views/statusBar': ['src/views/budgets'],
  'src/views/reports': [],
  'src/views/help': [],
  'src/views/welcome': [],
  'src/views/settings': [],
  'src/views/demo': [],
  'src/views/launcher': [],
};

/** Rooms that are entered by some of their files only. */
const doors: Readonly<Record<string, readonly string[]>> = {
  'src/agents': ['agentLog.ts', 'registry.ts'],
};

/** Folders with more files than this have outgrown their name. */
const mostFiles = 25;

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
  const sources = entryPoints.filter((file) => !file.endsWith('.d.ts'));
  const inputs = await bundleInputs(root, sources, [keepTypeImports]);
  return Object.entries(inputs).flatMap(([from, { imports }]) =>
    imports.map(({ path }) => ({ from, to: path })),
  );
}

function isIn(file: string, room: string): boolean {
  return file === room || file.startsWith(`${room}/`);
}

function roomOf(file: string, rooms: readonly string[]): string | undefined {
  return rooms.find((room) => isIn(file, room));
}

function targetOf({ to }: Import): string {
  if (to.startsWith('src/') || to.startsWith('webview/')) {
    return roomOf(to, Object.keys(layers)) ?? to;
  }
  const name = to.replace(/^node:/, '');
  if (to.startsWith('node:') || builtinModules.includes(name)) return 'node';
  return to
    .split('/')
    .slice(0, to.startsWith('@') ? 2 : 1)
    .join('/');
}

/** Whether a room may import what stands where the import leads. */
function isAllowed(room: string, edge: Import): boolean {
  const target = targetOf(edge);
  if (target === room) return true;
  if (never[room]?.includes(target) === true) return false;
  const any = layers[room]!.includes('src/*') && target.startsWith('src/');
  return any || layers[room]!.includes(target);
}

/** Whether the import goes from left to right between the rooms inside a room. */
function isInOrder(parent: string, { from, to }: Import): boolean {
  const order = inside[parent]!.map((name) => `${parent}/${name}`);
  const place = (file: string): number => {
    const at = order.findIndex((room) => isIn(file, room));
    if (at >= 0) return at;
    const beside = file.lastIndexOf('/') === parent.length ? order.indexOf(`${parent}/.`) : -1;
    return beside < 0 ? order.length : beside;
  };
  return place(to) <= place(from) && (place(to) < order.length || place(from) === order.length);
}

function knowsEachOther({ from, to }: Import): boolean {
  const rooms = Object.keys(features);
  const [own, other] = [roomOf(from, rooms), roomOf(to, rooms)];
  return !own || !other || own === other || features[own]!.includes(other);
}

function comesThroughDoor({ from, to }: Import): boolean {
  const room = roomOf(to, Object.keys(doors));
  return !room || isIn(from, room) || doors[room]!.some((file) => to === `${room}/${file}`);
}

function violations(imports: readonly Import[]): string[] {
  const found = new Set<string>();
  for (const edge of imports) {
    const { from, to } = edge;
    const room = roomOf(from, Object.keys(layers));
    if (room === undefined) {
      found.add(`${from} stands in no room`);
      continue;
    }
    const parents = Object.keys(inside).filter((each) => isIn(from, each) && isIn(to, each));
    const ordered = parents.every((parent) => isInOrder(parent, edge));
    const allowed = isAllowed(room, edge) && comesThroughDoor(edge);
    if (!allowed || !ordered || !knowsEachOther(edge)) {
      found.add(`${from} imports ${to}`);
    }
  }
  return [...found];
}

/** Circles of imports: the strongly connected components with more than one file (Tarjan). */
function circles(imports: readonly Import[]): string[] {
  const targets = Map.groupBy(imports, ({ from }) => from);
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const found: string[] = [];
  const visit = (file: string): void => {
    order.set(file, order.size);
    lowest.set(file, order.get(file)!);
    stack.push(file);
    for (const { to } of targets.get(file) ?? []) {
      if (!order.has(to)) visit(to);
      if (stack.includes(to)) lowest.set(file, Math.min(lowest.get(file)!, lowest.get(to)!));
    }
    if (lowest.get(file) !== order.get(file)) return;
    const members = stack.splice(stack.indexOf(file));
    const itself = targets.get(file)?.some(({ to }) => to === file) === true;
    if (members.length > 1 || itself) found.push(members.sort().join(' ↔ '));
  };
  for (const file of targets.keys()) if (!order.has(file)) visit(file);
  return found.sort();
}

/** Folders that hold more files than one reads through. */
function crowded(files: readonly string[]): string[] {
  const folders = Map.groupBy(files, (file) => file.slice(0, file.lastIndexOf('/')));
  return [...folders].filter(([, { length }]) => length > mostFiles).map(([folder]) => folder);
}

describe('layers', () => {
  it('every import goes where its layer may go', async () => {
    const imports = await importsOf(resolve(import.meta.dirname, '../..'));
    assert.ok(imports.length > 100, 'the imports were found');
    assert.deepEqual(violations(imports), []);
    assert.deepEqual(circles(imports), []);
  });

  it('no folder is larger than one reads through', () => {
    const root = resolve(import.meta.dirname, '../..');
    assert.deepEqual(crowded(globSync('{src,webview}/**/*.*', { cwd: root })), []);
    const many = Array.from({ length: mostFiles + 1 }, (_, index) => `src/a/${index}.ts`);
    assert.deepEqual(crowded([...many, 'src/b/1.ts']), ['src/a']);
  });

  it('what Claude Code waits for at every step loads no large library', async () => {
    const root = resolve(import.meta.dirname, '../..');
    const libraries = async (entry: string): Promise<string[]> => {
      const inputs = Object.values(await bundleInputs(root, [entry]));
      const packages = inputs
        .flatMap(({ imports }) => imports)
        .filter(({ external, path }) => external && !builtinModules.includes(path))
        .map(({ path }) => path)
        .filter((path) => !path.startsWith('node:'));
      return [...new Set(packages)].sort();
    };
    assert.deepEqual(await libraries('src/guard/main.ts'), ['better-sqlite3', 'env-paths']);
    assert.deepEqual(await libraries('src/statusline/entry.ts'), ['env-paths']);
    assert.deepEqual(await libraries('src/cli.ts'), ['env-paths']);
    const ofCommands = await libraries('src/cli/main.ts');
    assert.ok(ofCommands.includes('zod/mini'), 'others are found');
    // Nor does any other command than the one that needs it, nor a window.
    for (const found of [ofCommands, await libraries('src/extension.ts')]) {
      assert.ok(!found.some((name) => name.startsWith('@modelcontextprotocol/')));
    }
    const ofServer = await libraries('src/mcp/startMcp.ts');
    assert.ok(ofServer.some((name) => name.startsWith('@modelcontextprotocol/')));
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
      await write(
        'src/store/schema/i.ts',
        "export type { J } from '../query/j.ts';\nexport const i = 1;\n",
      );
      await write(
        'src/store/query/j.ts',
        "import { i } from '../schema/i.ts';\nexport const k = i;\nexport type J = number;\n",
      );
      await write(
        'src/views/burn/k.ts',
        "import { l } from '../anomalies/l.ts';\nexport const k = l;\n",
      );
      await write('src/views/anomalies/l.ts', 'export const l = 1;\n');
      await write('src/agents/claude/m.ts', 'export const m = 1;\n');
      await write(
        'src/agents/registry.ts',
        "import { m } from './claude/m.ts';\nexport const n = m;\n",
      );
      await write(
        'src/watchers/o.ts',
        "import { m } from '../agents/claude/m.ts';\nexport { n } from '../agents/registry.ts';\nexport const o = m;\n",
      );
      await write('src/cli.ts', "import { f } from './views/f.ts';\nexport const g = f;\n");
      await write('src/other/h.ts', "import { f } from '../views/f.ts';\nexport const h = f;\n");
      await symlink(resolve(import.meta.dirname, '../../node_modules'), join(root, 'node_modules'));
      const imports = await importsOf(root);
      assert.deepEqual(circles(imports), ['src/store/query/j.ts ↔ src/store/schema/i.ts']);
      assert.deepEqual(violations(imports).sort(), [
        'src/analysis/d.ts imports src/store/b.ts',
        'src/cli.ts imports src/views/f.ts',
        'src/model/a.ts imports node:path',
        'src/other/h.ts stands in no room',
        'src/pricing/c.ts imports src/store/b.ts',
        'src/reports/e.ts imports vscode',
        'src/store/schema/i.ts imports src/store/query/j.ts',
        'src/views/burn/k.ts imports src/views/anomalies/l.ts',
        'src/watchers/o.ts imports src/agents/claude/m.ts',
      ]);
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  });
});
