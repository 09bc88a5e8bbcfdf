import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { usDollars } from '../../../src/model/currency.ts';
import { noUsage } from '../../../src/model/tokens.ts';
import type { PanelMessage, PanelMiss } from '../../../src/protocol/session.ts';
import type { SessionSummary } from '../../../src/store/query/storeReader.ts';
import type * as Headline from '../../../src/views/sessionPanel/headline.ts';
import type { SessionInputs } from '../../../src/views/sessionPanel/inputs.ts';
import type * as Model from '../../../src/views/sessionPanel/viewModel.ts';
import type { Format } from '../../../src/views/text/format.ts';
import { standInForVscode } from '../../bench/vscodeStandIn.ts';
import { plainMessage } from '../../lib/panelMessage.ts';

const minute = 60_000;
const start = Date.parse('2026-11-21T14:02:00Z');

const message = (n: number, usd: number, miss: Partial<PanelMiss> | null = null): PanelMessage => ({
  ...plainMessage,
  key: `m${n}`,
  at: start + n * minute,
  nano: Math.round(usd * 1e9),
  classes: { ...noUsage, output: Math.round(usd * 1e9) },
  miss:
    miss === null
      ? null
      : {
          reason: 'expired',
          tokens: 186_000,
          gap: 7 * minute,
          lifetime: 5 * minute,
          nano: 0,
          ...miss,
        },
});

