import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { errorIds, HumanError } from '../../../src/model/errors.ts';
import { spanOf } from '../../../src/query/spans.ts';
import { openForReading } from '../../../src/store/connection/openStore.ts';
import { storeError } from '../../../src/store/connection/storeErrors.ts';
import { newerStore, readRefusal } from '../../../src/store/schema/migrations.ts';
import { standInForVscode } from '../../bench/vscodeStandIn.ts';
import { tempDir } from '../../lib/tempDir.ts';

const german = JSON.parse(readFileSync('l10n/bundle.l10n.de.json', 'utf8')) as Record<
  string,
  string
>;
standInForVscode(german);
const { errorText, knownText } = await import('../../../src/views/text/errorText.ts');

function thrownBy(work: () => unknown): HumanError {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof HumanError, String(error));
    return error;
  }
  assert.fail('nothing was thrown');
}

describe('errors in the editor’s language', () => {
  for (const id of errorIds) {
    test(`${id} has a German sentence with the names in it`, () => {
      const text = knownText({ id, values: ['/first', '/second'] }, 'English');
      assert.ok(
        Object.values(german).some((each) => fits(each, text)),
        text,
      );
      assert.doesNotMatch(text, /English|\{\d\}|undefined|\b(the|is|no|cannot)\b/);
    });
  }

  test('every failure of SQLite the store has words for is one of them', () => {
    const codes = ['BUSY', 'LOCKED', 'CANTOPEN', 'READONLY', 'FULL', 'IOERR', 'CORRUPT', 'NOTADB'];
    for (const code of codes) {
      const error = storeError(
        '/x.db',
        Object.assign(new Error('why'), { code: `SQLITE_${code}` }),
      );
      assert.ok(error instanceof HumanError && error.what !== undefined, code);
      assert.match(errorText(error), /^(In den|Der) Datenspeicher \/x\.db /, code);
    }
  });

  test('what cannot be a store, what is newer, and a question that makes no sense', () => {
    using dir = tempDir();
    writeFileSync(dir.at('thumbs.db'), 'a text '.repeat(2000));
    const noDatabase = thrownBy(() => openForReading(dir.at('thumbs.db')));
    assert.match(errorText(noDatabase), /keine SQLite-Datei.*OUTLAY_STORE/);
    assert.match(errorText(thrownBy(() => openForReading(dir.path))), /keine gewöhnliche Datei/);
    assert.match(errorText(newerStore()), /neueres Outlay/);
    const refusal = readRefusal({ version: 99, minReader: 99 });
    assert.match(errorText(refusal), /Aktualisieren Sie Outlay/);
    const clock = { now: 0, zone: 'UTC', weekStart: 1 as const };
    const reversed = { since: '2026-11-02', until: '2026-11-01' };
    assert.match(errorText(thrownBy(() => spanOf(reversed, clock))), /endet, bevor er beginnt/);
    assert.equal(errorText(new Error('ENOSPC')), 'ENOSPC');
  });
});

/** Whether a text is a translation with its gaps filled. */
function fits(translation: string, text: string): boolean {
  const parts = translation
    .split(/\{\d\}/)
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('/(?:first|second)')}$`).test(text);
}
