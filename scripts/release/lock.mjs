/**
 * Repairs package-lock.json after npm has written it: npm runs this by itself whenever it changes
 * dependencies.
 *
 * - npm leaves out that better-sqlite3 brings its binaries (`gypfile: false`), and an `npm ci` of an
 *   older npm would then compile it, or fail where there is no compiler.
 * - Download addresses are left out, so that every machine uses the registry it is told to use.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { inRoot } from '../shared/paths.mjs';

const file = inRoot('package-lock.json');
const before = await readFile(file, 'utf8');
const lock = JSON.parse(before);
for (const entry of Object.values(lock.packages)) delete entry.resolved;
lock.packages['node_modules/better-sqlite3'].gypfile = false;
const after = `${JSON.stringify(lock, null, 2)}\n`;
if (after !== before) await writeFile(file, after);
