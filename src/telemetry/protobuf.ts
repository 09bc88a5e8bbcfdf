/**
 * Just enough of the protobuf wire format to read OTLP: the fields of a message one after the other,
 * unknown ones passed over. Written by hand: there are seven messages to read, of which two dozen fields matter.
 */

/** A field as it stands on the wire. */
export type Field =
  | { readonly number: number; readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** A number of up to 64 bits, unsigned. */
  | { readonly number: number; readonly kind: 'varint' | 'fixed64'; readonly value: bigint }
  | { readonly number: number; readonly kind: 'fixed32'; readonly value: bigint };

/** A text that is no protobuf message. */
export class ProtobufError extends Error {}

/** A varint has ten bytes at most. */
const longestVarint = 10;

/** The fields of one message, as often as they stand there; throws `ProtobufError` where it is none. */
export function* fieldsOf(bytes: Uint8Array): Generator<Field, void, void> {
  const reader = new Reader(bytes);
  while (!reader.atEnd) {
    const tag = reader.varint();
    const number = Number(tag >> 3n);
    if (number === 0) throw new ProtobufError('a field without a number');
    switch (Number(tag & 7n)) {
      case 0:
        yield { number, kind: 'varint', value: reader.varint() };
        break;
      case 1:
        yield { number, kind: 'fixed64', value: reader.fixed(8) };
        break;
      case 2:
        yield { number, kind: 'bytes', bytes: reader.bytes(Number(reader.varint())) };
        break;
      case 5:
        yield { number, kind: 'fixed32', value: reader.fixed(4) };
        break;
      default:
        throw new ProtobufError('an unknown wire type');
    }
  }
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  varint(): bigint {
    let value = 0n;
    for (let i = 0; i < longestVarint; i++) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new ProtobufError('cut off in a number');
      value |= BigInt(byte & 0x7f) << BigInt(7 * i);
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new ProtobufError('a number of more than 64 bits');
  }

  /** Little-endian. */
  fixed(length: 4 | 8): bigint {
    const bytes = this.bytes(length);
    const view = new DataView(bytes.buffer, bytes.byteOffset, length);
    return length === 8 ? view.getBigUint64(0, true) : BigInt(view.getUint32(0, true));
  }

  bytes(length: number): Uint8Array {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new ProtobufError('cut off in a field');
    const bytes = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }
}
