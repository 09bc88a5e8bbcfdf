/**
 * A 53-bit hash of the bytes in [start, stop): two rounds of multiply-and-mix over 32-bit halves.
 * 53 bits fit a JavaScript number; among a million ids two differ but collide with a chance of about
 * one in twenty thousand, so nothing that counts may hang on one hash alone.
 */
export function hashBytes(buf: Uint8Array, start: number, stop: number): number {
  let a = seedA;
  let b = seedB;
  for (let i = start; i < stop; i++) {
    const c = buf[i]!;
    a = Math.imul(a ^ c, 0x01000193);
    b = Math.imul(b ^ c, 0xc2b2ae35);
    b ^= b >>> 13;
  }
  return finish(a, b);
}

const seedA = 0x9e3779b9 | 0;
const seedB = 0x85ebca6b | 0;

function finish(first: number, second: number): number {
  let a = first;
  let b = second;
  a ^= b >>> 16;
  a = Math.imul(a, 0x7feb352d);
  a ^= a >>> 15;
  b ^= a >>> 14;
  b = Math.imul(b, 0x846ca68b);
  b ^= b >>> 16;
  return (a >>> 11) * 0x100000000 + (b >>> 0);
}

/** The same of a text's UTF-8 bytes: ASCII is hashed as it stands. */
export function hashText(text: string): number {
  let a = seedA;
  let b = seedB;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c >= 0x80) {
      const bytes = new TextEncoder().encode(text);
      return hashBytes(bytes, 0, bytes.length);
    }
    a = Math.imul(a ^ c, 0x01000193);
    b = Math.imul(b ^ c, 0xc2b2ae35);
    b ^= b >>> 13;
  }
  return finish(a, b);
}

/** 48 bits of a uuid, never 0; 0 where there is none. */
export function uuidHash(uuid: string): number {
  return uuid === '' ? 0 : hashText(uuid) % 2 ** 48 || 1;
}
