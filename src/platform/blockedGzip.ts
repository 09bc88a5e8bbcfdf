import { closeSync, readSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { openRegular } from './regularFile.ts';

/**
 * Blocked gzip (BGZF, section 4.1 of the SAM format specification): a gzip file of many members, each of at most
 * 64 KiB, packed and unpacked, with its length in its header. Any gzip program unpacks it; whoever knows the
 * lengths finds every member without unpacking those before it.
 */

/** Bytes a block may hold, unpacked: what cannot be packed has to fit with its header, too. */
export const mostOfBlock = 60_000;

/** Fixed part of the header: gzip's own ten bytes, and the extra field with the block's length less one. */
const headerBytes = 18;
const largestBlock = 0x10000;

/** Header up to the length: deflate, an extra field of six bytes, of which the first four are "BC" and 2. */
const start = Buffer.from([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 6, 0, 0x42, 0x43, 2, 0]);

/** An empty block, which says that the file is whole. */
export const endOfBlocks: Buffer = packBlock(Buffer.alloc(0));

/** Packs at most `mostOfBlock` bytes. The same bytes are always packed alike by the same zlib. */
export function packBlock(content: Uint8Array): Buffer {
  if (content.length > mostOfBlock) throw new RangeError('A block holds 60,000 bytes at most.');
  // Behind gzip's own header, whose ten bytes are replaced.
  const packed = gzipSync(content).subarray(10);
  const length = Buffer.alloc(2);
  length.writeUInt16LE(headerBytes + packed.length - 1);
  return Buffer.concat([start, length, packed]);
}

/** A block as it stands in a file. */
export interface PackedBlock {
  /** Bytes before it. */
  readonly offset: number;
  readonly bytes: Buffer;
}

/** What `readBlocks` met: a block, bytes that are none, an end that is missing. */
export type BlockFound =
  | ({ readonly kind: 'block' } & PackedBlock)
  | { readonly kind: 'damage' | 'cut'; readonly offset: number };

/** What a file is that `readBlocks` reads. */
export interface BlockFile {
  readonly size: number;
  readonly inode: string;
  /** False for a file that begins with anything but such a block. */
  readonly isBlocked: boolean;
  readonly blocks: Iterable<BlockFound>;
  close(): void;
}

/**
 * Opens a file of blocks as long as it is now. Throws the file system's errors. Behind damaged bytes the next
 * block is found by how its header begins.
 */
export function openBlocks(path: string): BlockFile {
  const { fd, stats } = openRegular(path);
  const window = Buffer.alloc(2 * largestBlock);
  const { size } = stats;
  const fill = (at: number): Buffer => {
    let filled = 0;
    while (filled < window.length && at + filled < size) {
      const got = readSync(fd, window, filled, window.length - filled, at + filled);
      if (got === 0) break;
      filled += got;
    }
    return window.subarray(0, filled);
  };
  function* blocks(): Generator<BlockFound> {
    let offset = 0;
    let isWhole = false;
    while (offset < size) {
      const bytes = fill(offset);
      const length = lengthOf(bytes);
      if (length !== undefined && length <= bytes.length) {
        const block = Buffer.from(bytes.subarray(0, length));
        const isFollowed =
          bytes.length === length || lengthOf(bytes.subarray(length)) !== undefined;
        // Where no other follows, its length may be what is damaged.
        if (isFollowed || unpackBlock(block) !== undefined) {
          isWhole = block.equals(endOfBlocks);
          if (!isWhole) yield { kind: 'block', offset, bytes: block };
          offset += length;
          continue;
        }
      }
      isWhole = false;
      const next = nextStart(fill, offset + 1, size);
      // Less than a block is left: the file ends in one.
      if (next === size && (length !== undefined || bytes.length < headerBytes)) break;
      yield { kind: 'damage', offset };
      offset = next;
    }
    if (!isWhole) yield { kind: 'cut', offset };
  }
  return {
    size,
    inode: `${stats.dev}:${stats.ino}`,
    isBlocked: size === 0 || lengthOf(fill(0)) !== undefined,
    blocks: { [Symbol.iterator]: blocks },
    close: () => closeSync(fd),
  };
}

/** The length a block's header says; undefined where no block begins. */
function lengthOf(bytes: Buffer): number | undefined {
  if (bytes.length < headerBytes || bytes.compare(start, 0, start.length, 0, start.length) !== 0) {
    return undefined;
  }
  return bytes.readUInt16LE(start.length) + 1;
}

function nextStart(fill: (at: number) => Buffer, from: number, size: number): number {
  for (let at = from; at < size; ) {
    const bytes = fill(at);
    const found = bytes.indexOf(start);
    if (found >= 0) return at + found;
    // A header may lie across the edge of what was read.
    at += Math.max(1, bytes.length - start.length);
  }
  return size;
}

/** What a block holds; undefined where it is damaged, or holds more than a block may. */
export function unpackBlock(bytes: Uint8Array): Buffer | undefined {
  try {
    return gunzipSync(bytes, { maxOutputLength: largestBlock });
  } catch {
    return undefined;
  }
}
