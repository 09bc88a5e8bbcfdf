import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
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
import { readChunks } from '../../../src/agents/claude/read/readChunks.ts';
import { longestLineBytes } from '../../../src/agents/lineReader.ts';
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

  test('cut in place and grown by lines of the same length', () => {
    for (const kept of [1, 2]) {
      using tail = new Tail(three);
      tail.read();
      truncateSync(tail.path, kept * (line('m1').length + 1));
      tail.append(`${line('m7')}\n${line('m8')}\n${line('m9')}\n`);
      const chunks = tail.read();
      assert.equal(chunks[0]?.restarted, true);
      const ids = chunks.flatMap(({ batch }) => batch.messages.map(({ messageId }) => messageId));
      assert.deepEqual(ids, [...['m1', 'm2'].slice(0, kept), 'm7', 'm8', 'm9']);
      assert.deepEqual(tail.ids(), []);
    }
  });

  test('but not where a bookmark of an earlier version knows nothing of the bytes before it', () => {
    using tail = new Tail(three);
    tail.read();
    const { head } = tail.bookmark!;
    assert.match(head, /^[0-9a-z]+\.[0-9a-z]+$/);
    tail.bookmark = { ...tail.bookmark!, head: head.split('.')[0]! };
    tail.append(`${line('m4')}\n`);
    assert.deepEqual(tail.ids(), ['m4']);
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

describe('one line', () => {
  /** Bytes this process took at most while it read a file, beyond what it had. */
  function peak(path: string): number {
    const script = `
      const { readChunks } = await import(${JSON.stringify(readerUrl)});
      const before = process.memoryUsage().rss;
      let messages = 0, rejected = [];
      for (const { batch } of readChunks(process.argv[1], ${JSON.stringify(mainPlace)})) {
        messages += batch.messages.length;
        rejected.push(...batch.rejected.map(({ reason }) => reason));
      }
      const peak = process.resourceUsage().maxRSS * 1024 - before;
      console.log(JSON.stringify({ messages, rejected, peak }));`;
    const out = execFileSync(process.execPath, ['--input-type=module', '-e', script, path]);
    const { messages, rejected, peak } = JSON.parse(out.toString()) as {
      messages: number;
      rejected: string[];
      peak: number;
    };
    assert.deepEqual([messages, rejected.length], [2, 1]);
    return peak;
  }

  const readerUrl = new URL('../../../src/agents/claude/read/readChunks.ts', import.meta.url).href;
  const megabytes = 2 ** 20;
  /** What a process takes anyway: the block that is read into, and what garbage is not collected. */
  const anyway = 48 * megabytes;
  const [head = '', tail = ''] = JSON.stringify(
    assistant({ id: 'm2', content: ['@'] }, { uuid: 'm2' }),
  ).split('"@"');
  const rubbish: Readonly<Record<string, string>> = {
    'objects without end': '{},'.repeat(8_000_000),
    'lists in lists': `${'['.repeat(10_000_000)}0${']'.repeat(10_000_000)},`,
    'tool calls': '{"type":"tool_use","id":"t","name":"B"},'.repeat(500_000),
    'middle-sized texts': `"${'x'.repeat(4000)}",`.repeat(6000),
  };
  for (const [name, content] of Object.entries(rubbish)) {
    test(`of ${name} takes no more than twice its bytes`, () => {
      using file = new Tail(`${line('m1')}\n${head}${content}0${tail}\n${line('m3')}\n`);
      const bytes = content.length + head.length + tail.length;
      assert.ok(peak(file.path) < 2 * bytes + anyway, `${peak(file.path)} bytes`);
    });
  }

  test('of many records gives no more than a chunk has', () => {
    const short = '{"type":"x","timestamp":"2026-11-20T12:00:00.000Z","sessionId":"s","uuid":"';
    const text = Array.from({ length: 600_000 }, (_, i) => `${short}${i}"}\n`).join('');
    using file = new Tail(text);
    const chunks = file.read(2 ** 40);
    assert.ok(chunks.length > 5);
    for (const { batch } of chunks) assert.ok(batch.lines < 150_000, `${batch.lines} lines`);
    assert.equal(
      chunks.reduce((sum, { batch }) => sum + batch.lines, 0),
      600_000,
    );
  });

  test('of another session each is taken as any other', () => {
    // More than may be handed over as arguments.
    const sessions = 250_000;
    const time = '"timestamp":"2026-11-20T12:00:00.000Z"';
    const text = Array.from(
      { length: sessions },
      (_, i) => `{"type":"user",${time},"uuid":"${i}","sessionId":"${i}"}\n`,
    );
    using file = new Tail(text.join(''));
    const found = file.read(2 ** 40).flatMap(({ batch }) => batch.sessions);
    assert.equal(new Set(found.map(({ sessionId }) => sessionId)).size, sessions);
  });

  test('of many records is read as far as a line may go', () => {
    using file = new Tail(`${line('m1').repeat(12_000)}\n${line('m2')}\n`);
    const batches = file.read().map(({ batch }) => batch);
    const rejected = batches.flatMap((batch) => batch.rejected.map(({ reason }) => reason));
    assert.deepEqual(rejected, ['too many parts']);
    assert.equal(batches.at(-1)!.messages.at(-1)!.messageId, 'm2');
  });

  test('whose every field is enormous costs its own bytes and names nothing', () => {
    const huge = 'ü'.repeat(3_000_000);
    const fields = { uuid: huge, sessionId: huge, cwd: huge, gitBranch: huge, version: huge };
    using file = new Tail(`${line(huge, fields)}\n${line('m2')}\n`);
    const messages = file.read().flatMap(({ batch }) => batch.messages);
    assert.equal(messages.length, 2);
    assert.ok(JSON.stringify(messages).length < 10_000);
  });

  test('with a text of many megabytes counts like any other', () => {
    const text = `${'\\"ü🙂\n'.repeat(200_000)}`;
    using file = new Tail(`${line('m1', { cwd: '/a' })}\n`);
    const record = assistant(
      {
        id: 'm2',
        content: [
          { type: 'text', text },
          { type: 'tool_use', id: 't', name: 'Bash' },
        ],
      },
      { uuid: 'm2', cwd: text },
    );
    file.append(`${JSON.stringify(record)}\n`);
    const [, long] = file.read().flatMap(({ batch }) => batch.messages);
    assert.deepEqual([long?.messageId, long?.usage.output, long?.tools], ['m2', 2, ['Bash']]);
    assert.equal(long?.cwd, `${text.slice(0, 399)}…`);
  });
});
