import { type PeerEvent, peerLimit } from '../analysis/peers/peers.ts';
import { usdToNano } from '../model/money.ts';
import { peerNamespace } from './peerEvents.ts';
import { readFederation } from './peerFile.ts';

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
