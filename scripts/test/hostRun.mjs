/** Runs the Mocha tests of `test/host` once inside a VS Code: the desktop one or the server. */
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  downloadAndUnzipVSCode,
  resolveCliArgsFromVSCodeExecutablePath,
  runTests,
} from '@vscode/test-electron';
import { inRoot, root, scratch } from '../shared/paths.mjs';
import { run } from '../shared/processes.mjs';
import { calmSettings } from '../vscode/vscodeServer.mjs';
import { inOneLine } from './resultsReporter.mjs';

const desktop = process.env.OUTLAY_DESKTOP === '1';

/** The executable that is tested in: `OUTLAY_VSCODE` is a version such as 1.101.0, or `stable`. */
async function vscodeExecutable() {
  if (!desktop) return inRoot('scripts/vscode/serverAsVscode.mjs');
  const version = process.env.OUTLAY_VSCODE ?? 'stable';
  return downloadAndUnzipVSCode({ version, cachePath: scratch });
}

/** An extension that does nothing: VS Code runs tests only beside one under development. */
async function writeCarrier(folder) {
  await mkdir(folder, { recursive: true });
  const manifest = {
    name: 'outlay-test-carrier',
    publisher: 'outlay',
    version: '0.0.0',
    engines: { vscode: '^1.101.0' },
  };
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest));
}

async function installPacked(executable, vsix, profileArgs) {
  if (!desktop) {
    await run(executable, [...profileArgs, '--install-extension', vsix]);
    return;
  }
  const [cli, ...own] = resolveCliArgsFromVSCodeExecutablePath(executable, {
    reuseMachineInstall: true,
  });
  const args = [...own, ...profileArgs, '--install-extension', vsix];
  await run(cli, args, { shell: process.platform === 'win32' });
}

async function readResult(file) {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (!text) return undefined;
  const result = JSON.parse(text);
  const failures = result.failures.map(({ name, error }) => ({ name, error: inOneLine(error) }));
  return { ...result, failures };
}

/** A folder of its own for each run, so that no run sees what another has stored. */
async function prepareHome() {
  // Short and without symlinks: macOS limits the length of socket paths below it.
  const home = await realpath(await mkdtemp(path.join(tmpdir(), 'outlay-host-')));
  for (const name of ['workspace', 'claude/projects', 'data', 'user/User', 'extensions']) {
    await mkdir(path.join(home, name), { recursive: true });
  }
  const settings = path.join(home, 'user/User/settings.json');
  await writeFile(settings, JSON.stringify(calmSettings));
  return home;
}

/**
 * One run. Its name, `source`, `packed` or `no-native`, reaches the tests as OUTLAY_TEST_RUN.
 * @param {object} options
 * @param {string} options.name
 * @param {string} [options.vsix] test this packed extension instead of the sources
 * @param {boolean} [options.bare] a host without Outlay
 * @param {Record<string, string>} [options.env] added to the host's environment
 * @returns {Promise<{ passed: number, failed: number, pending: number, failures: { name: string, error: string }[] }>}
 */
export async function runHostTests({ name, vsix, bare = false, env }) {
  const home = await prepareHome();
  const ended = (error, { passed, pending } = { passed: 0, pending: 0 }) => ({
    ...{ passed, pending, failed: 1 },
    failures: [{ name: `the run "${name}" itself`, error: inOneLine(error) }],
  });
  const results = path.join(home, 'results.json');
  const profileArgs = [
    `--user-data-dir=${path.join(home, 'user')}`,
    `--extensions-dir=${path.join(home, 'extensions')}`,
  ];
  try {
    const vscodeExecutablePath = await vscodeExecutable();
    const carrier = path.join(home, 'carrier');
    if (vsix || bare) await writeCarrier(carrier);
    if (vsix) {
      await installPacked(vscodeExecutablePath, vsix, profileArgs);
    }
    await runTests({
      vscodeExecutablePath,
      extensionDevelopmentPath: vsix || bare ? carrier : root,
      extensionTestsPath: inRoot('dist/test/index.cjs'),
      launchArgs: [path.join(home, 'workspace'), ...profileArgs],
      extensionTestsEnv: {
        OUTLAY_TEST_RUN: name,
        OUTLAY_TEST_RESULTS: results,
        OUTLAY_STORE: path.join(home, 'data/outlay.db'),
        OUTLAY_DATA_DIR: path.join(home, 'data'),
        CLAUDE_CONFIG_DIR: path.join(home, 'claude'),
        ...env,
      },
    });
    return (await readResult(results)) ?? ended('It ended without a result.');
  } catch (error) {
    console.error(`${name}: ${error.message}`);
    const result = await readResult(results);
    // A host that ends badly although no test failed is a failure, too.
    return result?.failed ? result : ended(error.message, result);
  } finally {
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  }
}
