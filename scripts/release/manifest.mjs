/**
 * Writes what follows from the sources into `package.json`: commands, settings, panels and reports.
 * Run it after a change of their descriptors; a test compares.
 *
 *     npm run manifest
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { requireNode24 } from '../shared/node24.mjs';
import { inRoot } from '../shared/paths.mjs';
import { withGenerated } from './manifest.ts';

requireNode24();
const file = inRoot('package.json');
const manifest = JSON.parse(readFileSync(file, 'utf8'));
writeFileSync(file, `${JSON.stringify(withGenerated(manifest), null, 2)}\n`);
