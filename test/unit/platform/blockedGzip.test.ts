import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import {
  type BlockFound,
  endOfBlocks,
  mostOfBlock,
  openBlocks,
  packBlock,
  unpackBlock,
} from '../../../src/platform/blockedGzip.ts';
import { tempDir } from '../../lib/tempDir.ts';

function found(path: string): { blocks: BlockFound[]; contents: (string | undefined)[] } {
  const file = openBlocks(path);
  try {
    const blocks = [...file.blocks];
    const contents = blocks.flatMap((each) =>
      each.kind === 'block' ? [unpackBlock(each.bytes)?.toString('latin1')] : [],
    );
    return { blocks, contents };
  } finally {
    file.close();
  }
}

const contents = fc.array(fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 400 }), {
  maxLength: 6,
});

test('what is packed in blocks is one gzip file, and each block is found by itself', () => {
  using dir = tempDir();
  const path = dir.at('file');
  fc.assert(
    fc.property(contents, (texts) => {
      const blocks = texts.map((text) => packBlock(Buffer.from(text, 'latin1')));
      writeFileSync(path, Buffer.concat([...blocks, endOfBlocks]));
      const all = Buffer.concat([...blocks, endOfBlocks]);
      assert.equal(gunzipSync(all).toString('latin1'), texts.join(''));
      const read = found(path);
      assert.deepEqual(read.contents, texts);
      assert.ok(read.blocks.every(({ kind }) => kind === 'block'));
    }),
    { numRuns: 100 },
  );
});

test('a file cut anywhere gives its whole blocks and says that it is cut', () => {
  using dir = tempDir();
  const path = dir.at('file');
  const texts = ['one', 'two', 'three'];
  const whole = Buffer.concat([...texts.map((text) => packBlock(Buffer.from(text))), endOfBlocks]);
  for (let length = 0; length < whole.length; length++) {
    writeFileSync(path, whole.subarray(0, length));
    const { blocks, contents } = found(path);
    assert.deepEqual(contents, texts.slice(0, contents.length), `cut at ${length}`);
    assert.equal(blocks.at(-1)?.kind, 'cut', `cut at ${length}`);
  }
});

test('bytes that are damaged cost no block but theirs', () => {
  using dir = tempDir();
  const path = dir.at('file');
  const texts = ['one', 'two', 'three'];
  const blocks = texts.map((text) => packBlock(Buffer.from(text)));
  const whole = Buffer.concat([...blocks, endOfBlocks]);
  const from = blocks[0]!.length;
  for (let at = from; at < from + blocks[1]!.length; at++) {
    const bytes = Buffer.from(whole);
    bytes[at] = bytes[at]! ^ 0xff;
    writeFileSync(path, bytes);
    const { contents } = found(path);
    assert.equal(contents[0], 'one', `byte ${at}`);
    assert.equal(contents.at(-1), 'three', `byte ${at}`);
    assert.ok(
      contents.every((text) => text === undefined || texts.includes(text)),
      `byte ${at}`,
    );
  }
});

test('a block holds no more than it may, however it is made', () => {
  assert.throws(() => packBlock(Buffer.alloc(mostOfBlock + 1)), RangeError);
  assert.equal(unpackBlock(gzipSync(Buffer.alloc(100_000))), undefined);
  const random = Buffer.from(Array.from({ length: mostOfBlock }, (_, i) => (i * i * 31 + i) % 251));
  assert.deepEqual(unpackBlock(packBlock(random)), random);
});

test('what is no file of blocks is told', () => {
  using dir = tempDir();
  for (const content of ['text, and quite a bit of it', gzipSync('whole')]) {
    writeFileSync(dir.at('file'), content);
    const file = openBlocks(dir.at('file'));
    assert.equal(file.isBlocked, false);
    file.close();
  }
});
