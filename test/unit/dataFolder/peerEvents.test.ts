import assert from 'node:assert/strict';
import { appendFileSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { parseEvent, peerNamespace } from '../../../src/dataFolder/peerEvents.ts';
import { addEvents, federationFile, readFederation } from '../../../src/dataFolder/peerFile.ts';
import { readPeers } from '../../../src/dataFolder/readPeers.ts';
import { tempDir } from '../../lib/tempDir.ts';

const event = {
  peerId: 'bob',
  taskId: 't1',
  tokensUsed: 1200,
  usdSpent: 3.5,
  ts: '2026-11-20T10:00:00Z',
  success: true,
};
const at = Date.UTC(2026, 10, 20, 10);

function parse(data: unknown, namespace = peerNamespace) {
  const line = typeof data === 'string' ? data : JSON.stringify(data);
  return parseEvent(line, namespace, 'Line 3 of x');
}

describe('an event of a peer', () => {
  test('is read with its money, tokens and time', () => {
    assert.deepEqual(parse(event)?.event, {
      peer: 'bob',
      task: 't1',
      tokens: 1200,
      nano: 3.5e9,
      at,
      success: true,
    });
  });

  const times: [unknown, number | undefined][] = [
    [at, at],
    [at / 1000, at],
    ['2026-11-20T12:00:00+02:00', at],
    [null, undefined],
    [undefined, undefined],
  ];
  for (const [ts, expected] of times) {
    test(`may have the time ${JSON.stringify(ts)}`, () => {
      assert.equal(parse({ ...event, ts })?.event.at, expected);
    });
  }

  test('counts negative amounts as 0', () => {
    const { tokens, nano } = parse({ ...event, tokensUsed: -5, usdSpent: -1 })!.event;
    assert.deepEqual([tokens, nano], [0, 0]);
  });

  test('has the same key whenever it is the same, and another when it is not', () => {
    const key = (more: object) => parse({ ...event, ...more })!.key;
    assert.match(key({}), /^fed-spend-[0-9a-f]{24}$/);
    assert.equal(key({ ts: at }), key({}));
    const others = [
      { peerId: 'al' },
      { taskId: 't2' },
      { usdSpent: 3.6 },
      { ts: at + 1 },
      { success: false },
    ];
    assert.equal(new Set([{}, ...others].map(key)).size, others.length + 1);
  });

  test('keeps the key of the entry that holds it, as itself or as text', () => {
    for (const value of [event, JSON.stringify(event)]) {
      const entry = { key: 'fed-spend-7', namespace: peerNamespace, value };
      assert.deepEqual([parse(entry)?.key, parse(entry)?.event.nano], ['fed-spend-7', 3.5e9]);
    }
  });

  test('of another namespace or under another key is left out', () => {
    assert.equal(parse({ key: 'fed-spend-7', namespace: 'other', value: event }), undefined);
    assert.equal(parse({ key: 'session-7', value: event }), undefined);
    assert.equal(parse(''), undefined);
    assert.equal(
      parse({ key: 'fed-spend-7', namespace: 'mine', value: event }, 'mine')?.key,
      'fed-spend-7',
    );
  });

  const wrong: [unknown, RegExp][] = [
    ['no json', /^Line 3 of x is no federation event: it is no JSON object\. An event is \{/],
    [[], /no federation event/],
    [{ ...event, peerId: '' }, /peerId cannot be used/],
    [{ ...event, peerId: undefined }, /peerId cannot be used/],
    [{ ...event, usdSpent: '3' }, /usdSpent cannot be used/],
    [{ ...event, tokensUsed: null }, /tokensUsed cannot be used/],
    [{ ...event, ts: 'yesterday' }, /ts cannot be used/],
    [{ ...event, success: 'yes' }, /success cannot be used/],
    [{ key: 'fed-spend-1', value: 'text' }, /no federation event/],
  ];
  for (const [data, sentence] of wrong) {
    test(`is refused as ${JSON.stringify(data)}`, () => {
      assert.throws(() => parse(data), { reason: 'usage', message: sentence });
    });
  }
});

describe('what peers reported is kept', () => {
  const keyed = (n: number, namespace = peerNamespace) => ({
    key: `fed-spend-${n}`,
    namespace,
    event: { peer: 'bob', task: '', tokens: 1, nano: n },
  });

  test('once for each key, and by namespace', () => {
    using dir = tempDir();
    assert.deepEqual(addEvents(dir.path, peerNamespace, [keyed(1), keyed(2), keyed(1)]), {
      added: 2,
      known: 1,
    });
    assert.deepEqual(addEvents(dir.path, peerNamespace, [keyed(2), keyed(3)]), {
      added: 1,
      known: 1,
    });
    addEvents(dir.path, 'other', [keyed(9, 'other')]);
    const { events, problems } = readFederation(dir.path, peerNamespace);
    assert.deepEqual(
      [...events.values()].map(({ nano }) => nano),
      [1, 2, 3],
    );
    assert.deepEqual(problems, []);
    assert.equal(readFederation(dir.path, 'other').events.size, 1);
  });

  test('once even where two programs added the same', () => {
    using dir = tempDir();
    addEvents(dir.path, peerNamespace, [keyed(1)]);
    const file = federationFile(dir.path);
    appendFileSync(file, readFileSync(file));
    assert.equal(readFederation(dir.path, peerNamespace).events.size, 1);
  });

  test('behind a torn line, which is named', () => {
    using dir = tempDir();
    addEvents(dir.path, peerNamespace, [keyed(1)]);
    appendFileSync(federationFile(dir.path), '{"key":"fed-sp');
    addEvents(dir.path, peerNamespace, [keyed(2)]);
    const { events, problems } = readFederation(dir.path, peerNamespace);
    assert.deepEqual([...events.keys()], ['fed-spend-1', 'fed-spend-2']);
    assert.match(problems.join(), /1 lines are no events and do not count \(2\)/);
  });

  test('and read with the limit of the environment', () => {
    using dir = tempDir();
    const limit = (written?: string) =>
      readPeers(dir.path, { FED_SUSPEND_THRESHOLD_USD: written }).limit;
    assert.deepEqual([undefined, '', '7.5', '0', 'five', '-1'].map(limit), [
      5e9,
      5e9,
      7.5e9,
      0,
      undefined,
      undefined,
    ]);
  });
});
