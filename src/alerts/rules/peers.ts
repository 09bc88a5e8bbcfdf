import { federation, peerLimit } from '../../analysis/peers/peers.ts';
import { dayMs } from '../../model/calendar.ts';
import type { ReportContext } from '../../query/context.ts';
import { alertKey, type Candidate } from '../decide.ts';
import { within } from './rates.ts';

/** Peers that spent more than their limit in 24 hours, as `outlay federation` flags them. */
export function peerCandidates({ peers: known, now }: ReportContext): Candidate[] {
  const limit = known.limit ?? peerLimit;
  const { peers, offenders } = federation(known.events, now, limit);
  return peers
    .filter(({ peer }) => offenders.includes(peer))
    .map(({ peer, spend }) => ({
      key: alertKey('peer', peer),
      rule: 'peer',
      level: 'warning',
      part: peer,
      since: now - dayMs + 1,
      atLeast: false,
      repeat: within(dayMs, limit),
      facts: { spent: spend['24h'].nano, limit },
      findCause: () => undefined,
    }));
}
