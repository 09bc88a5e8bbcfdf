import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { knownProjects, projectNames } from '../../../src/query/projects.ts';
import { openForWriting } from '../../../src/store/connection/openStore.ts';
import { StoreReader } from '../../../src/store/query/storeReader.ts';
import { ingestAll } from '../../lib/ingest.ts';
import { tempDir } from '../../lib/tempDir.ts';

/** A store with a session for each directory, an hour after another. */
function storeOf(cwds: readonly string[]): StoreReader & Disposable {
  using dir = tempDir();
  mkdirSync(dir.at('projects', 'p'), { recursive: true });
  for (const [index, cwd] of cwds.entries()) {
    const sessionId = `${index}aaaaaaa-0000-4000-8000-000000000000`;
    const timestamp = `2026-11-20T1${index}:00:00.000Z`;
    const line = { type: 'user', uuid: `u${index}`, sessionId, timestamp, cwd, message: {} };
    writeFileSync(dir.at('projects', 'p', `${sessionId}.jsonl`), `${JSON.stringify(line)}\n`);
  }
  const { db } = openForWriting(':memory:');
  ingestAll(db, dir.path);
  return Object.assign(new StoreReader(db), { [Symbol.dispose]: () => db.close() });
}

const place = (cwd: string): { cwd: string; gitRoot: null } => ({ cwd, gitRoot: null });

describe('a project’s name', () => {
  const spellings = ['/Users/Me/App', '/users/me/app', '/Users/me/other', '/Users/me/App/'];

  test('is the latest spelling where the system ignores case', () => {
    using reader = storeOf(spellings);
    const nameOf = projectNames(reader, true);
    assert.deepEqual(
      spellings.map((cwd) => nameOf(place(cwd))),
      ['/Users/me/App/', '/Users/me/App/', '/Users/me/other', '/Users/me/App/'],
    );
  });

  test('is its own where case tells folders apart', () => {
    using reader = storeOf(spellings);
    const nameOf = projectNames(reader, false);
    assert.deepEqual(
      spellings.map((cwd) => nameOf(place(cwd))),
      spellings,
    );
  });

  test('is one of Windows’ spellings everywhere, and of composed and decomposed letters', () => {
    using reader = storeOf(['C:\\Code\\App', '/home/cafe\u0301', 'c:/code/app', '/home/caf\u00e9']);
    assert.deepEqual(knownProjects(reader), ['/home/caf\u00e9', 'c:/code/app']);
  });

  test('is the repository’s, whichever directory below it is spelled how', () => {
    using reader = storeOf(['C:\\Code\\App', 'c:\\code\\app']);
    const nameOf = projectNames(reader);
    assert.equal(nameOf({ cwd: 'C:\\Code\\App\\api', gitRoot: 'C:\\Code\\App' }), 'c:\\code\\app');
    assert.equal(nameOf(place('/nowhere')), '/nowhere');
  });
});
