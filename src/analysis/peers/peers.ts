import { dayMs, hourMs } from '../../model/calendar.ts';

/** What peers of a federation say they spent. Money in nano-dollars, times in UTC milliseconds. */

/** One send to a peer, as reported. */
export interface PeerEvent {
  readonly peer: string;
  readonly task: string;
  /** Negative amounts count as 0. */
  readonly tokens: number;
  readonly nano: number;
  /** Undefined where the report has no time. */
  readonly at?: number | undefined;
  /** Undefined where the report does not say; only `false` is a failure. */
  readonly success?: boolean | undefined;
}

/** Windows that end now, by name, with their length. */
export const peerWindows = { '1h': hourMs, '24h': dayMs, '7d': 7 * dayMs } as const;
export type PeerWindow = keyof typeof peerWindows;
const windowNames = Object.keys(peerWindows) as PeerWindow[];

/** Spend in 24 hours above which a peer stands out: $5. */
export const peerLimit = 5_000_000_000;

export interface PeerSums {
  readonly count: number;
  readonly tokens: number;
  readonly nano: number;
}

/** Sums of each window, and of everything: an event without a time is only in `total`. */
export type PeerSpend = Readonly<Record<PeerWindow | 'total', PeerSums>>;

export interface Federation {
  /** By the spend of 24 hours, most expensive first. */
  readonly peers: readonly { readonly peer: string; readonly spend: PeerSpend }[];
  /** All peers together. */
  readonly all: PeerSpend;
  /** Peers above the limit in 24 hours, in the order of `peers`. */
  readonly offenders: readonly string[];
}

/** Sums what peers reported. An event dated after now, by a clock that is ahead, counts as of now. */
export function federation(
  events: readonly PeerEvent[],
  now: number,
  limit: number = peerLimit,
): Federation {
  const peers = [...Map.groupBy(events, ({ peer }) => peer)]
    .map(([peer, own]) => ({ peer, spend: spendOf(own, now) }))
    .sort(
      ({ peer: a, spend: x }, { peer: b, spend: y }) =>
        y['24h'].nano - x['24h'].nano || y.total.nano - x.total.nano || (a < b ? -1 : 1),
    );
  return {
    peers,
    all: spendOf(events, now),
    offenders: peers.filter(({ spend }) => spend['24h'].nano > limit).map(({ peer }) => peer),
  };
}

function spendOf(events: readonly PeerEvent[], now: number): PeerSpend {
  const spend = { '1h': nothing(), '24h': nothing(), '7d': nothing(), total: nothing() };
  for (const event of events) {
    add(spend.total, event);
    if (event.at === undefined) continue;
    for (const name of windowNames) {
      if (now - event.at < peerWindows[name]) add(spend[name], event);
    }
  }
  return spend;
}

interface GrowingSums {
  count: number;
  tokens: number;
  nano: number;
}

function nothing(): GrowingSums {
  return { count: 0, tokens: 0, nano: 0 };
}

function add(sums: GrowingSums, { tokens, nano }: PeerEvent): void {
  sums.count += 1;
  sums.tokens += Math.max(0, tokens);
  sums.nano += Math.max(0, nano);
}
