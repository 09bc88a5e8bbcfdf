import { existsSync, readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { messageOf } from '../model/errors.ts';
import {
  type DownsampledCounts,
  lastNight,
  limitsAt,
  type RetentionLimits,
  type RetentionPlan,
} from '../model/retention.ts';
import type { SqlDatabase, Statement } from '../platform/sqlite/types.ts';
import { LeaseLostError } from '../store/connection/writerLease.ts';
import type { Writer } from '../store/writer.ts';
import { whileBusy } from './retryBusy.ts';

/** Name of the job in `doctor` and `workers`. */
export const retentionJob = 'retention';

/** The moments at which time tags begin or end: whatever a line of their file dates. */
export function markTimes(file: string | undefined): number[] {
  if (file === undefined || !existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const at = Number(/"at":\s*(\d+)/.exec(line)?.[1]);
      return Number.isSafeInteger(at) ? [at] : [];
    });
}

/** What was downsampled. */
export interface DownsamplingResult extends DownsampledCounts {
  /** Nothing is left that is beyond the limits. */
  readonly complete: boolean;
}

/**
 * Downsamples all that is beyond the limits, a day or a month to a transaction, yielding to the
 * event loop in between. `goOn` is asked before each.
 */
export async function sumUpAll(
  writer: Writer,
  limits: RetentionLimits,
  goOn: () => boolean,
): Promise<DownsamplingResult> {
  let [messages, days, months] = [0, 0, 0];
  while (goOn()) {
    const portion = await whileBusy(() => writer.downsample(limits));
    if (portion === undefined) return { messages, days, months, complete: true };
    messages += portion.messages;
    if (portion.unit === 'day') days++;
    else months++;
    await nextTurn();
  }
  return { messages, days, months, complete: false };
}

/** What was done in words. */
export function downsamplingText({ messages, days, months }: DownsamplingResult): string {
  const some = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
  const parts = [
    ...(days > 0 ? [`${some(messages, 'message')} of ${some(days, 'day')} by day`] : []),
    ...(months > 0 ? [`the days of ${some(months, 'month')} by month`] : []),
  ];
  return parts.length === 0 ? 'nothing was old enough' : `summed up ${parts.join(', ')}`;
}

/**
 * Downsamples what is old once a night: when the clock comes to 02:00, or at the next start after
 * it.
 */
export class RetentionJob {
  readonly #plan: RetentionPlan;
  readonly #last: Statement;
  readonly #record: (startedAt: number, result: string) => void;
  readonly #log: (level: 'info' | 'warn', text: string) => void;
  #running = false;

  constructor(
    db: SqlDatabase,
    plan: RetentionPlan,
    record: (startedAt: number, result: string) => void,
    log: (level: 'info' | 'warn', text: string) => void,
  ) {
    this.#plan = plan;
    this.#last = db.prepare('SELECT started_at AS at FROM job WHERE name = ?');
    this.#record = record;
    this.#log = log;
  }

  /** Whether a night has passed since it last ran. */
  isDue(now: number): boolean {
    if (this.#running) return false;
    const last = this.#last.get<{ at: number }>(retentionJob)?.at;
    // A run in the future was dated by a clock that has been set right since.
    return last === undefined || last > now || last < lastNight(now, this.#plan.zone);
  }

  /**
   * Runs if it is due, while `goOn` says so. True when something was downsampled. What keeps it
   * from its work is noted and waits for the next night; only the loss of the lease is the
   * caller's.
   */
  async runIfDue(writer: Writer, goOn: () => boolean): Promise<boolean> {
    const started = Date.now();
    if (!this.isDue(started)) return false;
    this.#running = true;
    try {
      const limits = limitsAt(started, this.#plan, markTimes(this.#plan.marksFile));
      const done = await sumUpAll(writer, limits, goOn);
      if (done.complete) this.#record(started, downsamplingText(done));
      const changed = done.days + done.months > 0;
      if (changed) this.#log('info', `Retention: ${downsamplingText(done)}`);
      return changed;
    } catch (error) {
      if (error instanceof LeaseLostError || !goOn()) throw error;
      this.#log('warn', `Nothing could be summed up: ${messageOf(error)}`);
      this.#record(started, `failed: ${messageOf(error)}`);
      return false;
    } finally {
      this.#running = false;
    }
  }
}
