import { Transform } from 'node:stream';

const newline = 10;

/**
 * Passes on whole lines that are no longer than they may be, and drops the others: a line without an end
 * would fill the memory.
 */
export function lineLimit(mostBytes: number, dropped: () => void): Transform {
  let held: Buffer[] = [];
  let bytes = 0;
  let isTooLong = false;
  const add = (piece: Buffer): void => {
    bytes += piece.length;
    if (bytes > mostBytes) {
      isTooLong = true;
      held = [];
    } else held.push(piece);
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, done): void {
      let from = 0;
      for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, from)) {
        add(chunk.subarray(from, at + 1));
        if (isTooLong) dropped();
        else this.push(Buffer.concat(held));
        held = [];
        bytes = 0;
        isTooLong = false;
        from = at + 1;
      }
      add(chunk.subarray(from));
      done();
    },
  });
}
