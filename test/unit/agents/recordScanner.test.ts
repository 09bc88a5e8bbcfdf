import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { codeFile, scannerCode } from '../../../scripts/release/scannerCode.ts';
import { PlainScanner } from '../../../src/agents/claude/scan/plainScanner.ts';
import { eventSize, type RecordScanner } from '../../../src/agents/claude/scan/recordScanner.ts';
import { ScannedRecord } from '../../../src/agents/claude/scan/scannedRecord.ts';
import { compiled, flag, slotOf } from '../../../src/agents/claude/scan/shapes.ts';
import { WasmScanner } from '../../../src/agents/claude/scan/wasmScanner.ts';
import { parseBytes } from '../../lib/parseLines.ts';
import { expectedSets, filesOfSet } from '../../lib/transcriptSets.ts';

const wasm = WasmScanner.start(1024 * 1024)!;
const plain = new PlainScanner();

interface Said {
  readonly stop: number;
  readonly events: readonly number[];
  readonly flags: number;
}

function say(scanner: RecordScanner, buf: Buffer, start: number, end: number): Said {
  const stop = scanner.scan(buf, start, end);
  const events = [...scanner.events.subarray(0, scanner.count * eventSize)];
  return { stop, events, flags: scanner.flags };
}

/** What stands behind a line must not help, nor what stands before it. */
const before = Buffer.from('{"type":"');
const after = Buffer.from('"}\n{"uuid":"x"}');

