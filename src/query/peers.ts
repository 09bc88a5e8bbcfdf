import { federation, type PeerEvent, peerLimit } from '../analysis/peers/peers.ts';
import { peerNamespace } from '../dataFolder/peerEvents.ts';
import { readFederation } from '../dataFolder/peerFile.ts';
import { formatUsd, nanoToUsd, usdToNano } from '../model/money.ts';

/** What peers reported, and when one of them stands out. */
export interface Peers {
  readonly events: readonly PeerEvent[];
  /** Nano-dollars in 24 hours; undefined where the environment names no usable one. */
  readonly limit: number | undefined;
  readonly problems: readonly string[];
}

export const noPeers: Peers = { events: [], limit: peerLimit, problems: [] };

/** Reads the events of a data folder, with the namespace and the limit of the environment. */
export function readPeers(
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
): Peers {
  const { events, problems } = readFederation(folder, env.FED_NAMESPACE || peerNamespace);
  return { events: [...events.values()], limit: limitOf(env.FED_SUSPEND_THRESHOLD_USD), problems };
}

function limitOf(written: string | undefined): number | undefined {
  const text = (written ?? '').trim();
  if (text === '') return peerLimit;
  return /^\d{1,7}(\.\d{1,9})?$/.test(text) ? usdToNano(Number(text)) : undefined;
}

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
