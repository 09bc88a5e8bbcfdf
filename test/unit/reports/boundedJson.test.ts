import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { boundedJson } from '../../../src/reports/document/boundedJson.ts';

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

describe('bounded JSON', () => {
  it('is never larger than it may be, whatever it is made of', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 5 }),
        fc.integer({ min: 2, max: 2000 }),
        (json, most) => {
          // As programs get it: what JSON does not know is not there.
          const plain = JSON.parse(JSON.stringify(json));
          const { value } = boundedJson(plain, { bytes: Math.max(4, most) });
          assert.ok(bytesOf(value) <= Math.max(4, most));
        },
      ),
    );
  });

  it('leaves what fits as it is', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (json) => {
        const plain = JSON.parse(JSON.stringify(json));
        const fits = boundedJson(plain, { bytes: 1_000_000 });
        assert.deepEqual(fits, { value: plain, leftOut: [] });
      }),
    );
  });

  it('counts every entry of a list that is gone', () => {
    const sizes = fc.array(fc.nat(60), { maxLength: 60 });
    fc.assert(
      fc.property(sizes, sizes, fc.integer({ min: 100, max: 3000 }), (a, b, bytes) => {
        const rows = (all: readonly number[]) =>
          all.map((length) => ({ name: 'x'.repeat(length) }));
        const { value, leftOut } = boundedJson({ a: rows(a), b: rows(b), sum: 1 }, { bytes });
        const kept = value as { a: unknown[]; b: unknown[]; sum: number };
        const gone = (list: string) => leftOut.find((each) => each.list === list)?.count ?? 0;
        assert.equal(kept.a.length + gone('a'), a.length);
        assert.equal(kept.b.length + gone('b'), b.length);
        assert.deepEqual(kept.a, rows(a).slice(0, kept.a.length), 'the first stay');
        assert.equal(kept.sum, 1, 'figures stay');
      }),
    );
  });

  it('cuts the list that takes most, also inside another', () => {
    const session = { id: 's', parts: Array.from({ length: 200 }, (_, i) => `part ${i}`) };
    const { value, leftOut } = boundedJson({ sessions: [session, session] }, { bytes: 1000 });
    const { sessions } = value as { sessions: { parts: string[] }[] };
    assert.equal(sessions.length, 2);
    const kept = sessions[0]!.parts.length;
    assert.ok(kept > 0);
    assert.deepEqual(leftOut, [{ list: 'sessions[].parts', count: 2 * (200 - kept) }]);
  });

  it('takes an object of many names for a list', () => {
    const byModel = Object.fromEntries(
      Array.from({ length: 100 }, (_, i) => [`model-${i}`, { usd: i, byDay: [1, 2, 3] }]),
    );
    const { value, leftOut } = boundedJson({ byModel, total: 4950 }, { bytes: 800 });
    const kept = value as { byModel: object; total: number };
    assert.equal(kept.total, 4950);
    const count = 100 - Object.keys(kept.byModel).length;
    assert.ok(count > 0 && count < 100);
    assert.ok(leftOut.some((each) => each.list === 'byModel' && each.count === count));
  });

  it('lists so many entries and no more where that is asked for', () => {
    const rows = Array.from({ length: 10 }, (_, i) => ({ i, parts: [1, 2, 3] }));
    const { value, leftOut } = boundedJson({ rows }, { bytes: 100_000, items: 2 });
    assert.deepEqual(value, { rows: rows.slice(0, 2) });
    assert.deepEqual(leftOut, [{ list: 'rows', count: 8 }]);
  });

  it('shortens texts, and drops characters that only a model would read', () => {
    const hidden = String.fromCodePoint(0xe0041, 0xe0042);
    const { value } = boundedJson(
      { title: `shop${hidden}`, long: 'é'.repeat(9000) },
      { bytes: 5000 },
    );
    const { title, long } = value as { title: string; long: string };
    assert.equal(title, 'shop');
    assert.equal(long.length, 400);
    assert.ok(long.endsWith('…'));
  });

  it('keeps names that mean something to JavaScript', () => {
    const odd = JSON.parse('{"__proto__":{"usd":1},"constructor":2}');
    const { value } = boundedJson(odd, { bytes: 1000 });
    assert.equal(JSON.stringify(value), '{"__proto__":{"usd":1},"constructor":2}');
  });
});
