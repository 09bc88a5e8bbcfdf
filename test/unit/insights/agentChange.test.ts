import assert from 'node:assert/strict';
import { chmodSync, lstatSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { decide, decisions, readLedger } from '../../../src/dataFolder/insightFile.ts';
import {
  type AgentChange,
  changeOf,
  undoChange,
  writeChange,
} from '../../../src/insights/agentChange.ts';
import { type TempDir, tempDir } from '../../lib/tempDir.ts';

const text = '\ufeff---\r\nname: finder\r\nmodel: "opus" # best\r\n---\r\nFind ünïcode.';
const action = { agent: 'finder', model: 'haiku' };

function changeIn(dir: TempDir, name = 'finder.md', content: string | Buffer = text): AgentChange {
  const file = dir.at(name);
  writeFileSync(file, content);
  const change = changeOf(action, { file, text: readFileSync(file, 'utf8') });
  assert.ok(change);
  return change;
}

describe('a change to an agent’s file', () => {
  it('is one line, and undone to the byte', () => {
    using dir = tempDir();
    const change = changeIn(dir);
    chmodSync(change.file, 0o640);
    assert.equal(change.modelNow, 'opus');
    assert.equal(writeChange(dir.path, 'id', change, 5), true);
    assert.equal(readFileSync(change.file, 'utf8'), text.replace('"opus"', '"haiku"'));
    assert.equal(readLedger(dir.path).ledger.get('id')?.applied?.at, 5);
    assert.deepEqual(undoChange(dir.path, 'id'), { file: change.file, done: true });
    assert.deepEqual(readFileSync(change.file), Buffer.from(text));
    assert.equal(statSync(change.file).mode & 0o777, 0o640);
    assert.equal(undoChange(dir.path, 'id'), undefined);
  });

  it('leaves a link a link', () => {
    using dir = tempDir();
    const { file } = changeIn(dir, 'real.md');
    const link = dir.at('link.md');
    symlinkSync(file, link);
    const change = changeOf(action, { file: link, text: readFileSync(link, 'utf8') });
    assert.equal(writeChange(dir.path, 'id', change!, 0), true);
    assert.ok(lstatSync(link).isSymbolicLink());
    assert.match(readFileSync(file, 'utf8'), /haiku/);
    undoChange(dir.path, 'id');
    assert.ok(lstatSync(link).isSymbolicLink());
    assert.equal(readFileSync(file, 'utf8'), text);
  });

  it('is not written over what somebody else has written, neither there nor back', () => {
    using dir = tempDir();
    const change = changeIn(dir);
    writeFileSync(change.file, `${text} Mine.`);
    assert.equal(writeChange(dir.path, 'id', change, 0), false);
    assert.equal(readFileSync(change.file, 'utf8'), `${text} Mine.`);
    assert.equal(readLedger(dir.path).ledger.size, 0);
    writeFileSync(change.file, text);
    assert.equal(writeChange(dir.path, 'id', change, 0), true);
    writeFileSync(change.file, 'mine');
    assert.deepEqual(undoChange(dir.path, 'id'), { file: change.file, done: false });
    assert.equal(readFileSync(change.file, 'utf8'), 'mine');
    assert.ok(readLedger(dir.path).ledger.get('id')?.applied);
  });

  it('never touches bytes that are no text', () => {
    using dir = tempDir();
    const bytes = Buffer.concat([Buffer.from(text), Buffer.from([0xff, 0xfe])]);
    const change = changeIn(dir, 'bytes.md', bytes);
    assert.equal(writeChange(dir.path, 'id', change, 0), false);
    assert.deepEqual(readFileSync(change.file), bytes);
  });

  it('is none for a text without a head', () => {
    assert.equal(changeOf(action, { file: 'x', text: 'Find things.' }), undefined);
  });
});

describe('decisions', () => {
  it('stand beside each other until they are taken back', () => {
    using dir = tempDir();
    decide(dir.path, 'id', decisions.outcome('success', 3));
    decide(dir.path, 'id', decisions.dismiss(1));
    decide(dir.path, 'id', decisions.snooze(9));
    const outcome = { result: 'success', at: 3 };
    const entry = () => readLedger(dir.path).ledger.get('id');
    assert.deepEqual(entry(), { outcome, dismissedAt: 1, snoozedUntil: 9 });
    decide(dir.path, 'id', decisions.restore());
    assert.deepEqual(entry(), { outcome });
  });
});
