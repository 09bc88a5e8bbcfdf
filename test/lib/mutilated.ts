import fc from 'fast-check';

/** Bytes of which one is another, cut off anywhere. */
export function mutilated(whole: Buffer): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length))
    .map(([at, byte, end]) => {
      const bytes = Buffer.from(whole);
      bytes[at] = byte;
      return bytes.subarray(0, end);
    });
}
