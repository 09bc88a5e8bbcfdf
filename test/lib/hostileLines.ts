import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assistant } from './parseLines.ts';
import type { Random } from './random.ts';

const corpusFile = join(import.meta.dirname, '..', 'fixtures', 'fuzz', 'corpus.jsonl');
/** Lines as clients write them, and as nobody should; a character is a byte. */
const corpus = readFileSync(corpusFile)
  .toString('latin1')
  .split('\n')
  .filter((line) => line !== '');

/** Bytes that mean something to a reader of JSON lines, and amounts that mean something to a sum. */
const tokens = [
  ...[
    '{',
    '}',
    '[',
    ']',
    '{"',
    '"',
    '\\',
    '\\"',
    ',',
    ':',
    '\n',
    '\r',
    '\0',
    ' ',
    '\t',
    '}{',
    '{}',
  ],
  ...['null', 'true', '-1', '0.5', '1e12', '1e308', '9007199254740993', '-0', '"12"', '1e999'],
  ...['\\u0074', '\\ud800', '\\x', '\xc3', '\xff\xfe', '\xef\xbb\xbf', '\xe2\x80\xa8'],
  ...['{"type":"assistant",', '"usage":{"input_tokens":1e12},', '"sessionId":"","uuid":"",'],
  ...['"iterations":[{"type":"advisor_message","input_tokens":1e12}],', '"__proto__":{"a":1},'],
  ...['{"type":"cost-state","totalCostUSD":9e6,"modelUsage":{}}\n', '"timestamp":"",'],
  ...[
    'a'.repeat(5000),
    '['.repeat(5000),
    '{"a":'.repeat(2000),
    '{},'.repeat(4000),
    '\\'.repeat(4999),
  ],
];

/** What stands where a number is looked for. */
const amounts = [
  '1e12',
  '1e308',
  '1e999',
  '9007199254740993',
  '-1',
  '-0',
  '0.5',
  '1e-9',
  'null',
  '"7"',
  '[]',
];

/** A line of the corpus, taken apart and put together again; a character is a byte. */
export function hostileLine(dice: Random): string {
  let text = dice.pick(corpus);
  for (let left = dice.below(6); left > 0; left--) {
    const at = dice.below(text.length + 1);
    const to = Math.min(text.length, at + dice.below(dice.oneIn(3) ? 200 : 8));
    switch (dice.below(7)) {
      case 0:
        text = text.slice(0, at) + dice.pick(tokens) + text.slice(at);
        break;
      case 1:
        text = text.slice(0, at) + dice.pick(tokens) + text.slice(to);
        break;
      case 2:
        text = text.slice(0, at) + text.slice(to);
        break;
      case 3:
        text = text.slice(0, at) + String.fromCharCode(dice.below(256)) + text.slice(at + 1);
        break;
      case 4: {
        const found = [...text.matchAll(/-?\d+(?:\.\d+)?/g)];
        if (found.length === 0) break;
        const { index, 0: number } = dice.pick(found);
        text = text.slice(0, index) + dice.pick(amounts) + text.slice(index + number.length);
        break;
      }
      case 5:
        text = text.slice(0, to) + text.slice(at, to).repeat(1 + dice.below(4)) + text.slice(to);
        break;
      default: {
        const other = dice.pick(corpus);
        const from = dice.below(other.length);
        text = text.slice(0, at) + other.slice(from, from + dice.below(300)) + text.slice(to);
      }
    }
  }
  return text;
}

/** What a good line costs at the rates of its model, in nano-dollars. */
export const goodNano = 7_500_000;

/** A line that must be counted, whatever stands around it. */
export function goodLine(id: string, message: object = {}): string {
  const usage = { input_tokens: 1000, output_tokens: 100 };
  return JSON.stringify(assistant({ id, usage, ...message }, { uuid: id, requestId: id }));
}
