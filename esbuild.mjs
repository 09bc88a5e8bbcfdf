/**
 * Bundles everything that runs: the extension, its indexing worker, the terminal command, the
 * webviews and the tests for the extension host. Also callable from other scripts.
 *
 *     node esbuild.mjs [--watch] [--production] [--outdir DIR]
 */
import {
  chmod,
  copyFile,
  glob,
  mkdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import * as esbuild from 'esbuild';

const root = import.meta.dirname;

/** Files below the root that match a pattern, sorted, with forward slashes. */
async function find(pattern) {
  const found = [];
  for await (const file of glob(pattern, { cwd: root })) found.push(file.replaceAll('\\', '/'));
  return found.sort();
}

/**
 * better-sqlite3 looks for its binary by paths that do not exist beside a bundle. Our code always
 * says which file it wants (`nativeBinding`), so that is all its loader has to understand.
 */
const explicitNativeBinding = {
  name: 'explicit-native-binding',
  setup(build) {
    build.onLoad({ filter: /better-sqlite3[\\/]lib[\\/]binding\.js$/ }, () => ({
      contents: `
        exports.getBinding = (binding) => {
          if (typeof binding === 'string') return require(binding);
          if (binding) return binding;
          throw new Error('better-sqlite3 needs the option nativeBinding inside a bundle');
        };`,
      loader: 'js',
    }));
  },
};

/** commander loads what starts programs, for commands that are programs of their own: here none is. */
const noProgramsAsCommands = {
  name: 'no-programs-as-commands',
  setup(build) {
    build.onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      /commander[\\/]lib[\\/]/.test(importer) ? { path: 'none', namespace: 'programs' } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'programs' }, () => ({
      contents: 'export default {};',
    }));
  },
};

/**
 * MCP's SDK checks what people fill into forms with ajv, a third of its bytes. Our server asks for no forms:
 * who does is told so.
 */
const noForms = {
  name: 'no-forms',
  setup(build) {
    build.onLoad(
      { filter: /[\\/]sdk[\\/]dist[\\/]esm[\\/]validation[\\/]ajv-provider\.js$/ },
      () => ({
        contents: `
        export class AjvJsonSchemaValidator {
          getValidator() {
            throw new Error('This server asks for no forms.');
          }
        }`,
        loader: 'js',
      }),
    );
  },
};

/** OpenTelemetry's library can ask programs for the machine's number. Nothing that is sent has it. */
const noMachineNumbers = {
  name: 'no-machine-numbers',
  setup(build) {
    build.onLoad({ filter: /resources[\\/]dist[\\/].*[\\/]getMachineId\.mjs$/ }, () => ({
      contents: 'export async function getMachineId() {}',
      loader: 'js',
    }));
  },
};

/**
 * nodemailer is a bundle of its own beside the others, loaded when an e-mail is sent: what is loaded with
 * every command stays small.
 */
const mailInABundleOfItsOwn = {
  name: 'mail-in-a-bundle-of-its-own',
  setup(build) {
    build.onResolve({ filter: /^nodemailer$/ }, ({ kind }) =>
      kind === 'entry-point' ? undefined : { path: './mail.cjs', external: true },
    );
  },
};

/**
 * PostgreSQL's driver is such a bundle as well, loaded by who asks a team's ledger. It knows drivers of other
 * runtimes and a file of passwords of other programs: none of them is used.
 */
const driverInABundleOfItsOwn = {
  name: 'driver-in-a-bundle-of-its-own',
  setup(build) {
    build.onResolve({ filter: /^pg$/ }, ({ kind }) =>
      kind === 'entry-point' ? undefined : { path: './postgres.cjs', external: true },
    );
    build.onResolve({ filter: /^(?:\.\/native|pg-cloudflare|pgpass)$/ }, ({ importer }) =>
      /node_modules[\\/]pg[\\/]lib[\\/]/.test(importer)
        ? { path: 'none', namespace: 'drivers' }
        : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'drivers' }, () => ({
      contents: 'module.exports = {};',
    }));
  },
};

/**
 * Writes the chunks several bundles share as CommonJS modules: esbuild splits ES modules only, and those
 * are slower to load. What is imported dynamically is required, when it is asked for.
 */
const chunksAsCommonJs = {
  name: 'chunks-as-common-js',
  setup(build) {
    const { minifySyntax: minify, sourcemap, target, outdir } = build.initialOptions;
    build.onStart(() => removeChunks(outdir));
    build.onEnd(async ({ outputFiles = [] }) => {
      for (const { path: file, text } of outputFiles.filter(({ path }) => path.endsWith('.cjs'))) {
        const { code, map } = await esbuild.transform(withPlainExports(text), {
          sourcefile: file,
          platform: 'node',
          format: 'cjs',
          target,
          minify,
          sourcemap: sourcemap && 'external',
          supported: { 'dynamic-import': false },
        });
        await mkdir(path.dirname(file), { recursive: true });
        if (!sourcemap) await writeFile(file, code);
        else {
          await writeFile(file, `${code}//# sourceMappingURL=${path.basename(file)}.map\n`);
          await writeFile(`${file}.map`, map);
        }
      }
    });
  },
};

