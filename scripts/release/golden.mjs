/**
 * Writes the golden corpus of `outlay benchmark` (`golden/`) from the fixtures of the tests. Run it when
 * one of them has changed; a test compares.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { inRoot } from '../shared/paths.mjs';
import { goldenCorpus, goldenExpected } from './goldenCorpus.ts';

await mkdir(inRoot('golden'), { recursive: true });
await writeFile(inRoot('golden/corpus.br'), goldenCorpus());
await writeFile(inRoot('golden/expected.json'), `${JSON.stringify(goldenExpected(), null, 2)}\n`);
