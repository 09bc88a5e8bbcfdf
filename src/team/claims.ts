import { createHmac } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { TeamPolicy } from '../dataFolder/team/membership.ts';
import { readUploadState, updateUploadState } from '../dataFolder/team/uploadState.ts';
import { memoize } from '../model/memoize.ts';
import { hostOf } from '../model/records.ts';
import type { SqlDatabase } from '../platform/sqlite/types.ts';
import { backgroundRows } from '../store/query/background.ts';
import { sessionInfo } from '../store/query/sessionInfo.ts';
import { spendRows } from '../store/query/spendRows.ts';
import type { Ledger } from './connection.ts';

/** A UTC day of a session, by the hash the ledger knows it by, as one text. */
export type SessionDay = `${string} ${string}`;

/** Whether this machine sends a day of a session. */
export type Sends = (sessionDay: SessionDay) => boolean;

/** Session days asked for at once: as many as a ledger takes. */
const atOnce = 5_000;

/** Session days this machine might send, each with the session's id, which stays here. */
export type SessionDays = ReadonlyMap<SessionDay, string>;

/**
 * Names days of sessions, by their ids, as the ledger knows them; undefined for those of other hosts, which send them
 * themselves.
 */
export function sessionDays({
  salt,
}: Pick<TeamPolicy, 'salt'>): (sid: string, at: number) => SessionDay | undefined {
  const hashOf = memoize((sid: string) => {
    if (hostOf(sid) !== '') return '';
    const digest = createHmac('sha256', salt).update(`session ${sid}`).digest();
    return digest.readBigInt64BE(0).toString();
  });
  return (sid, at) => {
    const hash = hashOf(sid);
    return hash === '' ? undefined : `${new Date(at).toISOString().slice(0, 10)} ${hash}`;
  };
}

/** Every session day this machine might send. `since`: only days from this UTC day on. */
export function teamSessions(db: SqlDatabase, policy: TeamPolicy, since = ''): SessionDays {
  const span = since === '' ? undefined : { from: Date.parse(since), to: Number.MAX_SAFE_INTEGER };
  const places = sessionInfo(db);
  const dayOf = sessionDays(policy);
  const all = [
    ...spendRows(db, span, ['bucket', 'session'], { only: ['messages'] }),
    ...backgroundRows(db, span),
  ];
  return new Map(
    all.flatMap(({ session, at }): [SessionDay, string][] => {
      const sid = places.get(session)?.sid ?? '';
      const one = dayOf(sid, at);
      return one === undefined ? [] : [[one, sid]];
    }),
  );
}

/**
 * Asks the ledger which of these days this machine sends: those no other machine has asked for first. What
 * another one sends is noted, so that nobody here waits for it to be sent.
 */
export async function claimSessions(
  ledger: Ledger,
  folder: string,
  machine: number,
  asked: SessionDays,
  since: string,
): Promise<Sends> {
  const own = new Set<SessionDay>();
  const left = [...asked.keys()];
  while (left.length > 0) {
    const some = left.splice(0, atOnce).map((one) => one.split(' ') as [string, string]);
    const rows = await ledger.query<{ day: string; session: string }>(
      'SELECT day::text AS day, session::text AS session FROM outlay.claim_sessions($1::int, $2::date[], $3::bigint[])',
      [machine, some.map(([day]) => day), some.map(([, session]) => session)],
    );
    for (const { day, session } of rows) own.add(`${day} ${session}`);
  }
  noteElsewhere(folder, asked, own, since);
  return (one) => own.has(one);
}

/** What a machine has claimed of days from one on; '' for all. */
export async function claimedSessions(
  ledger: Ledger,
  machine: number,
  since: string,
): Promise<readonly SessionDay[]> {
  const rows = await ledger.query<{ day: string; session: string }>(
    'SELECT day::text AS day, session::text AS session FROM outlay.claimed_sessions($1::int, $2::date)',
    [machine, since || '2000-01-01'],
  );
  return rows.map(({ day, session }): SessionDay => `${day} ${session}`);
}

/** Gives claims back, of days that were sent without these sessions: another machine may have them. */
export async function releaseSessions(
  ledger: Ledger,
  machine: number,
  dropped: readonly SessionDay[],
): Promise<void> {
  if (dropped.length === 0) return;
  const names = dropped.map((one) => one.split(' ') as [string, string]);
  await ledger.query('SELECT outlay.release_sessions($1::int, $2::date[], $3::bigint[])', [
    ...[machine, names.map(([day]) => day), names.map(([, session]) => session)],
  ]);
}

/** Notes which of the session days that were asked for, from a day on, another machine sends. */
export function noteElsewhere(
  folder: string,
  asked: SessionDays,
  own: ReadonlySet<SessionDay>,
  since: string,
): void {
  const others = [...asked].filter(([one]) => !own.has(one));
  updateUploadState(folder, (state) => {
    const before = Object.entries(state.elsewhere ?? {});
    const kept = before.filter(([one]) => since !== '' && one < since);
    const elsewhere = Object.fromEntries([...kept, ...others].sort());
    const isSame = isDeepStrictEqual(elsewhere, state.elsewhere ?? {});
    return isSame ? state : { ...state, elsewhere };
  });
}

/** What this machine would send by what the ledger said last. */
export function lastClaimed(folder: string): Sends {
  const elsewhere = readUploadState(folder).elsewhere ?? {};
  return (one) => elsewhere[one] === undefined;
}
