/**
 * Makes anew what follows from the drawings in `media`. Run it after a change of one; a test compares.
 *
 *     npm run icons
 */
import { writeFile } from 'node:fs/promises';
import { requireNode24 } from '../shared/node24.mjs';
import { inRoot } from '../shared/paths.mjs';
import { iconFiles, marketplaceIcon } from './iconFiles.mjs';

requireNode24();
for (const [name, bytes] of await iconFiles()) await writeFile(inRoot('media', name), bytes);
await writeFile(inRoot('media/icon.png'), await marketplaceIcon());
