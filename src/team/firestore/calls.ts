import { createHash, createHmac } from 'node:crypto';
import type { TeamPolicy } from '../../dataFolder/team/membership.ts';
import { type ExportRow, exportPages } from '../../export/rows.ts';
import { dayOf } from '../../model/calendar.ts';
import { memoize } from '../../model/memoize.ts';
import type { ReportContext } from '../../query/context.ts';
import { ownHost } from '../../query/names.ts';
import { downsampledUpTo } from '../../store/retention/downsampleState.ts';
import { type Sends, sessionDays } from '../claims.ts';
import { dayFrom, kindOfDays, plainName, projectName } from '../dayRows.ts';
import type { DayStates } from '../push.ts';
import { longestName } from '../schema/columns.ts';
import { type Call, dayOfCall } from './layout.ts';

/** What of the calls is wanted. */
export interface CallsWanted {
  readonly member: string;
  readonly machineName: string;
  /** Only days from this UTC day on; '' for all. */
  readonly since: string;
  /** Whether the ledger has a day in this state: its calls are not needed. */
  readonly isSent: (day: string, hash: string) => boolean;
  /** Which days of sessions this machine sends; all where it is missing. */
  readonly sends?: Sends;
  /** How many calls are kept in memory, and half of how many are looked at; a day begun is finished. */
  readonly most: number;
}

/**
 * Every call the store has, by UTC day, as a team may know it. The money of all calls is the total of a report on the
 * same time: tokens of another model in a message, sums of messages that were summed up, and what no message explains
 * are documents of their own. Sessions of other hosts are theirs to send.
 */
export function teamCalls(
  context: ReportContext,
  policy: TeamPolicy,
  wanted: CallsWanted,
): DayStates<Call> {
  const { db, reader, zone, book } = context;
  const summedUp = downsampledUpTo(db);
  const summedUpBefore = dayFrom(summedUp.messages);
  const span =
    wanted.since === ''
      ? undefined
      : { from: Date.parse(wanted.since), to: Number.MAX_SAFE_INTEGER };
  const projectOf = memoize((path: string) => projectName(path, policy));
  const ids = new CallIds(policy.salt, wanted);
  const { sends } = wanted;
  const sessionDayOf = sessionDays(policy);
  const isElsewhere = ({ session, at }: ExportRow): boolean => {
    const one = sends && sessionDayOf(session, at);
    return one !== undefined && !sends!(one);
  };
  const days = new Map<string, { hash: string; rows: readonly Call[] }>();
  let kept = 0;
  let seen = 0;
  let cutAt: string | undefined;
  let day = '';
  let calls: Call[] = [];
  const finish = (): void => {
    if (day === '') return;
    const rows = calls.sort((a, b) => (a.id < b.id ? -1 : 1));
    const hash = hashOfDay(rows);
    const isSent = wanted.isSent(day, hash);
    days.set(day, { hash, rows: isSent ? [] : rows });
    if (!isSent) kept += rows.length;
    seen += rows.length;
    calls = [];
  };
  for (const row of rowsOf(context, span)) {
    if (isElsewhere(row)) continue;
    const own = dayOfCall(row);
    if (own !== day) {
      finish();
      day = own;
      ids.begin(day);
      // Other windows wait for a look to end. What was summed up is few rows, and is judged as one.
      const isEnough = kept >= wanted.most || seen >= 2 * wanted.most;
      if (isEnough && day >= summedUpBefore) {
        cutAt = day;
        break;
      }
    }
    calls.push({
      ...{ id: ids.of(row), at: row.at, kind: row.kind },
      agent: plainName(row.agent, longestName.agent) || 'main',
      model: plainName(row.model, longestName.model),
      nano: row.nano ?? 0,
      ...{ input: row.input, output: row.output },
      success: row.success !== false,
      localDay: dayOf(row.at, zone),
      project: projectOf(row.project),
      branch:
        policy.branches && row.kind !== 'background'
          ? plainName(row.branch, longestName.branch)
          : '',
      ...{ messages: row.messages, lower: row.lower, unpriced: row.unpriced },
      ...{ write5m: row.cacheWrite5m, write1h: row.cacheWrite1h, cacheRead: row.cacheRead },
      searches: row.webSearches,
    });
  }
  if (cutAt === undefined) finish();
  return {
    days,
    from: new Date(reader.firstAt() ?? context.now).toISOString().slice(0, 10),
    summedUpBefore,
    inMonthsBefore: dayFrom(summedUp.days),
    of: kindOfDays(book.revision, policy),
    cutAt,
  };
}

function* rowsOf(
  context: ReportContext,
  span: { readonly from: number; readonly to: number } | undefined,
): Generator<ExportRow, void, void> {
  const open = { paths: true, titles: false };
  for (const page of exportPages(context, { span, filters: { host: ownHost } }, open)) yield* page;
}

/**
 * Names of calls: keyed hashes of what a message is in the transcripts, so that the same call has the same name
 * whoever sends it again, and nobody reads a session's or a message's id in it. A call that moves to another day is
 * another document; the one of before goes.
 */
class CallIds {
  readonly #salt: string;
  readonly #whose: readonly string[];
  #day = '';
  #seen = new Map<string, number>();

  constructor(salt: string, { member, machineName }: CallsWanted) {
    this.#salt = salt;
    this.#whose = [member, machineName];
  }

  begin(day: string): void {
    this.#day = day;
    this.#seen = new Map();
  }

  of(row: ExportRow): string {
    const key = JSON.stringify([
      ...[...this.#whose, this.#day, row.kind, row.agentId, row.model],
      ...(row.messageId === '' ? namesOfSum(row) : [row.messageId, row.requestId]),
    ]);
    // Proxies give many responses one id: those of one day are told apart by their order.
    const before = this.#seen.get(key) ?? 0;
    this.#seen.set(key, before + 1);
    const text = before === 0 ? key : `${key} ${before}`;
    return createHmac('sha256', this.#salt).update(text).digest('hex').slice(0, 32);
  }
}

function namesOfSum(row: ExportRow): readonly (string | number)[] {
  return [row.session, row.at, row.agent, row.branch, row.effort, row.priceRow, row.promptId];
}

/** Tells a state of a call from others. The catalogue's date is not in it: one that changes no price sends nothing. */
export function hashOfCall(call: Call): string {
  return createHash('sha256').update(JSON.stringify(call)).digest('base64url').slice(0, 11);
}

function hashOfDay(calls: readonly Call[]): string {
  const whole = createHash('sha256');
  for (const call of calls) whole.update(JSON.stringify(call));
  return whole.digest('base64url').slice(0, 22);
}
