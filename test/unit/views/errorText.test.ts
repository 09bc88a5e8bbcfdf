import assert from 'node:assert/strict';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import { membershipFile, readMembership } from '../../../src/dataFolder/team/membership.ts';
import { errorIds, HumanError } from '../../../src/model/errors.ts';
import { spanOf } from '../../../src/query/spans.ts';
import { openForReading } from '../../../src/store/connection/openStore.ts';
import { storeError } from '../../../src/store/connection/storeErrors.ts';
import { newerStore, readRefusal } from '../../../src/store/schema/migrations.ts';
import { parseAddress } from '../../../src/team/address.ts';
import { checkVersion, Ledger } from '../../../src/team/connection.ts';
import { refreshNow } from '../../../src/team/gateway/refresh.ts';
import { schemaVersion } from '../../../src/team/schema/migrations.ts';
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

  test('every failure of a team’s server, its connection string and its file is one of them', async () => {
    const codes = [
      ...['ECONNREFUSED', 'ECONNRESET', '28P01', '3D000', '42501', '53100', '53300', '55P03'],
      ...['57014', '57P01', 'OL001', 'XX000', 'CERT_HAS_EXPIRED', ''],
    ];
    for (const code of codes) {
      const client = { query: () => Promise.reject(Object.assign(new Error('why'), { code })) };
      const ledger = new Ledger(client as never, 'db:5432');
      const error = await ledger.run('SELECT 1').catch((thrown: unknown) => thrown);
      assert.ok(error instanceof HumanError && error.what !== undefined, code);
      assert.match(errorText(error), / Server des Teams db:5432 /, code);
    }
    const full = Object.assign(new Error('could not write init file'), { code: 'XX000' });
    const disk = new Ledger({ query: () => Promise.reject(full) } as never, 'db');
    const error = await disk.run('SELECT 1').catch((thrown: unknown) => thrown);
    assert.match(errorText(error), /kein Speicherplatz/);
    for (const version of [0, schemaVersion - 1, schemaVersion + 1]) {
      const client = { query: () => Promise.resolve({ rows: [{ there: version > 0, version }] }) };
      const error = await checkVersion(new Ledger(client as never, 'db')).catch((thrown) => thrown);
      assert.match(errorText(error), /^(Hier gibt es kein Team|Die Datenbank des Teams)/);
    }
    const strings = [
      ...['nothing', 'postgres://a@h/d?x=1', 'postgres:///d', 'postgres://a@h/d?sslmode=require'],
      'postgres://a@h/d?sslrootcert=/nowhere/ca.pem',
    ];
    for (const string of strings) {
      const error = thrownBy(() => parseAddress(string, 'The string'));
      assert.match(errorText(error), /Verbindungszeichenfolge|Zertifikate/, string);
    }
    using dir = tempDir();
    writeFileSync(membershipFile(dir.path), '{}', { mode: 0o600 });
    assert.match(errorText(thrownBy(() => readMembership(dir.path, {}))), /keine Mitgliedschaft/);
    if (process.platform !== 'win32') {
      chmodSync(membershipFile(dir.path), 0o644);
      assert.match(errorText(thrownBy(() => readMembership(dir.path, {}))), /ein Passwort/);
    }
  });

  test('every failure of a company’s gateway is one of them', async () => {
    let status = 200;
    let body = '{}';
    const server = createServer((_, response) => response.writeHead(status).end(body));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const setup = {
      ...{ url: `http://127.0.0.1:${port}`, user: 'ada@example.com' },
      ...{ ca: '', tokenFile: '', keyInEditor: false },
    };
    const sentence = async (key = 'a key'): Promise<string> => {
      using dir = tempDir();
      const env = { OUTLAY_GATEWAY_TOKEN: key };
      const error = await refreshNow(dir.path, setup, { env }).catch((thrown: unknown) => thrown);
      assert.ok(error instanceof HumanError && error.what !== undefined, String(error));
      return errorText(error);
    };
    const answers = [
      [200, '{}', /keine Liste/],
      [302, '', /leitet weiter \(302\)/],
      [401, '', /weist den Schlüssel zurück \(401\)/],
      [403, '', /weist den Schlüssel zurück \(403\)/],
      [404, '', /\(404\)/],
      [429, '', /zu oft gefragt/],
      [500, '', /Fehler aufgetreten \(500\)/],
      [200, JSON.stringify({ data: ['a', 'b'].map(person) }), /mehrere Personen.*ID: a, b/],
    ] as const;
    for (const [code, text, wanted] of answers) {
      [status, body] = [code, text];
      assert.match(await sentence(), wanted);
    }
    assert.match(await sentence(''), /keinen Schlüssel/);
    await new Promise((resolve) => server.close(resolve));
    assert.match(await sentence(), /nicht erreichbar \(ECONN/);
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

/** A person a gateway knows by an id and a mail address. */
function person(id: string): object {
  return { actor: { user_id: id, email_address: 'ada@example.com' } };
}

/** Whether a text is a translation with its gaps filled. */
function fits(translation: string, text: string): boolean {
  const parts = translation
    .split(/\{\d\}/)
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('/(?:first|second)')}$`).test(text);
}
