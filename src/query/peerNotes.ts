import { federation, type PeerEvent, peerLimit } from '../analysis/peers/peers.ts';
import { formatUsd } from '../model/money.ts';

/** What peers reported, and when one of them stands out. */
export interface Peers {
  readonly events: readonly PeerEvent[];
  /** Nano-dollars in 24 hours; undefined where the environment names no usable one. */
  readonly limit: number | undefined;
  readonly problems: readonly string[];
}

export const noPeers: Peers = { events: [], limit: peerLimit, problems: [] };

/** That figures leave out what peers spent, where they spent something in the last seven days. */
export function peerNotes(peers: Peers, now: number): string[] {
  if (peers.events.length === 0) return [];
  const { all } = federation(peers.events, now);
  if (all['7d'].nano === 0) return peers.problems.slice();
  return [
    `Peers reported ${formatUsd(all['7d'].nano)} in seven days, which no transcript here shows: the local total is a lower bound. "outlay federation" lists them.`,
    ...peers.problems,
  ];
}
