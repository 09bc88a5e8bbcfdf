const endOfDirectory = 0x06054b50;
const directoryEntry = 0x02014b50;

/** Names and unpacked sizes of the files in a zip archive, such as a .vsix. */
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
    entries.push({ name, size: buffer.readUInt32LE(at + 24) });
    at += 46 + nameLength + extraLength;
  }
  return entries;
}
