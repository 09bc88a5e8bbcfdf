/**
 * Asks the registry about known faults in what is shipped. `npm audit --omit=dev` would look at nothing:
 * everything is bundled, and npm takes all of it for tools of development.
 *
 *     npm run audit
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from '../../esbuild.mjs';
import { npm } from '../shared/processes.mjs';
import { auditedProject } from './shipped.mjs';

const folder = await mkdtemp(path.join(tmpdir(), 'outlay-audit-'));
try {
  await build({ production: true, outdir: path.join(folder, 'dist') });
  const meta = JSON.parse(await readFile(path.join(folder, 'dist/meta.json'), 'utf8'));
  const { manifest, lock } = await auditedProject(meta);
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest));
  await writeFile(path.join(folder, 'package-lock.json'), JSON.stringify(lock));
  console.log(`${Object.keys(lock.packages).length - 1} packages are shipped.`);
  console.log(await npm(['audit', '--package-lock-only'], { cwd: folder }));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
