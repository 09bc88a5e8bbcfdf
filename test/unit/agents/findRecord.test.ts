import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import { findRecord } from '../../../src/agents/claude/read/findRecord.ts';
import { readExcerpt } from '../../../src/agents/excerpt.ts';
import { tempDir } from '../../lib/tempDir.ts';

const line = (id: string, output: number, more: object = {}): string =>
  JSON.stringify({
    type: 'assistant',
    message: { id, usage: { output_tokens: output } },
    ...more,
  });

const dir = tempDir('find-record');
after(() => dir[Symbol.dispose]());

function fileOf(text: string): string {
  const file = dir.at('session.jsonl');
  writeFileSync(file, text);
  return file;
}

describe('the line a message was counted from', () => {
  it('is the one with the most output, the first of equals', async () => {
    const lines = ['{"type":"user"}', line('a', 1), line('b', 9), line('a', 5), line('a', 5), ''];
    const place = await findRecord(fileOf(lines.join('\n')), { messageId: 'a' });
    assert.equal(place?.line, 3);
    assert.equal(place.offset, lines.slice(0, 3).join('\n').length + 1);
    assert.equal(place.length, lines[3]!.length);
  });

  it('is no line that only mentions the id', async () => {
    const mention = JSON.stringify({ type: 'user', message: { content: 'msg a is msg-a' } });
    const file = fileOf([mention, line('msg-a2', 4), line('msg-a', 3)].join('\n'));
    assert.equal((await findRecord(file, { messageId: 'msg-a' }))?.line, 2);
    assert.equal(await findRecord(file, { messageId: 'msg-x' }), undefined);
    assert.equal(await findRecord(file, { messageId: '' }), undefined);
  });

  it('is found by its uuid where there is no message id, and inside a progress record', async () => {
    const bare = JSON.stringify({ type: 'assistant', uuid: 'u-1', message: { usage: {} } });
    const copy = `{"type":"progress","data":{"message":${line('p', 2)}}}`;
    const file = fileOf([copy, bare, ''].join('\n'));
    assert.equal((await findRecord(file, { messageId: 'uuid:u-1' }))?.line, 1);
    assert.equal((await findRecord(file, { messageId: 'p' }))?.line, 0);
  });

  it('is found wherever the blocks are cut', async () => {
    const block = 1024 * 1024;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: -80, max: 80 }),
        fc.integer({ min: 0, max: 3 }),
        async (shift, lines) => {
          const wanted = line('msg-wanted', 7);
          const filler = `${'x'.repeat(100)}\n`.repeat(lines);
          const pad = 'y'.repeat(block + shift - filler.length - 40);
          const text = `${filler}${pad}\n${wanted}\n${line('other', 1)}\n`;
          const place = await findRecord(fileOf(text), { messageId: 'msg-wanted' });
          assert.equal(place?.line, lines + 1);
          assert.equal(place.length, wanted.length);
          assert.equal(place.offset, filler.length + pad.length + 1);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is told from the same bytes in the line before', async () => {
    const block = 1024 * 1024;
    const tail = '"msg-wanted"';
    const text = `${'z'.repeat(block - tail.length)}${tail}\n${line('msg-wanted', 7)}`;
    const place = await findRecord(fileOf(text), { messageId: 'msg-wanted' });
    assert.equal(place?.line, 1);
  });
});

describe('an excerpt of a transcript', () => {
  it('has the lines around, each no longer than can be looked at', async () => {
    const lines = Array.from(
      { length: 300 },
      (_, n) => `line ${n} ${'é'.repeat(n === 150 ? 9000 : 1)}`,
    );
    const text = `${lines.join('\n')}\n`;
    const offset = Buffer.byteLength(`${lines.slice(0, 150).join('\n')}\n`);
    const excerpt = await readExcerpt(fileOf(text), offset);
    assert.equal(excerpt.wanted, 60);
    assert.equal(excerpt.lines.length, 121);
    assert.equal(excerpt.lines[0]?.text, lines[90]);
    assert.equal(excerpt.lines.at(-1)?.text, lines[210]);
    assert.equal(excerpt.lines[60]?.text.length, 4000);
    assert.equal(
      excerpt.lines[60]?.cut,
      Buffer.byteLength(lines[150]!) - Buffer.byteLength(lines[150]!.slice(0, 4000)),
    );
  });

  it('has the first and the last line of a file', async () => {
    const excerpt = await readExcerpt(fileOf('one\ntwo'), 0);
    assert.deepEqual(excerpt, {
      lines: [
        { text: 'one', cut: 0 },
        { text: 'two', cut: 0 },
      ],
      wanted: 0,
    });
    const last = await readExcerpt(fileOf('one\ntwo'), 4);
    assert.deepEqual(last, {
      lines: [
        { text: 'one', cut: 0 },
        { text: 'two', cut: 0 },
      ],
      wanted: 1,
    });
  });
});
