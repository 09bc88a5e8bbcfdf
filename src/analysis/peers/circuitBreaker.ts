import { dayMs, hourMs } from '../../model/calendar.ts';
import { type PeerEvent, peerLimit } from './peers.ts';

/**
 * Whether a peer should be sent anything: advice, by the circuit breaker's rules. A peer is suspended
 * while it spends too much in 24 hours or too many of its sends of an hour fail; for 30 minutes at
 * least, then until neither is so. One that is suspended for 24 hours is evicted for good.
 */

export type PeerState = 'ACTIVE' | 'SUSPENDED' | 'EVICTED';

const cooldown = hourMs / 2;
const evictedAfter = dayMs;
const fewestSends = 10;
const mostFailures = 0.5;

/** What a peer is suspended for. */
export type BreakerCause = 'spend' | 'failures';

export interface Breaker {
  readonly peer: string;
  readonly state: PeerState;
  /** Since when, UTC milliseconds; undefined for a peer that was never anything but active. */
  readonly since: number | undefined;
  /** Why the peer was last suspended. */
  readonly cause: BreakerCause | undefined;
}

/** The state of each peer at `now`, by name, found by replaying its events in the order of their times. */
export function breakers(
  events: readonly PeerEvent[],
  now: number,
  limit: number = peerLimit,
): Breaker[] {
  return [...Map.groupBy(events, ({ peer }) => peer)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([peer, own]) => ({ peer, ...replay(own, now, limit) }));
}

/**
 * Whether there is a cause changes only when an event happens and when it leaves one of the
 * windows, so the replay goes from one such moment to the next and looks at the interval between
 * them.
 */
function replay(events: readonly PeerEvent[], now: number, limit: number): Omit<Breaker, 'peer'> {
  const dated = events
    .flatMap((event) => (event.at === undefined ? [] : [{ ...event, at: Math.min(event.at, now) }]))
    .sort((a, b) => a.at - b.at);
  const moments = new Set(dated.flatMap(({ at }) => [at, at + hourMs, at + dayMs]));
  const times = [...moments].filter((at) => at <= now).sort((a, b) => a - b);
  const causeAt = causes(dated, limit);
  let suspended = false;
  let since: number | undefined;
  let cause: BreakerCause | undefined;
  for (const [index, from] of times.entries()) {
    const to = times[index + 1] ?? now + 1;
    const reason = causeAt(from);
    if (!suspended) {
      if (reason === undefined) continue;
      [suspended, since, cause] = [true, from, reason];
    }
    const free = reason === undefined ? Math.max(from, since! + cooldown) : to;
    const evicted = since! + evictedAfter;
    // At the very end of 24 hours what a peer was suspended for is over, and it is let off.
    if (evicted < Math.min(free, to)) return { state: 'EVICTED', since: evicted, cause };
    if (free < to) [suspended, since] = [false, free];
  }
  return { state: suspended ? 'SUSPENDED' : 'ACTIVE', since, cause };
}

/** The cause to suspend a peer, at moments asked for in rising order. */
function causes(
  dated: readonly (PeerEvent & { readonly at: number })[],
  limit: number,
): (at: number) => BreakerCause | undefined {
  let [next, hour, day] = [0, 0, 0];
  let [nano, sends, failures] = [0, 0, 0];
  return (at) => {
    for (; next < dated.length && dated[next]!.at <= at; next++) {
      nano += Math.max(0, dated[next]!.nano);
      sends += 1;
      failures += dated[next]!.success === false ? 1 : 0;
    }
    for (; day < next && at - dated[day]!.at >= dayMs; day++) nano -= Math.max(0, dated[day]!.nano);
    for (; hour < next && at - dated[hour]!.at >= hourMs; hour++) {
      sends -= 1;
      failures -= dated[hour]!.success === false ? 1 : 0;
    }
    if (nano > limit) return 'spend';
    return sends >= fewestSends && failures > mostFailures * sends ? 'failures' : undefined;
  };
}
