import { createHmac } from 'node:crypto';
import type { TeamPolicy } from '../dataFolder/team/membership.ts';
import { readUploadState, updateUploadState } from '../dataFolder/team/uploadState.ts';
import { memoize } from '../model/memoize.ts';
import { hostOf } from '../model/records.ts';
import type { ReportContext } from '../query/context.ts';
import { Names } from '../query/names.ts';
import { backgroundRows } from '../store/query/background.ts';
import { spendRows } from '../store/query/spendRows.ts';
import type { Ledger } from './connection.ts';

/** A UTC day of a session, by the hash the ledger knows it by, as one text. */
export type SessionDay = `${string} ${string}`;

/** Whether this machine sends a day of a session. */
export type Sends = (sessionDay: SessionDay) => boolean;

/** Session days asked for at once: as many as a ledger takes. */
const atOnce = 5_000;

/** Names days of sessions as the ledger knows them; undefined for those of other hosts, which send them themselves. */
export function sessionDays(
  names: Names,
  { salt }: TeamPolicy,
): (session: number, at: number) => SessionDay | undefined {
  const hashOf = memoize((session: number) => {
    const { sid } = names.place(session);
    if (hostOf(sid) !== '') return '';
    const digest = createHmac('sha256', salt).update(`session ${sid}`).digest();
    return digest.readBigInt64BE(0).toString();
  });
  return (session, at) => {
    const hash = hashOf(session);
    return hash === '' ? undefined : `${new Date(at).toISOString().slice(0, 10)} ${hash}`;
  };
}

/** Every session day this machine might send. `since`: only days from this UTC day on. */
export function teamSessions(
  context: ReportContext,
  policy: TeamPolicy,
  since = '',
): ReadonlySet<SessionDay> {
  const { db } = context;
  const span = since === '' ? undefined : { from: Date.parse(since), to: Number.MAX_SAFE_INTEGER };
  const dayOf = sessionDays(new Names(context), policy);
  const all = [
    ...spendRows(db, span, ['bucket', 'session'], { only: ['messages'] }),
    ...backgroundRows(db, span),
  ];
  return new Set(all.flatMap(({ session, at }) => dayOf(session, at) ?? []));
}

/**
 * Asks the ledger which of these days this machine sends: those no other machine has asked for first. What
 * another one sends is noted, so that nobody here waits for it to be sent.
 */
export async function claimSessions(
  ledger: Ledger,
  folder: string,
  machine: number,
  asked: ReadonlySet<SessionDay>,
  since: string,
): Promise<Sends> {
  const own = new Set<SessionDay>();
  const left = [...asked];
  while (left.length > 0) {
    const some = left.splice(0, atOnce).map((one) => one.split(' ') as [string, string]);
    const rows = await ledger.query<{ day: string; session: string }>(
      'SELECT day::text AS day, session::text AS session FROM outlay.claim_sessions($1::int, $2::date[], $3::bigint[])',
      [machine, some.map(([day]) => day), some.map(([, session]) => session)],
    );
    for (const { day, session } of rows) own.add(`${day} ${session}`);
  }
  const others = [...asked].filter((one) => !own.has(one));
  updateUploadState(folder, (state) => {
    const before = (state.elsewhere ?? []).filter((one) => since !== '' && one < since);
    const elsewhere = [...before, ...others].sort();
    const same = elsewhere.join() === (state.elsewhere ?? []).join();
    return same ? state : { ...state, elsewhere };
  });
  return (one) => own.has(one);
}

/** What this machine would send by what the ledger said last. */
export function lastClaimed(folder: string): Sends {
  const elsewhere = new Set<string>(readUploadState(folder).elsewhere ?? []);
  return (one) => !elsewhere.has(one);
}
