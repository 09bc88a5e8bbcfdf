/**
 * Writes the pages that are made of the sources: docs/reports.md, docs/settings.md, docs/api.md, and the
 * columns in docs/export.md.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { requireNode24 } from '../shared/node24.mjs';
import { inRoot } from '../shared/paths.mjs';
import { apiPage } from './apiPage.ts';
import { reportsPage, withColumns } from './reportsPage.ts';
import { settingsPage } from './settingsPage.ts';

requireNode24();
writeFileSync(inRoot('docs/reports.md'), reportsPage());
writeFileSync(inRoot('docs/api.md'), apiPage());
const strings = JSON.parse(readFileSync(inRoot('package.nls.json'), 'utf8'));
writeFileSync(inRoot('docs/settings.md'), settingsPage(strings));
const page = inRoot('docs/export.md');
writeFileSync(page, withColumns(readFileSync(page, 'utf8')));
