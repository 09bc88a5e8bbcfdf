import assert from 'node:assert/strict';
import {
  appendFileSync,
  closeSync,
  ftruncateSync,
  openSync,
  renameSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { longestLineBytes, readChunks } from '../../../src/agents/claude/read/readChunks.ts';
import type { Bookmark, MessageLine, TranscriptChunk } from '../../../src/model/records.ts';
import { afterNoon, assistant, mainPlace, user } from '../../lib/parseLines.ts';
import { type TempDir, tempDir } from '../../lib/tempDir.ts';

/** A transcript and a reader that remembers where it stopped. */
class Tail implements Disposable {
  readonly #dir: TempDir = tempDir();
  readonly path: string = this.#dir.at('s1.jsonl');
  bookmark: Bookmark | undefined;

  constructor(content = '') {
    writeFileSync(this.path, content);
  }

  read(chunkBytes?: number): TranscriptChunk[] {
    const chunks = [...readChunks(this.path, mainPlace, this.bookmark, chunkBytes)];
    this.bookmark = chunks.at(-1)!.bookmark;
    return chunks;
  }

  /** Ids of the messages that are new. */
  ids(chunkBytes?: number): string[] {
    return this.read(chunkBytes).flatMap(({ batch }) =>
      batch.messages.map(({ messageId }) => messageId),
    );
  }

  append(text: string | Uint8Array): void {
    appendFileSync(this.path, text);
  }

  [Symbol.dispose](): void {
    this.#dir[Symbol.dispose]();
  }
}

function line(id: string, fields: object = {}): string {
  return JSON.stringify(assistant({ id }, { uuid: id, ...fields }));
}

describe('a transcript that grows', () => {
  test('is read from where reading stopped', () => {
    using tail = new Tail(`${line('m1')}\n`);
    assert.deepEqual(tail.ids(), ['m1']);
    assert.deepEqual(tail.ids(), []);
    tail.append(`${line('m2')}\n${line('m3')}\n`);
    assert.deepEqual(tail.ids(), ['m2', 'm3']);
    assert.equal(tail.read()[0]?.restarted, false);
  });

  test('a torn line waits for its end, wherever it is cut', () => {
    const text = line('m1', { cwd: '/ü/🙂' });
    const bytes = Buffer.from(`${text}\n`);
    for (let cut = 0; cut < bytes.length - 1; cut++) {
      using tail = new Tail(`${line('m0')}\n`);
      tail.append(bytes.subarray(0, cut));
      assert.deepEqual(tail.ids(), ['m0']);
      tail.append(bytes.subarray(cut));
      assert.deepEqual(tail.ids(), ['m1'], `cut at ${cut}`);
    }
  });

  test('a last line that is whole counts before its newline, and is read again behind it', () => {
    for (const end of ['\n', '\r\n', ' \n', '\t\r\n']) {
      using tail = new Tail(`${line('m1')}\n${line('m2')}${end.slice(0, -1)}`);
      assert.deepEqual(tail.ids(), ['m1', 'm2']);
      const before = tail.bookmark!.offset;
      assert.equal(before, line('m1').length + 1, 'the bookmark stays behind a newline');
      tail.append(end.slice(-1));
      assert.deepEqual(tail.ids(), ['m2']);
      assert.deepEqual(tail.ids(), []);
    }
  });

  test('a torn line that ends like an object is no reject', () => {
    using tail = new Tail('{"type":"user","message":{"a":{}');
    const [chunk] = tail.read();
    assert.deepEqual([chunk?.batch.rejected, chunk?.batch.lines], [[], 0]);
    assert.equal(tail.bookmark?.offset, 0);
    tail.append('}}\n');
    const [next] = tail.read();
    assert.deepEqual([next?.batch.lines, next?.restarted], [1, false]);
  });

  test('an empty file is done', () => {
    using tail = new Tail();
    const [chunk, ...more] = tail.read();
    assert.deepEqual([more.length, chunk?.done, chunk?.bookmark.offset], [0, true, 0]);
  });

  test('line numbers go on over chunks and bookmarks, blank lines included', () => {
    using tail = new Tail(`${line('m1')}\n\n`);
    const numbers = (): number[] =>
      tail.read(1).flatMap(({ batch }) => batch.rejected.map((reject) => reject.line));
    assert.deepEqual(numbers(), []);
    tail.append('\nbad\n\n');
    assert.deepEqual(numbers(), [4]);
    tail.append('bad\n');
    assert.deepEqual(numbers(), [6]);
  });

  test('prompts, tools and times are remembered over a bookmark', () => {
    const call = { type: 'tool_use', id: 't1', name: 'Bash' };
    using tail = new Tail(
      `${JSON.stringify(user('x', { uuid: 'p1' }))}\n${JSON.stringify(assistant({ content: [call] }))}\n`,
    );
    tail.read();
    const failed = user([{ type: 'tool_result', tool_use_id: 't1', is_error: true }], {
      timestamp: afterNoon(2000),
    });
    const undated = assistant({ id: 'm2' }, { timestamp: undefined });
    tail.append(`${JSON.stringify(failed)}\n${JSON.stringify(undated)}\n`);
    const [{ batch } = { batch: undefined }] = tail.read();
    assert.equal(batch?.events[0]?.code, 'Bash');
    const message = batch?.messages[0] as MessageLine;
    assert.deepEqual([message.promptId, message.durationMs], ['p1', 0]);
    assert.equal(new Date(message.at).toISOString(), afterNoon(2000));
  });
});

describe('a transcript that is no longer what it was is read from the start', () => {
  const three = `${line('m1')}\n${line('m2')}\n${line('m3')}\n`;

  test('cut shorter', () => {
    using tail = new Tail(three);
    tail.read();
    truncateSync(tail.path, line('m1').length + 1);
    const chunks = tail.read();
    assert.deepEqual(
      chunks.map(({ restarted }) => restarted),
      [true],
    );
    assert.equal(chunks[0]?.batch.messages.length, 1);
  });

  test('replaced by another file', () => {
    using tail = new Tail(three);
    tail.read();
    writeFileSync(`${tail.path}.new`, `${line('n1')}\n${three}`);
    renameSync(`${tail.path}.new`, tail.path);
    assert.deepEqual(tail.ids(), ['n1', 'm1', 'm2', 'm3']);
    assert.deepEqual(tail.ids(), []);
  });

  test('written over with another first line', () => {
    using tail = new Tail(three);
    tail.read();
    writeFileSync(tail.path, `${line('n1')}\n${three}`);
    assert.deepEqual(tail.ids(), ['n1', 'm1', 'm2', 'm3']);
  });

  test('cut in place and grown beyond the place where reading stopped', () => {
    using tail = new Tail(three);
    tail.read();
    truncateSync(tail.path, (line('m1').length + 1) * 2);
    tail.append(`${line('n3', { cwd: '/a/longer/line' })}\n${line('n4')}\n`);
    assert.deepEqual(tail.ids(), ['m1', 'm2', 'n3', 'n4']);
  });

  test('says so once, however many chunks it takes', () => {
    using tail = new Tail(three);
    tail.read();
    tail.bookmark = { ...tail.bookmark!, head: 'another' };
    assert.deepEqual(
      tail.read(1).map(({ restarted }) => restarted),
      [true].concat(tail.read(1).map(() => false)),
    );
  });

  test('a first line that was torn and is whole now is nothing new', () => {
    const first = line('m1');
    using tail = new Tail(first.slice(0, 40));
    tail.read();
    tail.append(`${first.slice(40)}\n`);
    const [chunk] = tail.read();
    assert.deepEqual([chunk?.restarted, chunk?.batch.messages.length], [false, 1]);
  });
});

describe('long lines', () => {
  test('of many megabytes are read', () => {
    const long = line('m2', { pad: 'ü'.repeat(6_000_000) });
    using tail = new Tail(`${line('m1')}\n${long}\n${line('m3')}\n`);
    assert.deepEqual(tail.ids(), ['m1', 'm2', 'm3']);
  });

  test('beyond the limit are counted and passed over, with their memory given back', () => {
    using tail = new Tail(`${line('m1')}\n`);
    const before = process.memoryUsage().arrayBuffers;
    // A hole in the file costs no disk: nothing but zeros up to a newline far behind.
    const fd = openSync(tail.path, 'r+');
    const end = line('m1').length + 1 + longestLineBytes + 1000;
    ftruncateSync(fd, end);
    writeSync(fd, `\n${line('m2')}\n`, end);
    closeSync(fd);
    const batches = tail.read().map(({ batch }) => batch);
    assert.deepEqual(
      batches.flatMap(({ rejected }) => rejected),
      [
        {
          reason: 'too long',
          line: 2,
          offset: line('m1').length + 1,
          at: Date.parse(afterNoon(0)),
          sessionId: 's1',
        },
      ],
    );
    assert.deepEqual(
      batches.flatMap(({ messages }) => messages.map(({ messageId }) => messageId)),
      ['m1', 'm2'],
    );
    assert.equal(
      batches.reduce((sum, { lines }) => sum + lines, 0),
      3,
    );
    // What the longest line needs is freed at the next collection; nothing holds on to it.
    assert.ok(process.memoryUsage().arrayBuffers - before < 2.5 * longestLineBytes);
  });

  test('beyond the limit and without an end wait', () => {
    using tail = new Tail(`${line('m1')}\n`);
    const offset = line('m1').length + 1;
    truncateSync(tail.path, offset + longestLineBytes + 1000);
    const [chunk] = tail.read();
    assert.deepEqual([chunk?.batch.rejected, chunk?.bookmark.offset], [[], offset]);
  });
});

test('how a file is cut into chunks makes no difference', () => {
  const text = fc.string({ unit: 'binary', maxLength: 30 });
  const record = fc.oneof(
    fc.tuple(fc.nat(5), text).map(([id, cwd]) => line(`m${id}`, { cwd })),
    text.map((words) => JSON.stringify(user(words))),
    fc.constantFrom('', '  ', 'rubbish', '{"type":"cost-state","totalCostUSD":1}\r'),
  );
  fc.assert(
    fc.property(fc.array(record), fc.integer({ min: 1, max: 600 }), (lines, chunkBytes) => {
      using tail = new Tail(`${lines.join('\n')}\n`);
      const whole = tail.read();
      tail.bookmark = undefined;
      const pieces = tail.read(chunkBytes);
      const all = (
        chunks: readonly TranscriptChunk[],
        key: 'messages' | 'rejected' | 'costStates' | 'events',
      ): unknown[] => chunks.flatMap(({ batch }) => batch[key] as unknown[]);
      for (const key of ['messages', 'rejected', 'costStates', 'events'] as const) {
        assert.deepEqual(all(pieces, key), all(whole, key), key);
      }
      assert.deepEqual(pieces.at(-1)?.bookmark, whole.at(-1)?.bookmark);
    }),
    { numRuns: 150 },
  );
});