/**
 * A chunk whose exports are values. As esbuild writes them each is a getter behind a getter, called at every
 * use: a sixth of the time of a short command. No chunk imports itself round a corner, as no room does, and
 * where a variable may change after it is exported (by how it is spelled, whichever scope it is in) a getter
 * stays.
 */
function withPlainExports(text) {
  const clause = [...text.matchAll(/^export\s*\{([^{}]*)\};?$/gm)].at(-1);
  if (clause === undefined) return text;
  const names = clause[1].split(',').filter((each) => each.trim() !== '');
  const exported = names.map((each) => {
    const [local, name = local] = each.trim().split(/\s+as\s+/);
    return mayChange(local, text) ? `get ${name}() { return ${local}; }` : `${name}: ${local}`;
  });
  const before = text.slice(0, clause.index);
  const behind = text.slice(clause.index + clause[0].length);
  return `${before}module.exports = { __esModule: true, ${exported.join(', ')} };${behind}`;
}

/** Whether a name is given a value more than once; a comparison may be taken for that, as no harm is done. */
function mayChange(name, text) {
  const spelled = `(?<![\\w$.])${name.replaceAll('$', '\\$')}(?![\\w$])`;
  const set = `${spelled}\\s*(?:[-+]{2}|[-+*/%&|^<>?]*=(?![=>]))`;
  return [...text.matchAll(new RegExp(`${set}|[-+]{2}${spelled}`, 'g'))].length > 1;
}

/** Their names depend on what is in them: old ones would stay. */
async function removeChunks(outdir) {
  for await (const file of glob('shared-*', { cwd: outdir })) await rm(path.join(outdir, file));
}

/** Prints what the editor's background task waits for, once for all bundles that build together. */
function watchMessages() {
  let active = 0;
  return {
    name: 'watch-messages',
    setup(build) {
      build.onStart(() => {
        if (active++ === 0) console.log('[watch] build started');
      });
      build.onEnd(() => {
        if (--active === 0) console.log('[watch] build finished');
      });
    },
  };
}

const shebang = '#!/usr/bin/env node';

async function hasShebang(file) {
  return (await readFile(path.join(root, file), 'utf8')).startsWith('#!');
}

/** One esbuild call for each kind of bundle; kinds without a source file are left out. */
async function bundleOptions({ production, outdir }) {
  /** @type {esbuild.BuildOptions} */
  const common = {
    absWorkingDir: root,
    bundle: true,
    outdir,
    minify: production,
    sourcemap: production ? false : 'linked',
    metafile: true,
    logLevel: 'warning',
    legalComments: 'none',
  };
  /** @type {esbuild.BuildOptions} */
  const node = {
    ...common,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    outExtension: { '.js': '.cjs' },
    external: ['vscode'],
    // Sources are ES modules and bundles are not: this is how a source finds its neighbours in both.
    define: { 'import.meta.dirname': '__dirname', 'import.meta.filename': '__filename' },
    plugins: [
      explicitNativeBinding,
      noProgramsAsCommands,
      mailInABundleOfItsOwn,
      driverInABundleOfItsOwn,
    ],
  };

  const cli = await find('src/cli.ts');
  const needsShebang = cli.length > 0 && !(await hasShebang('src/cli.ts'));
  const webviews = await find('webview/*/main.ts');
  // What VS Code gives its panels, and a browser has to be given.
  const pageStyles = await find('webview/shared/page/browser.css');
  const hostTests = production ? [] : await find('test/host/*.ts');
  const [extension] = await find('src/extension.ts');
  const [indexer] = await find('src/watchers/worker.ts');
  const [report] = await find('src/analysisThread/worker.ts');
  const [statusline] = await find('src/statusline/entry.ts');
  const [guard] = await find('src/guard/worker.ts');
  const [guardAnswer] = await find('src/guard/main.ts');
  const [cliMain] = await find('src/cli/main.ts');
  const [serve] = await find('src/serve/serve.ts');
  const [mcp] = await find('src/mcp/startMcp.ts');
  const [capture] = await find('src/capture/capture.ts');
  const [captureStore] = await find('src/capture/store/store.ts');

  return [
    {
      ...node,
      // What waits for nothing else, and what runs the same few lines millions of times: each in one file.
      entryPoints: {
        ...(indexer && { indexer }),
        ...(statusline && { statusline }),
        ...(guard && { guard }),
        ...(guardAnswer && { guardAnswer }),
        // What other programs import, and beside it what asks the store for them.
        ...(capture && { capture }),
        ...(captureStore && { captureStore }),
      },
    },
    {
      ...node,
      // Window, thread, terminal and MCP server have most of their code in common: it is there once.
      entryPoints: {
        ...(extension && { extension }),
        ...(report && { report }),
        ...(cliMain && { cliMain }),
        ...(mcp && { mcp }),
      },
      format: 'esm',
      splitting: true,
      chunkNames: 'shared-[hash]',
      write: false,
      // The names tell what is exported, until the chunk is written.
      minify: false,
      minifySyntax: production,
      sourcemap: production ? false : 'inline',
      plugins: [...node.plugins, noMachineNumbers, noForms, chunksAsCommonJs],
    },
    // The pages of the server say what panels say, in words that come from no editor.
    {
      ...node,
      entryPoints: serve ? { serve } : {},
      external: [],
      alias: { vscode: './src/serve/pages/editorWords.ts' },
    },
    {
      ...node,
      entryPoints: cli.length > 0 ? { cli: cli[0] } : {},
      banner: needsShebang ? { js: shebang } : {},
    },
    { ...node, entryPoints: cli.length > 0 ? { mail: 'nodemailer', postgres: 'pg' } : {} },
    {
      ...common,
      platform: 'browser',
      // What pages share (chart.js, the toolkit) is there once, as modules of its own.
      format: 'esm',
      splitting: true,
      chunkNames: 'shared-[hash]',
      target: 'es2023',
      tsconfig: 'webview/tsconfig.json',
      entryPoints: [
        ...webviews.map((file) => ({ in: file, out: file.split('/')[1] })),
        ...pageStyles.map((file) => ({ in: file, out: 'browser' })),
      ],
      outdir: path.join(outdir, 'webview'),
    },
    {
      ...node,
      entryPoints: hostTests,
      outdir: path.join(outdir, 'test'),
      // Mocha loads its parts by name at run time, and only a checkout runs tests.
      external: ['vscode', 'mocha'],
    },
  ].filter((options) => Object.keys(options.entryPoints).length > 0);
}

