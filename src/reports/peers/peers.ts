import { type Breaker, breakers } from '../../analysis/peers/circuitBreaker.ts';
import {
  type Federation,
  federation as federationOf,
  type PeerSpend,
} from '../../analysis/peers/peers.ts';
import { HumanError } from '../../model/errors.ts';
import { formatUsd, nanoToUsd, usdToNano } from '../../model/money.ts';
import { count, isoTime, type ReportContext } from '../../query/context.ts';
import type { OptionDefinition } from '../../query/options.ts';
import { listed, numberOption, type Question } from '../../query/question.ts';
import type { ReportDefinition } from '../document/definition.ts';
import type { Cell, Document } from '../document/document.ts';

const options: readonly OptionDefinition[] = [
  {
    name: 'threshold',
    value: 'usd',
    text: 'dollars in 24 hours above which a peer stands out (FED_SUSPEND_THRESHOLD_USD, 5)',
    kind: 'number',
  },
];

/** `outlay federation` */
export const federation: ReportDefinition = {
  name: 'federation',
  title: 'Federation',
  editorTitle: 'Peer Spend',
  summary: 'What peers reported to spend in an hour, a day and a week.',
  period: undefined,
  filters: [],
  options,
  gate: false,
  formatVariable: 'FED_FORMAT',
  examples: [
    ['outlay ingest events.jsonl', 'take in what peers reported'],
    ['outlay federation', 'each peer in the last hour, day and week'],
  ],
  run: (context, question) => federationReport(context, question),
};

/** `outlay federation status` */
export const federationStatus: ReportDefinition = {
  name: 'federation status',
  title: 'Federation Status',
  editorTitle: 'Suspended Peers',
  summary: 'Which peers are suspended or evicted; exit 1 when one is.',
  period: undefined,
  filters: [],
  options,
  gate: true,
  formatVariable: 'FED_FORMAT',
  examples: [['outlay federation status', 'exit 1 when a peer is suspended or evicted']],
  run: (context, question) => {
    const document = federationReport(context, question);
    const { peers } = document.json as { peers: readonly { state: string }[] };
    const stopped = peers.some(({ state }) => state !== 'ACTIVE');
    const status = peers.length === 0 ? 'no-data' : stopped ? 'alert' : 'ok';
    return {
      ...document,
      title: 'Federation status',
      verdict: { status, unpriced: false, incomplete: false },
    };
  },
};

function federationReport(context: ReportContext, question: Question): Document {
  const limit = limitOf(context, question);
  const events = context.peers.events;
  const found = federationOf(events, context.now, limit);
  const states = breakers(events, context.now, limit);
  const stopped = states.filter(({ state }) => state !== 'ACTIVE');
  const empty = events.length === 0;
  return {
    title: 'Federation',
    sentences: empty ? [nothing] : sentences(found, stopped, limit),
    tables: empty ? [] : [{ title: '', columns, rows: rowsOf(found, states) }],
    notes: [
      ...(empty ? [] : ['As the peers reported it: no transcript here shows what they spent.']),
      ...context.peers.problems,
    ],
    json: json(found, states, limit, events.length),
  };
}

const nothing = 'No data: no peer has reported anything. "outlay ingest" takes in their events.';

function limitOf({ peers }: ReportContext, question: Question): number {
  const asked = numberOption(question, 'threshold');
  if (asked !== undefined) return usdToNano(asked);
  if (peers.limit === undefined) {
    throw new HumanError(
      'config',
      'FED_SUSPEND_THRESHOLD_USD must be a number of dollars, such as 5.',
    );
  }
  return peers.limit;
}

function sentences(
  { peers, all, offenders }: Federation,
  stopped: readonly Breaker[],
  limit: number,
): string[] {
  const first = `${count(peers.length, 'peer')} reported ${formatUsd(all['24h'].nano)} in 24 hours, ${formatUsd(all.total.nano)} in all.`;
  const over =
    offenders.length === 0
      ? `None is above ${formatUsd(limit)} in 24 hours.`
      : `Above ${formatUsd(limit)} in 24 hours: ${listed(offenders)}.`;
  const states = stopped.map(
    ({ peer, state, cause }) =>
      `${peer} is ${state.toLowerCase()} for ${cause === 'failures' ? 'failing sends' : 'its spend'}.`,
  );
  return [
    first,
    over,
    ...states,
    ...(stopped.length > 0 ? ['Outlay advises; it routes nothing.'] : []),
  ];
}

const columns = [
  { key: 'peer', header: 'Peer', unit: 'text', widest: 40 },
  { key: 'state', header: 'State', unit: 'text' },
  { key: 'events', header: 'Events', unit: 'count' },
  { key: 'tokens_24h', header: 'Tokens 24 h', unit: 'tokens' },
  { key: 'usd_1h', header: '1 h', unit: 'usd', leaves: 3 },
  { key: 'usd_24h', header: '24 h', unit: 'usd' },
  { key: 'usd_7d', header: '7 d', unit: 'usd' },
  { key: 'total_usd', header: 'All', unit: 'usd', strong: true },
  { key: 'flag', header: '', unit: 'text' },
] as const;

function rowsOf({ peers, offenders }: Federation, states: readonly Breaker[]): Cell[][] {
  const stateOf = new Map(states.map(({ peer, state }) => [peer, state]));
  return peers.map(({ peer, spend }) => [
    peer,
    stateOf.get(peer) ?? 'ACTIVE',
    spend.total.count,
    spend['24h'].tokens,
    spend['1h'].nano,
    spend['24h'].nano,
    spend['7d'].nano,
    spend.total.nano,
    offenders.includes(peer) ? 'above the limit' : '',
  ]);
}

function json(
  { peers, all, offenders }: Federation,
  states: readonly Breaker[],
  limit: number,
  eventCount: number,
): object {
  const stateOf = new Map(states.map((breaker) => [breaker.peer, breaker]));
  return {
    schemaVersion: 1,
    eventCount,
    peerCount: peers.length,
    thresholdUsd24h: nanoToUsd(limit),
    offenders,
    totals: windowsJson(all),
    peers: peers.map(({ peer, spend }) => {
      const breaker = stateOf.get(peer);
      return {
        peerId: peer,
        state: breaker?.state ?? 'ACTIVE',
        since: breaker?.since === undefined ? null : isoTime(breaker.since),
        cause: breaker?.cause ?? null,
        ...windowsJson(spend),
      };
    }),
  };
}

function windowsJson(spend: PeerSpend): object {
  return Object.fromEntries(
    Object.entries(spend).map(([window, sums]) => [
      window,
      { count: sums.count, tokens: sums.tokens, usd: nanoToUsd(sums.nano) },
    ]),
  );
}
