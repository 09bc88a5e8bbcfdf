import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { lineLimit } from '../../../src/mcp/lineLimit.ts';

async function through(chunks: readonly Buffer[], most: number) {
  let dropped = 0;
  const lines = lineLimit(most, () => {
    dropped += 1;
  });
  const read = buffer(lines);
  for (const chunk of chunks) lines.write(chunk);
  lines.end();
  return { text: (await read).toString(), dropped };
}

describe('the limit of a line', () => {
  it('passes on whole lines however they arrive, and drops those that are too long', async () => {
    const line = fc.string({ minLength: 0, maxLength: 40, unit: fc.constantFrom('a', 'b', '{') });
    const cuts = fc.array(fc.nat(400), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 12 }), cuts, async (lines, at) => {
        const all = Buffer.from(lines.map((each) => `${each}\n`).join(''));
        const places = [0, ...at.filter((n) => n <= all.length).sort((a, b) => a - b), all.length];
        const chunks = places.slice(1).map((to, i) => all.subarray(places[i], to));
        const fit = lines.filter((each) => each.length < 21);
        assert.deepEqual(await through(chunks, 21), {
          text: fit.map((each) => `${each}\n`).join(''),
          dropped: lines.length - fit.length,
        });
      }),
    );
  });

  it('holds nothing of a line that never ends', async () => {
    const chunk = Buffer.alloc(1000, 'x');
    const endless = Array.from({ length: 100 }, () => chunk);
    const { text, dropped } = await through([...endless, Buffer.from('\nok\n')], 500);
    assert.deepEqual({ text, dropped }, { text: 'ok\n', dropped: 1 });
  });
});
