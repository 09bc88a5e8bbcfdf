import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';

const root = resolve(import.meta.dirname, '../..');

/** Calls that somebody hands a whole list of unknown length, which overflows the stack at 100,000. */
const calls = /\.(?:push|unshift)\(|\bMath\.(?:max|min)\(|\bString\.from(?:CharCode|CodePoint)\(/g;

/** The calls in a source that have a list spread into their arguments, by line. */
function spreadCalls(source: string): number[] {
  const lines: number[] = [];
  for (const { index, 0: call } of source.matchAll(calls)) {
    let depth = 1;
    for (let i = index + call.length; depth > 0 && i < source.length; i++) {
      if ('([{'.includes(source[i]!)) depth++;
      else if (')]}'.includes(source[i]!)) depth--;
      else if (depth === 1 && source.startsWith('...', i)) {
        lines.push(source.slice(0, index).split('\n').length);
        break;
      }
    }
  }
  return lines;
}

describe('lists of any length', () => {
  it('are found where they are spread into a call', () => {
    const sample = 'a.push(...b);\nMath.max(\n  0,\n  ...c(1),\n);\na.push({ ...b }, [...c]);';
    assert.deepEqual(spreadCalls(sample), [1, 2]);
  });

  it('are nowhere spread into the arguments of a call: see model/lists', () => {
    const found = globSync(['src/**/*.ts', 'webview/**/*.ts'], { cwd: root }).flatMap((file) => {
      const source = readFileSync(join(root, file), 'utf8').replaceAll(
        /^ *(?:\/?\*|\/\/).*$/gm,
        '',
      );
      return spreadCalls(source).map((line) => `${file}:${line}`);
    });
    assert.deepEqual(found, []);
  });
});
