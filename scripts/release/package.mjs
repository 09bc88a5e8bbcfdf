/**
 * Makes the packages in `artifacts/`: a .vsix for each platform, a universal one, the npm tarball.
 *
 *     npm run package [-- TARGET…]
 */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { requireNode24 } from '../shared/node24.mjs';
import { pack } from './pack.mjs';

requireNode24();

const targets = process.argv.slice(2);
for (const file of await pack(targets.length > 0 ? targets : undefined)) {
  const { size } = await stat(file);
  console.log(`${(size / 1e6).toFixed(2).padStart(6)} MB  ${path.relative('.', file)}`);
}
