import { messageOf } from '../model/errors.ts';
import { isBusy } from '../store/connection/storeErrors.ts';
import type { Writer } from '../store/writer.ts';
import { readTelemetryPlace, type TelemetryPlace } from '../telemetry/place.ts';
import { Receiver } from '../telemetry/receiver.ts';
import type { IndexerOutput } from './output.ts';

/** So often it is looked whether exact mode was switched on or off, or the port has become free. */
const lookMs = 2000;

/** Receives telemetry while this process writes and exact mode is on. */
export class TelemetryListener {
  readonly #file: string;
  readonly #writer: Writer;
  readonly #output: IndexerOutput;
  readonly #fail: (error: unknown) => void;
  #receiver: Receiver | undefined;
  /** The place it is for, as text; '' for none. */
  #place = '';
  #lookedAt = Number.NEGATIVE_INFINITY;
  #changing: Promise<void> | undefined;
  #isClosed = false;
  #saidTaken = false;

  /** `file` says where to listen; it is there while exact mode is on. */
  constructor(file: string, writer: Writer, output: IndexerOutput, fail: (error: unknown) => void) {
    this.#file = file;
    this.#writer = writer;
    this.#output = output;
    this.#fail = fail;
  }

  /** Looks, when it is due, where to listen. */
  lookIfDue(now: number): void {
    if (this.#isClosed || this.#changing !== undefined || now - this.#lookedAt < lookMs) return;
    this.#lookedAt = now;
    const place = readTelemetryPlace(this.#file);
    const text = place === undefined ? '' : JSON.stringify(place);
    if (text === this.#place && (place === undefined || this.#receiver !== undefined)) return;
    this.#place = text;
    this.#changing = this.#change(place)
      .catch(this.#fail)
      .finally(() => {
        this.#changing = undefined;
      });
  }

  async #change(place: TelemetryPlace | undefined): Promise<void> {
    await this.#receiver?.close();
    this.#receiver = undefined;
    if (place === undefined || this.#isClosed) return;
    const receiver = await Receiver.listen(place, {
      store: (events) => this.#store(() => this.#writer.addRequests(events)),
      storeSums: (sums) => this.#store(() => this.#writer.addSums(sums)),
      log: (level, text) => this.#output.log(level, text),
    });
    // The program that wrote before may not have let go yet.
    if (receiver === undefined && !this.#saidTaken) {
      this.#output.log(
        'warn',
        `Exact mode: another program has port ${place.port}; trying again. "outlay exact off" and "on" choose another one.`,
      );
    }
    this.#saidTaken = receiver === undefined;
    this.#receiver = receiver;
    if (receiver !== undefined) {
      this.#output.log('info', `Exact mode: receiving telemetry on port ${place.port}`);
    }
  }

  /** Stores what was received; throws where it cannot, and the sender tries again. */
  #store(write: () => void): void {
    try {
      write();
    } catch (error) {
      // Who is busy writes again in a moment.
      if (!isBusy(error)) this.#fail(error);
      throw error;
    }
    this.#output.committed();
  }

  /** Stops listening; what is being received is stored first. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#changing;
    try {
      await this.#receiver?.close();
    } catch (error) {
      this.#output.log('debug', `While closing the receiver: ${messageOf(error)}`);
    }
    this.#receiver = undefined;
  }
}
