/**
 * Writes the pages that are made of the sources: docs/reports.md, docs/settings.md, docs/api.md, and the
 * tables in docs/export.md and docs/otel.md.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { requireNode24 } from '../shared/node24.mjs';
import { inRoot } from '../shared/paths.mjs';
import { apiPage } from './apiPage.ts';
import { withNames } from './otelPage.ts';
import { reportsPage, withColumns } from './reportsPage.ts';
import { settingsPage } from './settingsPage.ts';

requireNode24();
writeFileSync(inRoot('docs/reports.md'), reportsPage());
writeFileSync(inRoot('docs/api.md'), apiPage());
const strings = JSON.parse(readFileSync(inRoot('package.nls.json'), 'utf8'));
writeFileSync(inRoot('docs/settings.md'), settingsPage(strings));
for (const [name, written] of [
  ['docs/export.md', withColumns],
  ['docs/otel.md', withNames],
]) {
  const page = inRoot(name);
  writeFileSync(page, written(readFileSync(page, 'utf8')));
}
