import { federation, peerLimit } from '../analysis/peers/peers.ts';
import { peerNamespace } from '../dataFolder/peerEvents.ts';
import { readFederation } from '../dataFolder/peerFile.ts';
import { nanoToUsd, usdToNano } from '../model/money.ts';
import type { Peers } from './peerNotes.ts';

export { noPeers, type Peers, peerNotes } from './peerNotes.ts';

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
