import { hostname } from 'node:os';
import {
  type Alert,
  type AlertState,
  addHistory,
  type DeliveryLease,
  isOpen,
  type OpenAlert,
  readAlertState,
  updateAlertState,
} from '../dataFolder/alertFile.ts';
import { messageOf } from '../model/errors.ts';
import { processAlive } from '../platform/processAlive.ts';
import type { ChannelName } from '../settings/alertSettings.ts';
import { isStale } from './decide.ts';

/** How long one process delivers by a channel before another may; longer than all tries of one alert. */
export const leaseMs = 300_000;

/** Rounds of tries, each with retries of its own; the pause after the first, twice as long after each. */
const mostRounds = 4;
const firstPauseMs = 60_000;

/** How one process tells alerts by one channel. */
export interface Deliverer {
  readonly channel: ChannelName;
  /** Throws where it failed. */
  readonly send: (alert: Alert) => Promise<void>;
}

/** Who delivers: this process, and the time it is. */
export interface DeliveryWorld {
  readonly dataFolder: string;
  /** Tells this deliverer from all others, in this process and elsewhere. */
  readonly owner: string;
  /** UTC milliseconds, by the clock alerts are decided by. */
  readonly clock: () => number;
}

/** What was told, and what could not be. */
export interface Delivered {
  readonly sent: readonly { readonly channel: ChannelName; readonly alert: Alert }[];
  /** One sentence each. */
  readonly problems: readonly string[];
}

/**
 * Tells what is open by the channels this process has. Of all processes one delivers by a channel, for
 * as long as it holds the channel's lease; what a process that ended has left is told by another, with the
 * same id.
 */
export async function deliverAlerts(
  world: DeliveryWorld,
  deliverers: readonly Deliverer[],
): Promise<Delivered> {
  const outcomes = await Promise.all(deliverers.map((each) => deliverBy(world, each)));
  return {
    sent: outcomes.flatMap(({ sent }) => sent),
    problems: outcomes.flatMap(({ problems }) => problems),
  };
}

/** Whether something is to be told by a channel just now: looked at without the lock. */
export function isWaiting(state: AlertState, channel: ChannelName, now: number): boolean {
  return (
    state.open.some((each) => isOpenFor(each, channel, now)) && isFree(state, channel, '', now)
  );
}

async function deliverBy(world: DeliveryWorld, { channel, send }: Deliverer): Promise<Delivered> {
  const { dataFolder } = world;
  const sent: { channel: ChannelName; alert: Alert }[] = [];
  const problems: string[] = [];
  if (!isWaiting(readAlertState(dataFolder), channel, world.clock())) return { sent, problems };
  try {
    // Each is claimed by itself: the lease is renewed, and nobody else has told it meanwhile.
    for (let next = claim(world, channel); next !== undefined; next = claim(world, channel)) {
      const { alert } = next;
      let problem: string | undefined;
      try {
        await send(alert);
        sent.push({ channel, alert });
      } catch (error) {
        problem = messageOf(error);
        problems.push(`An alert could not be told by ${channel}: ${problem}`);
      }
      note(world, channel, alert.id, problem);
    }
  } finally {
    release(world, channel);
  }
  return { sent, problems };
}

/** Takes or renews the lease of a channel and answers with what is to be told next. */
function claim(world: DeliveryWorld, channel: ChannelName): OpenAlert | undefined {
  const now = world.clock();
  return updateAlertState(world.dataFolder, (state) => {
    if (!isFree(state, channel, world.owner, now)) return { state: undefined, result: undefined };
    const next = state.open.find((each) => isOpenFor(each, channel, now));
    if (next === undefined) return { state: undefined, result: undefined };
    const lease = { owner: world.owner, pid: process.pid, host: hostname(), until: now + leaseMs };
    return { state: { ...state, leases: { ...state.leases, [channel]: lease } }, result: next };
  });
}

function isOpenFor({ alert, channels }: OpenAlert, channel: ChannelName, now: number): boolean {
  const own = channels[channel];
  return own?.state === 'open' && own.after <= now && !isStale(alert, now);
}

function isFree({ leases }: AlertState, channel: ChannelName, owner: string, now: number): boolean {
  const lease = leases[channel];
  return lease === undefined || lease.owner === owner || isOver(lease, now);
}

/** A lease whose time is over, or whose process on this machine is gone. */
function isOver({ until, pid, host }: DeliveryLease, now: number): boolean {
  // One that reaches further than any was written by a clock that was ahead.
  if (now >= until || until - now > leaseMs + 60_000) return true;
  return host === hostname() && pid !== process.pid && !processAlive(pid);
}

/** Writes down that an alert was told, or why not and when it is tried again. */
function note(
  { dataFolder, clock }: DeliveryWorld,
  channel: ChannelName,
  id: string,
  problem: string | undefined,
): void {
  const now = clock();
  updateAlertState(dataFolder, (state) => {
    const own = state.open.find(({ alert }) => alert.id === id)?.channels[channel];
    if (own?.state !== 'open') return { state: undefined, result: undefined };
    const tries = own.tries + 1;
    const failed = problem !== undefined && tries >= mostRounds;
    const after = now + firstPauseMs * 2 ** (tries - 1);
    const changed =
      problem === undefined
        ? ({ state: 'done', tries, after: now } as const)
        : ({ state: failed ? 'failed' : 'open', tries, after, note: problem } as const);
    const open = state.open.map((each) =>
      each.alert.id === id ? { ...each, channels: { ...each.channels, [channel]: changed } } : each,
    );
    if (changed.state !== 'open') {
      const ok = problem === undefined;
      addHistory(dataFolder, [
        { kind: 'outcome', id, channel, at: now, ok, ...(!ok && { note: problem }) },
      ]);
    }
    return { state: { ...state, open: open.filter(isOpen) }, result: undefined };
  });
}

function release({ dataFolder, owner }: DeliveryWorld, channel: ChannelName): void {
  updateAlertState(dataFolder, (state) => {
    if (state.leases[channel]?.owner !== owner) return { state: undefined, result: undefined };
    const { [channel]: _own, ...leases } = state.leases;
    return { state: { ...state, leases }, result: undefined };
  });
}
