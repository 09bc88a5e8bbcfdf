import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReportContext } from '../../../src/query/context.ts';
import { Names } from '../../../src/query/names.ts';
import { openForWriting } from '../../../src/store/connection/openStore.ts';
import { spendRows } from '../../../src/store/query/spendRows.ts';
import { ingestAll } from '../../lib/ingest.ts';
import { tempDir } from '../../lib/tempDir.ts';
import { clientSet, unpackSet } from '../../lib/transcriptSets.ts';

test('names are the same whether or not they were prefetched', () => {
  using dir = tempDir();
  unpackSet(clientSet, dir.path);
  const { db } = openForWriting(':memory:');
  ingestAll(db, dir.path);
  const context = { db } as ReportContext;
  const rows = spendRows(db, undefined, ['session', 'agent', 'model', 'prompt']);
  const [prefetched, lazy] = [new Names(context), new Names(context)];
  prefetched.prefetch(rows, ['session', 'agent', 'model', 'prompt']);
  const of = (names: Names) =>
    rows.map((row) => [
      names.place(row.session).sid,
      names.agentType(row.agent),
      names.isMainThread(row.agent),
      names.word(row.model),
      names.word(row.prompt),
    ]);
  assert.deepEqual(of(lazy), of(prefetched));
  const types = new Set(of(lazy).map(([, type]) => type));
  assert.ok(types.size > 1, 'subagents have names');
  assert.equal(lazy.agentType(1e9), 'main');
  assert.equal(lazy.word(1e9), '');
  db.close();
});
