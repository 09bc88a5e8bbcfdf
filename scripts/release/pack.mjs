/** Makes the packages: a .vsix for each platform, one for all others, and the npm tarball. */
import {
  cp,
  glob,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { format } from 'node:util';
import { createVSIX } from '@vscode/vsce';
import { build } from '../../esbuild.mjs';
import { inRoot, root } from '../shared/paths.mjs';
import { npm } from '../shared/processes.mjs';
import { absoluteLinks } from './pages.mjs';
import { billOfMaterials } from './shipped.mjs';

/** VS Code's name of each platform, and the binary it gets. */
export const nativeOf = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'alpine-x64': 'linuxmusl-x64',
  'alpine-arm64': 'linuxmusl-arm64',
  'darwin-x64': 'darwin-x64',
  'darwin-arm64': 'darwin-arm64',
  'win32-x64': 'win32-x64',
  'win32-arm64': 'win32-arm64',
};

/** The package for platforms that have none of their own; it holds every binary. */
export const universal = 'universal';

/** What programs import from the npm package; no editor needs it. */
const library = ['capture.cjs', 'captureStore.cjs', 'capture.d.cts'];

/** Where packages end up. */
export const artifacts = inRoot('artifacts');

async function manifest() {
  return JSON.parse(await readFile(inRoot('package.json'), 'utf8'));
}

/** The file name of the package of a target. */
export async function vsixPath(target) {
  const { name, version } = await manifest();
  return path.join(artifacts, `${name}-${version}-${target}.vsix`);
}

/** The file name of the npm package. */
export async function tarballPath() {
  const { name, version } = await manifest();
  return path.join(artifacts, `${name}-${version}.tgz`);
}

/** Copies what the allow list `files` names, except `dist`, which is built freshly. */
async function copyListed(files, stage) {
  const patterns = files.filter((file) => !file.startsWith('dist') && !file.startsWith('!'));
  for (const pattern of patterns) {
    for await (const file of glob(pattern, { cwd: root, withFileTypes: true })) {
      if (!file.isFile()) continue;
      const from = path.join(file.parentPath, file.name);
      await cp(from, path.join(stage, path.relative(root, from)));
    }
  }
}

/**
 * A production build with everything a package holds, away from the working tree, so that neither
 * gets in the other's way.
 */
async function prepareStage() {
  const stage = await mkdtemp(path.join(tmpdir(), 'outlay-pack-'));
  const { scripts: _, ...rest } = await manifest();
  await copyListed(rest.files, stage);
  await writeFile(path.join(stage, 'package.json'), `${JSON.stringify(rest, null, 2)}\n`);
  await build({ production: true, outdir: path.join(stage, 'dist') });
  const meta = JSON.parse(await readFile(path.join(stage, 'dist/meta.json'), 'utf8'));
  for (const page of ['README.md', 'CHANGELOG.md']) {
    const text = await readFile(inRoot(page), 'utf8');
    await writeFile(path.join(stage, page), absoluteLinks(text, rest));
  }
  const bill = await billOfMaterials(meta);
  await writeFile(path.join(stage, 'dist/sbom.cdx.json'), `${JSON.stringify(bill, null, 2)}\n`);
  await rename(path.join(stage, 'dist/native'), path.join(stage, 'natives'));
  await mkdir(path.join(stage, 'library'));
  for (const file of library) {
    await rename(path.join(stage, 'dist', file), path.join(stage, 'library', file));
  }
  return stage;
}

/** Puts one binary, or all of them, where the bundle looks. */
async function chooseNative(stage, target) {
  const to = path.join(stage, 'dist/native');
  await rm(to, { recursive: true, force: true });
  await mkdir(to);
  for (const file of await readdir(path.join(stage, 'natives'))) {
    const wanted = target === universal || file === `${nativeOf[target]}.node`;
    if (wanted) await cp(path.join(stage, 'natives', file), path.join(to, file));
  }
}

/** Puts what programs import beside the bundles, or leaves it out. */
async function chooseLibrary(stage, isWanted) {
  for (const file of library) {
    const to = path.join(stage, 'dist', file);
    if (isWanted) await cp(path.join(stage, 'library', file), to);
    else await rm(to, { force: true });
  }
}

/** Runs a program's function that prints at length; shows what it printed only when it fails. */
async function quietly(work) {
  const own = { log: console.log, warn: console.warn, error: console.error };
  const said = [];
  const note = (...words) => said.push(format(...words));
  Object.assign(console, { log: note, warn: note, error: note });
  try {
    return await work();
  } catch (error) {
    own.error(said.join('\n'));
    throw error;
  } finally {
    Object.assign(console, own);
  }
}

async function makeVsix(stage, target) {
  await chooseNative(stage, target);
  await chooseLibrary(stage, false);
  const packagePath = await vsixPath(target);
  const options = {
    cwd: stage,
    packagePath,
    dependencies: false,
    // The list also names what later versions bring.
    allowUnusedFilesPattern: true,
    skipLicense: true,
    // The pages come with whole addresses, and "#1" in them is no issue.
    rewriteRelativeLinks: false,
    gitHubIssueLinking: false,
    ...(target === universal ? {} : { target }),
  };
  await quietly(() => createVSIX(options));
  return packagePath;
}

async function makeTarball(stage) {
  await chooseNative(stage, universal);
  await chooseLibrary(stage, true);
  await npm(['pack', '--ignore-scripts', '--pack-destination', artifacts], { cwd: stage });
  return tarballPath();
}

async function inStage(work) {
  await mkdir(artifacts, { recursive: true });
  const stage = await prepareStage();
  try {
    return await work(stage);
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

/** Makes all packages, or those of the named targets (`tarball` is one). */
export async function pack(targets = [...Object.keys(nativeOf), universal, 'tarball']) {
  return inStage(async (stage) => {
    const made = [];
    for (const target of targets) {
      made.push(target === 'tarball' ? await makeTarball(stage) : await makeVsix(stage, target));
    }
    return made;
  });
}

/** Makes the package that this machine's VS Code would install, and says where it is. */
export async function packForThisMachine() {
  const target = `${process.platform}-${process.arch}`;
  const [file] = await pack([Object.hasOwn(nativeOf, target) ? target : universal]);
  return file;
}
