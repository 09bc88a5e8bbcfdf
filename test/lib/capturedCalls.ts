import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { CallRecord } from '../../src/model/capture/callRecord.ts';
import { tempDir } from './tempDir.ts';

/** A folder calls of this process are written to, until it is disposed of. */
export class CapturedCalls implements Disposable {
  readonly dir = tempDir('outlay-capture');
  readonly #before = process.env.OUTLAY_CAPTURE_DIR;
  #taken = 0;

  constructor() {
    process.env.OUTLAY_CAPTURE_DIR = this.dir.at('calls');
  }

  get text(): string {
    const folder = this.dir.at('calls');
    if (!existsSync(folder)) return '';
    const files = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
    return files
      .sort()
      .map((name) => readFileSync(`${folder}/${name}`, 'utf8'))
      .join('');
  }

  /** The calls that were written since this was asked last. */
  taken(): CallRecord[] {
    const { text } = this;
    assert.doesNotMatch(text, /secret/, 'no prompt and no answer is written down');
    const all = text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as CallRecord);
    const fresh = all.slice(this.#taken);
    this.#taken = all.length;
    return fresh;
  }

  /** The one call that was written since. */
  one(): CallRecord {
    const calls = this.taken();
    assert.equal(calls.length, 1, JSON.stringify(calls));
    return calls[0]!;
  }

  [Symbol.dispose](): void {
    if (this.#before === undefined) delete process.env.OUTLAY_CAPTURE_DIR;
    else process.env.OUTLAY_CAPTURE_DIR = this.#before;
    this.dir[Symbol.dispose]();
  }
}
