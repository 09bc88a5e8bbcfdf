import { isObject, KeySet, scanObject, skipSpace, stringAt } from '../scan/jsonScanner.ts';

/** A whole record in a line; start −1 stands for bytes that were lost. */
export interface RecordSpan {
  readonly start: number;
  readonly stop: number;
}

const lost: RecordSpan = { start: -1, stop: -1 };

/** What tells a record from an object inside one. */
const markKeys = new KeySet(['type', 'sessionId', 'uuid', 'timestamp'] as const);
const [TYPE, SESSION, UUID, TIME] = [0, 1, 2, 3] as const;

/** Looking for records costs at most so many times the bytes of the line. */
const mostPasses = 24;

/**
 * The whole records of a line in [from, end) that is not one, with a mark where bytes between them are
 * lost. Runs of NUL bytes are lost pages of a file. After a break the next `{"` that begins a record is
 * looked for: inside a JSON string those bytes cannot stand.
 */
export function* recordsIn(buf: Buffer, from: number, end: number): Generator<RecordSpan> {
  const spans = markKeys.spans();
  let work = (end - from) * mostPasses;
  let at = from;
  let broken = false;
  for (;;) {
    const next = skipNulls(buf, at, end);
    if (next > skipSpace(buf, at, end)) broken = true;
    at = next;
    if (at >= end) break;
    const stop = isObject(buf, at) ? scanObject(buf, at, end, markKeys, spans) : -1;
    const whole = stop > 0 && (!broken || isRecord(buf, spans));
    if (whole) {
      if (broken) yield lost;
      broken = false;
      yield { start: at, stop };
      at = stop;
      continue;
    }
    broken = true;
    work -= (stop > 0 ? stop : end) - at;
    const brace = buf.indexOf('{"', at + 1, 'latin1');
    if (brace < 0 || brace >= end || work < 0) break;
    at = brace;
  }
  if (broken) yield lost;
}

function isRecord(buf: Buffer, spans: ReturnType<typeof markKeys.spans>): boolean {
  const type = stringAt(buf, spans.start(TYPE), spans.end(TYPE));
  const marks = [SESSION, UUID, TIME].filter((key) => spans.start(key) >= 0);
  return type !== undefined && marks.length > 0;
}

function skipNulls(buf: Buffer, from: number, end: number): number {
  let i = skipSpace(buf, from, end);
  while (i < end && buf[i] === 0) i = skipSpace(buf, i + 1, end);
  return i;
}