async function sameFile(a, b) {
  const [one, two] = await Promise.all([stat(a), stat(b).catch(() => undefined)]);
  return two !== undefined && one.size === two.size && one.mtimeMs <= two.mtimeMs;
}

/**
 * Puts the prebuilt binaries beside the bundles. A binary that is already right stays, and a new
 * one is renamed into place: writing into one that a running editor has mapped would crash it.
 */
async function copyNatives(outdir) {
  const from = path.join(root, 'node_modules/better-sqlite3/prebuilds');
  const to = path.join(outdir, 'native');
  await mkdir(to, { recursive: true });
  for await (const file of glob('*.node', { cwd: from })) {
    if (await sameFile(path.join(from, file), path.join(to, file))) continue;
    const fresh = path.join(to, `${file}.${process.pid}`);
    await copyFile(path.join(from, file), fresh);
    await rename(fresh, path.join(to, file));
  }
}

async function writeMetafile(outdir, results) {
  const meta = { inputs: {}, outputs: {} };
  for (const { metafile } of results) {
    Object.assign(meta.inputs, metafile.inputs);
    Object.assign(meta.outputs, metafile.outputs);
  }
  await writeFile(path.join(outdir, 'meta.json'), JSON.stringify(meta));
}

/** Builds once; throws on errors and on warnings, which in a bundle are errors that wait. */
export async function build({ production = false, outdir = path.join(root, 'dist') } = {}) {
  await mkdir(outdir, { recursive: true });
  // Their names depend on what is in them: old ones would stay.
  for (const folder of ['test', 'webview']) {
    await rm(path.join(outdir, folder), { recursive: true, force: true });
  }
  const results = [];
  for (const options of await bundleOptions({ production, outdir })) {
    results.push(await esbuild.build(options));
  }
  const warnings = results.flatMap((result) => result.warnings);
  if (warnings.length > 0) throw new Error(`esbuild gave ${warnings.length} warning(s)`);
  await writeMetafile(outdir, results);
  await copyNatives(outdir);
  await copyFile(path.join(root, 'src/capture/capture.d.cts'), path.join(outdir, 'capture.d.cts'));
  await chmod(path.join(outdir, 'cli.cjs'), 0o755).catch((error) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

async function watch({ outdir }) {
  await copyNatives(outdir);
  const messages = watchMessages();
  const contexts = [];
  for (const options of await bundleOptions({ production: false, outdir })) {
    const plugins = [...(options.plugins ?? []), messages];
    contexts.push(await esbuild.context({ ...options, plugins }));
  }
  await Promise.all(contexts.map((context) => context.watch()));
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      watch: { type: 'boolean', default: false },
      production: { type: 'boolean', default: false },
      outdir: { type: 'string', default: path.join(root, 'dist') },
    },
  });
  const outdir = path.resolve(values.outdir);
  try {
    await (values.watch ? watch({ outdir }) : build({ production: values.production, outdir }));
  } catch (error) {
    // esbuild has already printed its own messages.
    if (!Array.isArray(error.errors)) console.error(error.message);
    process.exitCode = 1;
  }
}
