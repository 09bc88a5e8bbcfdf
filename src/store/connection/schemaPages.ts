import { closeSync, openSync, readSync } from 'node:fs';

/** What the first page of a database says, and the names of its tables. */
export interface PeekedSchema {
  readonly userVersion: number;
  readonly tables: ReadonlySet<string>;
}

const magic = 'SQLite format 3\0';
const headerBytes = 100;
/** No schema has more pages; a tree that has is damaged. */
const mostPages = 10_000;

/**
 * Reads the schema of a database as bytes (SQLite, "Database File Format"), without SQLite: opening a
 * file makes `-wal` and `-shm` beside it, and closing may write into it. Undefined where it is no
 * database, or a damaged one. Pages that stand in a `-wal` only are not seen.
 *
 * Not for a file that is open in this process: closing it here would drop SQLite's locks on it ("How To Corrupt An
 * SQLite Database File", 2.2). `oneThreadAtATime` keeps it closed meanwhile.
 */
export function peekSchema(file: string): PeekedSchema | undefined {
  const fd = openSync(file, 'r');
  try {
    const header = read(fd, 0, headerBytes);
    if (header.toString('latin1', 0, magic.length) !== magic) return undefined;
    const size = header.readUInt16BE(16);
    const pageBytes = size === 1 ? 65_536 : size;
    const tables = new Set<string>();
    const waiting = [1];
    for (let seen = 0; waiting.length > 0; seen += 1) {
      const number = waiting.pop()!;
      if (seen > mostPages || number < 1) return undefined;
      const page = read(fd, (number - 1) * pageBytes, pageBytes);
      readPage(page, number === 1 ? headerBytes : 0, tables, waiting);
    }
    return { userVersion: header.readInt32BE(60), tables };
  } catch (error) {
    // Offsets that point out of a page, or out of the file.
    if (error instanceof RangeError) return undefined;
    throw error;
  } finally {
    closeSync(fd);
  }
}

/** One page of the b-tree of `sqlite_schema`: names of tables, or pages below. */
function readPage(page: Buffer, start: number, tables: Set<string>, below: number[]): void {
  const type = page.readUInt8(start);
  const isInterior = type === 0x05;
  if (!isInterior && type !== 0x0d) throw new RangeError('no page of a table');
  const cells = page.readUInt16BE(start + 3);
  const pointers = start + (isInterior ? 12 : 8);
  for (let i = 0; i < cells; i += 1) {
    const at = page.readUInt16BE(pointers + 2 * i);
    if (isInterior) below.push(page.readUInt32BE(at));
    else readCell(page, at, tables);
  }
  if (isInterior) below.push(page.readUInt32BE(start + 8));
}

/** A row of `sqlite_schema`: its first two columns are type and name, both text. */
function readCell(page: Buffer, cell: number, tables: Set<string>): void {
  let at = cell;
  const varint = (): number => {
    let value = 0;
    for (let bytes = 0; bytes < 9; bytes += 1) {
      const byte = page.readUInt8(at);
      at += 1;
      value = value * 128 + (byte & 0x7f);
      if (byte < 0x80) break;
    }
    return value;
  };
  varint();
  varint();
  const record = at;
  const body = record + varint();
  const [type = 0, name = 0] = [varint(), varint()].map((serial) => (serial - 13) / 2);
  const text = (from: number, length: number): string => page.toString('utf8', from, from + length);
  if (text(body, type) === 'table') tables.add(text(body + type, name));
}

function read(fd: number, at: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  if (readSync(fd, bytes, 0, length, at) !== length) throw new RangeError('beyond the end');
  return bytes;
}

/** Whether one of some texts stands anywhere in the first 16 MB of a file. */
export function holdsText(file: string, texts: readonly string[]): boolean {
  const fd = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(16 * 1024 * 1024);
    const length = readSync(fd, bytes, 0, bytes.length, 0);
    const read = bytes.subarray(0, length);
    return texts.some((text) => read.includes(text));
  } finally {
    closeSync(fd);
  }
}
