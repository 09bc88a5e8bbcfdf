import { federation } from '../analysis/peers/peers.ts';
import type { Peers } from '../dataFolder/readPeers.ts';
import { formatUsd, nanoToUsd } from '../model/money.ts';

/** The `federation` of the summary's contract. */
export function federationJson(peers: Peers, now: number): object {
  const events = peers.events;
  const { peers: found, all } = federation(events, now);
  return {
    eventCount: events.length,
    peerCount: found.length,
    totalUsd24h: nanoToUsd(all['24h'].nano),
  };
}

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
