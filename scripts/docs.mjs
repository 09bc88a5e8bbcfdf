/**
 * Writes the pages that are made of the sources: docs/reports.md, docs/settings.md, and the columns in
 * docs/export.md.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { reportsPage, withColumns } from './lib/docs.ts';
import { requireNode24 } from './lib/node24.mjs';
import { inRoot } from './lib/paths.mjs';
import { settingsPage } from './release/settingsPage.ts';

requireNode24();
writeFileSync(inRoot('docs/reports.md'), reportsPage());
const strings = JSON.parse(readFileSync(inRoot('package.nls.json'), 'utf8'));
writeFileSync(inRoot('docs/settings.md'), settingsPage(strings));
const page = inRoot('docs/export.md');
writeFileSync(page, withColumns(readFileSync(page, 'utf8')));
