/** Writes the pages that are made of the sources: docs/reports.md, and the columns in docs/export.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { requireNode24 } from '../shared/node24.mjs';
import { inRoot } from '../shared/paths.mjs';
import { reportsPage, withColumns } from './reportsPage.ts';

requireNode24();
writeFileSync(inRoot('docs/reports.md'), reportsPage());
const page = inRoot('docs/export.md');
writeFileSync(page, withColumns(readFileSync(page, 'utf8')));