describe('the verdict on a session', () => {
  let headline: typeof Headline;
  let model: typeof Model;
  let format: Format;
  before(async () => {
    standInForVscode();
    headline = await import('../../../src/views/sessionPanel/headline.ts');
    model = await import('../../../src/views/sessionPanel/viewModel.ts');
    const { Format: FormatClass } = await import('../../../src/views/text/format.ts');
    format = new FormatClass({ currency: usDollars, zone: 'UTC', billing: 'api' }, 'en');
  });
  const facts = (
    messages: readonly PanelMessage[],
    more: Partial<SessionSummary> = {},
    usual?: SessionInputs['usual'],
  ): SessionInputs => ({
    summary: {
      ...noUsage,
      id: 1,
      sid: 'abc',
      root: '',
      cwd: '/home/dev/shop',
      gitRoot: null,
      title: 'Fix it',
      branch: 'main',
      startedAt: start,
      endedAt: start + 41 * minute,
      background: 0,
      unconfirmed: 0,
      clientUsd: null,
      irreconcilable: false,
      messages: messages.length,
      nano: messages.reduce((sum, { nano }) => sum + nano, 0),
      lower: 0,
      unpriced: 0,
      client: 0,
      lost: 0,
      ...more,
    } as SessionSummary,
    agents: [],
    parents: new Map(),
    compactions: new Map(),
    backgrounds: [],
    messages,
    rates: {},
    unknownLifetimes: [],
    running: false,
    now: start + 50 * minute,
    catalogueDate: '2026-11-21',
    summedUpBefore: 0,
    format,
    usual,
  });
  const small = (count: number): PanelMessage[] =>
    Array.from({ length: count }, (_, n) => message(n, 0.1));

  it('is one message that made a good part, with the reason and the way to it', () => {
    const verdict = headline.sessionVerdict(
      facts([...small(20), message(20, 1, { nano: 0.9e9 })]),
      false,
    );
    assert.equal(verdict.answer, 'One message made a third of the cost');
    assert.match(
      verdict.lead,
      /^It came 7 min after the one before\. By then its cache had expired, .* \$3\.00 in 41 min and 21 messages\.$/,
    );
    assert.deepEqual(verdict.show, { key: 'm20', label: 'Show Message 21' });
  });

  it('counts on what most of a message’s money went where no cache was missed', () => {
    const { lead } = headline.sessionVerdict(facts([...small(3), message(3, 1)]), true);
    assert.equal(lead, 'It answered with 0 tokens. $1.30 so far, in 41 min and 4 messages.');
  });

  it('is missed caches, where many of them made a good part', () => {
    const misses = Array.from({ length: 10 }, (_, n) => message(20 + n, 0.15, { nano: 0.1e9 }));
    const verdict = headline.sessionVerdict(facts([...small(20), ...misses]), false);
    assert.equal(verdict.answer, 'Missed caches made 29% of the cost');
    assert.match(verdict.lead, /^10 messages wrote their context to the cache again\./);
  });

  it('is how it compares with what is usual, else what it came to', () => {
    const answer = (nano: number | undefined): string =>
      headline.sessionVerdict(
        facts(small(20), {}, nano === undefined ? undefined : { nano, length: minute }),
        false,
      ).answer;
    assert.equal(answer(1e9), '2.0× your usual session');
    assert.equal(answer(1.9e9), 'As usual');
    assert.equal(answer(9e9), 'Less than your usual session');
    assert.equal(answer(undefined), '$2.00 in 41 min and 20 messages');
  });

  it('of a session without messages names none', () => {
    const { answer, show } = headline.sessionVerdict(facts([]), false);
    assert.deepEqual([answer, show], ['$0, and no message yet.', null]);
  });

  it('advises what would have avoided the most expensive missed cache, and nothing for a trifle', () => {
    const big = facts([...small(20), message(20, 1, { nano: 0.9e9 })]);
    assert.equal(headline.sessionAdvice(big)?.title, 'Before a break, finish or compact');
    assert.equal(
      headline.sessionAdvice(facts([...small(20), message(20, 0.1, { nano: 1e6 })])),
      null,
    );
    assert.equal(headline.sessionAdvice(facts(small(3))), null);
  });

  it('has four cards, each with its yardstick', () => {
    const messages = [...small(20), message(20, 1, { nano: 0.9e9 })];
    const { cards } = model.panelSession(facts(messages, {}, { nano: 1.5e9, length: 38 * minute }));
    assert.deepEqual(
      cards.map(({ id, figure, detail, more }) => [id, figure, detail, more]),
      [
        ['cost', '$3.00', '2.0× your usual session', '$1.50 usually, in 38 min'],
        ['messages', '21', 'half of them under $0.10', 'each one a piece below'],
        ['misses', '$0.90', '1 message of 21', '30% of the session'],
        ['mostly', 'Output', '100% of the session', ''],
      ],
    );
    const [cost, pieces] = cards.map(({ strip }) => strip!);
    assert.equal(cost!.tick, 1.5e9);
    assert.equal(pieces!.parts?.length, 21);
    assert.deepEqual(pieces!.tones?.filter((tone) => tone === 'lost').length, 1);
  });

  it('adds up to what Claude Code says, or says why not', () => {
    const sum = (more: Partial<SessionSummary>) => model.panelSession(facts(small(10), more)).sum;
    const lines = (more: Partial<SessionSummary>): string[] =>
      sum(more).lines.map(({ label, figure }) => `${label} ${figure}`);
    assert.deepEqual(lines({ clientUsd: 1.2, background: 0.2e9 }), [
      'Messages $1.00',
      'Claude Code overhead $0.20',
      'Claude Code says the same $1.20',
    ]);
    assert.equal(sum({ clientUsd: 1.2, background: 0.2e9 }).agrees, true);
    assert.deepEqual(lines({ clientUsd: 5 }), [
      'Messages $1.00',
      'Together $1.00',
      'Claude Code says $5.00',
    ]);
    assert.match(sum({}).note, /not written its own total yet/);
    assert.match(sum({ clientUsd: 1, irreconcilable: true }).note, /cannot be compared/);
  });

  it('is dated as one speaks', () => {
    assert.match(model.panelSession(facts(small(1))).place.at(-1)!, /^today, 2:02\s–\s2:43\sPM$/u);
  });

  it('has an age in days for a month, then a date with the year of another year', () => {
    const day = 24 * 60 * minute;
    assert.equal(format.age(25 * 60 * minute), '1 d ago');
    assert.equal(format.age(30 * day), '30 d ago');
    assert.match(format.age(536 * day), /^[A-Z][a-z]{2} \d{1,2}, 20\d\d$/);
  });

  it('adds up with what exact mode itemises of overhead, before the client has said its total too', () => {
    const more = { background: 0.3e9 };
    const inputs: SessionInputs = {
      ...facts([message(1, 1)], more),
      overhead: [
        { kind: 'compaction', requests: 2, nano: 0.2e9 },
        { kind: 'title', requests: 1, nano: 0.04e9 },
      ],
    };
    const overhead = {
      label: 'Claude Code overhead',
      detail: 'compaction\u00a0$0.20, titles\u00a0$0.04, unexplained\u00a0$0.06',
      figure: '$0.30',
    };
    const { lines, note } = model.panelSession(inputs).sum;
    assert.deepEqual(lines[1], overhead);
    assert.equal(note, 'Claude Code has not written its own total yet.');
    const told = { ...inputs, summary: { ...inputs.summary, clientUsd: 1.3 } };
    assert.deepEqual(model.panelSession(told).sum.lines[1], overhead);
    const [, plain] = model.panelSession(facts([message(1, 1)], { ...more, clientUsd: 1.3 })).sum
      .lines;
    assert.equal(plain?.detail, 'title, summaries');
  });
});
