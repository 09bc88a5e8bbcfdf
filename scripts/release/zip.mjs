import { inflateRawSync } from 'node:zlib';

const endOfDirectory = 0x06054b50;
const directoryEntry = 0x02014b50;

/** Names and unpacked sizes of the files in a zip archive, such as a .vsix, and where they are in it. */
export function listZip(buffer) {
  let end = buffer.length - 22;
  while (end >= 0 && buffer.readUInt32LE(end) !== endOfDirectory) end -= 1;
  if (end < 0) throw new Error('not a zip archive');
  const count = buffer.readUInt16LE(end + 10);
  let at = buffer.readUInt32LE(end + 16);
  const entries = [];
  for (let i = 0; i < count; i++) {
    if (buffer.readUInt32LE(at) !== directoryEntry) throw new Error('a damaged zip archive');
    const nameLength = buffer.readUInt16LE(at + 28);
    const extraLength = buffer.readUInt16LE(at + 30) + buffer.readUInt16LE(at + 32);
    const name = buffer.toString('utf8', at + 46, at + 46 + nameLength);
    entries.push({
      name,
      size: buffer.readUInt32LE(at + 24),
      packed: { at: buffer.readUInt32LE(at + 42), size: buffer.readUInt32LE(at + 20) },
    });
    at += 46 + nameLength + extraLength;
  }
  return entries;
}

/** The text of one file of a zip archive. */
export function textInZip(buffer, name) {
  const entry = listZip(buffer).find((each) => each.name === name);
  if (entry === undefined) throw new Error(`${name} is not in the archive`);
  const { at, size } = entry.packed;
  const start = at + 30 + buffer.readUInt16LE(at + 26) + buffer.readUInt16LE(at + 28);
  const bytes = buffer.subarray(start, start + size);
  const isStored = buffer.readUInt16LE(at + 8) === 0;
  return (isStored ? bytes : inflateRawSync(bytes)).toString('utf8');
}
