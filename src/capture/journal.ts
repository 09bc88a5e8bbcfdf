import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  // Loaded when it is used, unlike the module of its own.
  promises,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { captureFolder } from '../dataFolder/paths.ts';
import { callFileDays, callFileName, callFileOf } from '../model/capture/callRecord.ts';
import type { CaptureStatus } from './capture.d.cts';

/** A file that has grown to this is left for a new one. */
const largestFile = 16 * 1024 * 1024;

/** After a failure the next attempt waits so long: a full disk is not asked at every call. */
const pauseMs = 1_000;

const dayMs = 86_400_000;

/** What a journal is given by who tests it. */
export interface JournalOptions {
  /** The run of this program, or of this thread of it: a UUID. */
  readonly session?: string;
  /** Where its files stand; asked when one is begun. */
  readonly folder?: () => string;
  readonly now?: () => number;
  readonly largest?: number;
  readonly warn?: (sentence: string) => void;
}

/**
 * The files calls are written to, a line each, by one `write` to a file opened for appending that no other process or
 * thread writes: nobody sees half a line of another. A new file begins with each day (UTC) and when one is large. What
 * cannot be written is counted, and said once; nothing is thrown.
 */
export class Journal {
  readonly session: string;
  readonly #folder: () => string;
  readonly #now: () => number;
  readonly #largest: number;
  readonly #warn: (sentence: string) => void;
  #open: { readonly fd: number; readonly day: string; size: number } | undefined;
  #files = 0;
  #written = 0;
  #dropped = 0;
  #problem: string | undefined;
  #nextTry = 0;
  #warned = false;

  constructor({
    session = randomUUID(),
    folder = captureFolder,
    now = Date.now,
    largest = largestFile,
    warn = emit,
  }: JournalOptions = {}) {
    this.session = session;
    this.#folder = folder;
    this.#now = now;
    this.#largest = largest;
    this.#warn = warn;
  }

  get status(): CaptureStatus {
    const { written, dropped, problem } = {
      written: this.#written,
      dropped: this.#dropped,
      problem: this.#problem,
    };
    let folder = '';
    try {
      folder = this.#folder();
    } catch {
      // A home that is no absolute path: the problem says so.
    }
    return { folder, written, dropped, problem };
  }

  append(record: object): void {
    try {
      const now = this.#now();
      if (now < this.#nextTry) {
        this.#dropped++;
        return;
      }
      this.#write(Buffer.from(`${JSON.stringify(record)}\n`), now);
      this.#written++;
    } catch (error) {
      this.drop(error);
      this.#nextTry = this.#now() + pauseMs;
      this.#close();
    }
  }

  /** Counts a call that is lost. */
  drop(error: unknown): void {
    this.#dropped++;
    this.#problem = problemOf(error);
    if (this.#warned) return;
    this.#warned = true;
    this.#warn(
      `Outlay could not write down a call (${this.#problem}). Calls go on, but what they cost is not counted until this is mended. status() of outlay/capture says how many were lost.`,
    );
  }

  #write(line: Buffer, now: number): void {
    const file = this.#fileFor(now);
    const wrote = writeSync(file.fd, line);
    file.size += wrote;
    // The disk is full: the torn line is the last of its file.
    if (wrote < line.length)
      throw Object.assign(new Error('only part of a line'), { code: 'ENOSPC' });
    if (file.size >= this.#largest) this.#close();
  }

  #fileFor(now: number) {
    const day = dayOf(now);
    // Somebody may have removed it: lines of it would be read by nobody.
    if (this.#open?.day === day && fstatSync(this.#open.fd).nlink > 0) return this.#open;
    this.#close();
    const folder = this.#folder();
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#files++;
    const name = callFileName(day, this.session, this.#files);
    // Never what is there already: a link would lead elsewhere.
    const fd = openSync(join(folder, name), 'ax', 0o600);
    this.#open = { fd, day, size: 0 };
    void removeOld(folder, now);
    return this.#open;
  }

  #close(): void {
    const open = this.#open;
    this.#open = undefined;
    if (open === undefined) return;
    try {
      closeSync(open.fd);
    } catch {
      // It is gone either way.
    }
  }
}

/** Removes files of days long ago: they have been read, or nobody reads them. Nobody waits for it. */
async function removeOld(folder: string, now: number): Promise<void> {
  const kept = dayOf(now - callFileDays * dayMs);
  try {
    for (const name of await promises.readdir(folder)) {
      const file = callFileOf(name);
      if (file !== undefined && file.day < kept) await promises.rm(join(folder, name));
    }
  } catch {
    // Another process was faster, or may do what this one may not.
  }
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** An error's code or class: its message may repeat what was to be written. */
function problemOf(error: unknown): string {
  const { code, name } = error as NodeJS.ErrnoException;
  return code ?? name ?? 'unknown reason';
}

function emit(sentence: string): void {
  process.emitWarning(sentence, { type: 'OutlayWarning', code: 'OUTLAY_CAPTURE' });
}