/** Scans bytes with both, and holds them against each other. */
function both(bytes: Buffer): Said {
  wasm.room.set(Buffer.concat([before, bytes, after]));
  const start = before.length;
  const end = start + bytes.length;
  const fast = say(wasm, wasm.room, start, end);
  const slow = say(plain, Buffer.from(wasm.room.subarray(0, end + after.length)), start, end);
  const text = JSON.stringify(bytes.toString('latin1')).slice(0, 300);
  assert.equal(fast.stop, slow.stop, text);
  assert.deepEqual(fast.events, slow.events, text);
  const kept = flag.duplicate | flag.tooMany;
  assert.equal(fast.flags & kept, slow.flags & kept, text);
  const elsewhere = Buffer.concat([before, bytes, after]);
  assert.deepEqual(say(wasm, elsewhere, start, end), fast, text);
  return fast;
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** JSON that nobody may call sound unless it is: the last word has `JSON.parse`. */
function checkSound(bytes: Buffer): void {
  const { stop, flags } = both(bytes);
  if (stop === bytes.length + before.length && (flags & flag.unsound) === 0) {
    assert.ok(parsed(bytes) !== undefined, JSON.stringify(bytes.toString('latin1')));
  }
}

const wantedKeys = [...compiled.slots.keys()]
  .map((path) => path.split('.').at(-1)!.replace('[]', ''))
  .filter((key) => key !== '*');

/** Records with the wanted keys anywhere, and others. */
const { record } = fc.letrec<{ record: Record<string, unknown>; value: unknown }>((tie) => ({
  record: fc.dictionary(
    fc.oneof(
      fc.constantFrom(...wantedKeys),
      fc.constantFrom('attributionSkill', 'attribution', 'attributionOfWhatIsMuchLongerThanAnyKey'),
      fc.string({ maxLength: 5 }),
    ),
    tie('value'),
    { maxKeys: 8 },
  ),
  value: fc.oneof(
    { maxDepth: 5 },
    fc.jsonValue({ maxDepth: 2 }),
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.integer({ min: 0 }),
    tie('record'),
    fc.array(tie('record'), { maxLength: 3 }),
  ),
}));

const spaces = fc.constantFrom(undefined, 1, '\t', '\r\n');
/** Bytes that mean something, one after the other. */
const pieces = fc
  .array(
    fc.constantFrom(
      ...[
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '"',
        '\\',
        '\\"',
        ' ',
        '\t',
        '\r',
        '\0',
        '\u0001',
        '-',
        '+',
      ],
      ...['0', '7', '.', 'e', 'E', 'true', 'false', 'null', 'nul', 'A', '\\u0041', '\\u004', '\\x'],
      ...['"type":', '"message":{', '"content":[', '"usage":{', '"iterations":[{', '"ty\\u0070e":'],
      ...[
        '"input_tokens":12,',
        '"attributionAgent":"x",',
        '"data":{"type":1}',
        '"a":',
        '\xff',
        '\xc3',
      ],
      ...[
        '"a long text that is more than sixteen bytes"',
        '"fifteen bytes.\\n"',
        '"sixteen bytes..\\\\"',
      ],
    ),
    { maxLength: 24 },
  )
  .map((list) => Buffer.from(`{${list.join('')}`, 'latin1'));

function hasEscapedKey(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(
    ([key, inner]) => JSON.stringify(key) !== `"${key}"` || hasEscapedKey(inner),
  );
}

describe('the scanner in WebAssembly', () => {
  it('is compiled from its sources as they are', async () => {
    const root = join(import.meta.dirname, '../../..');
    assert.equal(readFileSync(join(root, codeFile), 'utf8'), await scannerCode(root));
  });

  it('notes what its twin notes of any bytes, and calls nothing sound that JSON.parse refuses', () => {
    fc.assert(
      fc.property(pieces, (bytes) => checkSound(bytes)),
      { numRuns: 20_000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) =>
        checkSound(Buffer.concat([Buffer.from('{'), bytes])),
      ),
      { numRuns: 2000 },
    );
  });

  it('finds every value where JSON.parse finds it, and calls such records sound', () => {
    fc.assert(
      fc.property(record, spaces, (value, space) => {
        const text = JSON.stringify(value, null, space);
        const bytes = Buffer.from(text);
        const { stop, flags } = both(bytes);
        assert.equal(stop, before.length + bytes.length);
        if (!hasEscapedKey(value)) assert.equal(flags, 0, text);
        wasm.room.set(Buffer.concat([before, bytes, after]));
        const scanned = new ScannedRecord(wasm);
        scanned.scan(wasm.room, before.length, before.length + bytes.length);
        const object = JSON.parse(text) as Record<string, unknown>;
        for (const key of Object.keys(object)) {
          if (!compiled.slots.has(key) || /[.*[]/.test(key)) continue;
          const [start, end] = [scanned.start(slotOf(key)), scanned.end(slotOf(key))];
          assert.deepEqual(JSON.parse(wasm.room.toString('utf8', start, end)), object[key], key);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('makes nothing of a record that is cut, at any byte', () => {
    const text = `{"type":"a\\"b","message":{"content":[{"type":"text","text":"${'ü\\\\'.repeat(20)}"}],"usage":{"input_tokens":1.5e+3}},"isMeta":true}`;
    const bytes = Buffer.from(text);
    assert.equal(both(bytes).stop, before.length + bytes.length);
    for (let length = 0; length < bytes.length; length++) {
      assert.ok(both(bytes.subarray(0, length)).stop < 0, `cut at ${length}`);
    }
  });

  it('is exact at every place a load of sixteen bytes can begin and end', () => {
    for (let length = 0; length < 50; length++) {
      for (const end of ['"', '\\"', '\\\\', '\\u0041', '\u0001', 'ü']) {
        const text = `{"text":"${'x'.repeat(length)}${end}${'y'.repeat(length % 17)}","uuid":"u"}`;
        checkSound(Buffer.from(text));
      }
    }
  });

  const cases: readonly (readonly [text: string, flags: number])[] = [
    ['{"type":"a","type":"b"}', flag.duplicate],
    ['{"a":1,"a":2}', 0],
    ['{"message":{"id":"a","id":"b"}}', flag.duplicate],
    ['{"n":01}', flag.unsound],
    ['{"n":-0.5e-7}', 0],
    ['{"n":1.}', flag.unsound],
    ['{"n":[1,2,]}', flag.unsound],
    ['{"n":{"a" 1}}', flag.unsound],
    ['{"n":[1}}', flag.unsound],
    ['{"n":"a\tb"}', flag.unsound],
    ['{"n":"\\q"}', flag.unsound],
    ['{"n":"\\u12g4"}', flag.unsound],
    ['{"n":nulL}', flag.unsound],
    [`{"n":${'['.repeat(60)}${']'.repeat(60)}}`, 0],
    // Deeper it does not say.
    [`{"n":${'['.repeat(70)}${']'.repeat(70)}}`, flag.unsound],
  ];
  for (const [text, flags] of cases) {
    it(`says ${flags} of ${text.slice(0, 40)}`, () => {
      assert.equal(both(Buffer.from(text)).flags, flags);
    });
  }

  it('leaves keys with escapes to its twin', () => {
    const text = '{"ty\\u0070e":"user"}';
    const { events } = both(Buffer.from(text));
    assert.deepEqual(events.slice(0, 1), [slotOf('type')]);
  });

  it('says when there is more than it looks at', () => {
    const block = '{"type":"text"}';
    const blocks = (count: number): Buffer =>
      Buffer.from(`{"message":{"content":[${Array(count).fill(block).join(',')}]}}`);
    assert.equal(both(blocks(10_000)).flags, 0);
    assert.equal(both(blocks(10_001)).flags, flag.tooMany);
    const many = `{"message":{"content":[{${Array(110_000).fill('"id":1').join(',')}}]}}`;
    wasm.room.write(many);
    wasm.scan(wasm.room, 0, many.length);
    assert.equal(wasm.flags & flag.tooMany, flag.tooMany);
  });

  it('reads real transcripts as its twin does, which parses them', () => {
    for (const set of Object.keys(expectedSets)) {
      for (const [path, content] of filesOfSet(set)) {
        if (path.endsWith('.jsonl')) parseBytes(content);
      }
    }
  });
});
