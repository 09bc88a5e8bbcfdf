import assert from 'node:assert/strict';
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import {
  forgetServeNote,
  readServeNote,
  readServeToken,
  serveNoteFile,
  serveToken,
  serveTokenFile,
  writeServeNote,
} from '../../../src/dataFolder/serveFiles.ts';
import { tempDir } from '../../lib/tempDir.ts';

describe('the token of the server', () => {
  it('is made once, for nobody else to read, and stays until another is asked for', () => {
    using dir = tempDir();
    assert.equal(readServeToken(dir.path), undefined);
    const token = serveToken(dir.path);
    assert.match(token, /^[\w-]{43}$/);
    assert.equal(readFileSync(serveTokenFile(dir.path), 'utf8'), `${token}\n`);
    if (process.platform !== 'win32') {
      assert.equal(statSync(serveTokenFile(dir.path)).mode & 0o777, 0o600);
    }
    assert.equal(serveToken(dir.path), token);
    const other = serveToken(dir.path, { renew: true });
    assert.notEqual(other, token);
    assert.equal(readServeToken(dir.path), other);
  });

  it('is made anew where others could have read it, or it is none', () => {
    using dir = tempDir();
    writeFileSync(serveTokenFile(dir.path), 'short\n', { mode: 0o600 });
    const token = serveToken(dir.path);
    assert.notEqual(token, 'short');
    // On Windows the data folder's own rights keep others out: a file has no mode there.
    if (process.platform === 'win32') return;
    chmodSync(serveTokenFile(dir.path), 0o644);
    assert.notEqual(serveToken(dir.path), token);
    assert.equal(statSync(serveTokenFile(dir.path)).mode & 0o777, 0o600);
  });
});

describe('the note of the server', () => {
  it('is believed while its process is there, and taken away by it alone', () => {
    using dir = tempDir();
    const note = { port: 8080, version: '1', store: '/s.db' };
    writeServeNote(dir.path, { ...note, pid: process.pid });
    assert.deepEqual(readServeNote(dir.path), { ...note, pid: process.pid });
    writeServeNote(dir.path, { ...note, pid: 2 ** 30 });
    assert.equal(readServeNote(dir.path), undefined);
    forgetServeNote(dir.path);
    assert.ok(statSync(serveNoteFile(dir.path)).isFile(), 'of another process');
    writeFileSync(serveNoteFile(dir.path), 'no JSON');
    assert.equal(readServeNote(dir.path), undefined);
  });
});
