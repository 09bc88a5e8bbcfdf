import { PlainScanner } from './plainScanner.ts';
import { eventSize, mostEvents, type RecordScanner } from './recordScanner.ts';
import { scannerCode } from './scannerCode.ts';
import { compiled, flag, packShapes } from './shapes.ts';

/** As much of WebAssembly as is used: the types of this project have none. */
declare const WebAssembly: {
  readonly Memory: new (pages: {
    readonly initial: number;
    readonly maximum: number;
  }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

/** What `assembly/scanner.ts` exports. */
interface Exports {
  setup(shapes: number, header: number, mostEvents: number, base: number): void;
  scan(start: number, end: number): number;
}

const pageBytes = 65_536;

/** Below this address nothing stands: 0 means "malformed" there. */
const firstByte = 1024;

/** Flags and number of events stand before the events. */
const headerBytes = 8;

/** Bytes behind the lines that a load of sixteen may touch. */
const slackBytes = 64;

const roundUp = (bytes: number, to: number): number => Math.ceil(bytes / to) * to;

/** Memory for lines, and the scanner that walks them there. */
export class WasmScanner implements RecordScanner {
  /** Where lines stand to be scanned in place; others are copied to its beginning, or go to the twin. */
  readonly room: Buffer<ArrayBuffer>;
  events: Int32Array;
  count = 0;
  flags = 0;
  readonly #own: Int32Array;
  readonly #header: Int32Array;
  readonly #exports: Exports;
  readonly #twin = new PlainScanner();

  /** Undefined where WebAssembly with SIMD does not run. */
  static start(roomBytes: number): WasmScanner | undefined {
    try {
      return new WasmScanner(roomBytes);
    } catch {
      return undefined;
    }
  }

  private constructor(roomBytes: number) {
    const shapes = packShapes(compiled, firstByte);
    const header = roundUp(firstByte + shapes.length, 16);
    const events = header + headerBytes;
    const room = roundUp(events + mostEvents * eventSize * 4, 64);
    const initial = Math.ceil((room + roomBytes + slackBytes) / pageBytes);
    const memory = new WebAssembly.Memory({ initial, maximum: initial });
    const module = new WebAssembly.Module(Buffer.from(scannerCode, 'base64'));
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    this.#exports = exports as Exports;
    new Uint8Array(memory.buffer).set(shapes, firstByte);
    this.#exports.setup(firstByte, header, mostEvents, room);
    this.#header = new Int32Array(memory.buffer, header, 2);
    this.#own = new Int32Array(memory.buffer, events, mostEvents * eventSize);
    this.events = this.#own;
    this.room = Buffer.from(memory.buffer, room, roomBytes);
  }

  scan(buf: Buffer, start: number, end: number): number {
    const isHere = buf === this.room;
    const length = end - start;
    if (!isHere && length > this.room.length) return this.#asTwin(buf, start, end);
    // What stands elsewhere is copied, which takes far less time than walking it there.
    if (!isHere && length > 0) this.room.set(buf.subarray(start, end));
    const stop = isHere ? this.#exports.scan(start, end) : this.#exports.scan(0, length);
    const flags = this.#header[0]!;
    if (flags & flag.escapedKey) return this.#asTwin(buf, start, end);
    this.events = this.#own;
    this.flags = flags;
    this.count = this.#header[1]!;
    return isHere ? stop : this.#shifted(stop, start);
  }

  /** Places as they are in the buffer that was copied. */
  #shifted(stop: number, by: number): number {
    for (let i = 0; i < this.count * eventSize; i += eventSize) {
      this.#own[i + 1]! += by;
      this.#own[i + 2]! += by;
    }
    return stop < 0 ? stop : stop + by;
  }

  #asTwin(buf: Buffer, start: number, end: number): number {
    const stop = this.#twin.scan(buf, start, end);
    this.events = this.#twin.events;
    this.count = this.#twin.count;
    this.flags = this.#twin.flags;
    return stop;
  }
}
