/**
 * Writes `l10n/bundle.l10n.json`, the strings VS Code looks translations up by. Run it after every
 * change of a string; a test compares.
 *
 *     npm run l10n
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { inRoot, root } from '../shared/paths.mjs';
import { bundleStrings } from './extractStrings.ts';

const strings = await bundleStrings(root);
await mkdir(inRoot('l10n'), { recursive: true });
const file = inRoot('l10n/bundle.l10n.json');
await writeFile(file, `${JSON.stringify(strings, null, 2)}\n`);
console.log(`${Object.keys(strings).length} strings in l10n/bundle.l10n.json`);
