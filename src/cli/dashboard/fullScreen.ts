import { writeSync } from 'node:fs';
import { type FromTerminal, type Key, KeyReader, sequenceMs } from './keys.ts';

/** A terminal's two ends; a test may give others. */
export interface TerminalStreams {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream & { readonly fd: number };
}

export interface FullScreenEvents {
  readonly key: (key: Key) => void;
  /** The terminal has another size, or may show something else than was written: all is to be drawn anew. */
  readonly changed: () => void;
  /** A frame is taken again, where one was not taken before. */
  readonly ready: () => void;
  /** The program is to end; the screen is restored already. */
  readonly end: (signal: NodeJS.Signals) => void;
}

/** The alternate screen, without a cursor, and lines that are not broken by the terminal. */
const enter = '\u001b[?1049h\u001b[?25l\u001b[?7l';
/** Whether private mode 2026 is known (DECRQM); who does not know the question says nothing. */
const question = '\u001b[?2026$p';
const leave = '\u001b[?2026l\u001b[m\u001b[?7h\u001b[?25h\u001b[?1049l';
const beginFrame = '\u001b[?2026h';
const endFrame = '\u001b[?2026l';

/** Signals after which the program ends. */
const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A program that was not stopped although it asked for it goes on after so long, ms. */
const resumeMs = 50;

/**
 * The terminal as a full screen: entered once, restored however the program ends or is stopped. Where it
 * ends without another word (`process.exit`, an exception nobody caught) it is restored as well.
 */
export class FullScreen {
  readonly #streams: TerminalStreams;
  readonly #events: FullScreenEvents;
  readonly #keys = new KeyReader();
  readonly #listeners: [name: NodeJS.Signals, listener: () => void][] = [];
  #shown = false;
  #synchronized = false;
  #writing = false;
  #waiting = false;
  #escape: NodeJS.Timeout | undefined;
  #resume: NodeJS.Timeout | undefined;

  constructor(streams: TerminalStreams, events: FullScreenEvents) {
    this.#streams = streams;
    this.#events = events;
  }

  get size(): { readonly width: number; readonly height: number } {
    const { columns, rows } = this.#streams.output;
    return { width: columns || 80, height: rows || 24 };
  }

  /** Whether frames are drawn at once by the terminal. */
  get synchronized(): boolean {
    return this.#synchronized;
  }

  open(): void {
    const { input, output } = this.#streams;
    this.#on('exit', () => this.#restore());
    // Said on the screen there was before: what happened is told there.
    this.#on('uncaughtExceptionMonitor', () => this.#restore());
    for (const signal of endings) this.#on(signal, () => this.#end(signal));
    process.on('SIGTSTP', this.#onStop);
    this.#on('SIGCONT', () => this.#continue());
    input.setEncoding('utf8');
    input.on('data', this.#onData);
    input.on('end', this.#onGone);
    output.on('resize', this.#events.changed);
    this.#show();
  }

  /** Restores the terminal and listens to nothing any more. */
  close(): void {
    this.#restore();
    clearTimeout(this.#escape);
    clearTimeout(this.#resume);
    const { input, output } = this.#streams;
    input.off('data', this.#onData);
    input.off('end', this.#onGone);
    output.off('resize', this.#events.changed);
    input.pause();
    process.off('SIGTSTP', this.#onStop);
    for (const [name, listener] of this.#listeners) process.off(name, listener);
    this.#listeners.length = 0;
  }

  /**
   * Whether a frame may be written now. Not while the one before it has not arrived, as over a slow line:
   * `ready` is told when it has, so that what was shown meanwhile need never be written.
   */
  takesFrame(): boolean {
    if (this.#shown && this.#writing) this.#waiting = true;
    return this.#shown && !this.#writing;
  }

  /** Writes a frame, all of it at once; nothing where nothing changed. */
  write(patch: string): void {
    if (patch === '') return;
    this.#writing = true;
    const frame = this.#synchronized ? beginFrame + patch + endFrame : patch;
    this.#streams.output.write(frame, () => {
      this.#writing = false;
      if (!this.#waiting) return;
      this.#waiting = false;
      this.#events.ready();
    });
  }

  /** Stops the program, and its group as a shell's job, until somebody continues it. */
  suspend(): void {
    if (process.platform === 'win32') return;
    this.#suspend(0);
  }

  #suspend(whom: number): void {
    this.#restore();
    // Without a listener the signal does what it does to every program.
    process.off('SIGTSTP', this.#onStop);
    process.kill(whom, 'SIGTSTP');
    // Where nobody could continue a program (it leads its session) the system does not stop it.
    this.#resume = setTimeout(() => this.#continue(), resumeMs);
  }

  #continue(): void {
    clearTimeout(this.#resume);
    process.off('SIGTSTP', this.#onStop);
    process.on('SIGTSTP', this.#onStop);
    this.#show();
  }

  #on(name: NodeJS.Signals | 'exit' | 'uncaughtExceptionMonitor', listener: () => void): void {
    process.on(name as NodeJS.Signals, listener);
    this.#listeners.push([name as NodeJS.Signals, listener]);
  }

  #show(): void {
    const { input, output } = this.#streams;
    // A shell that has continued the program has set the terminal as it likes it: raw is set anew.
    input.setRawMode?.(false);
    input.setRawMode?.(true);
    input.resume();
    output.write(enter + (this.#shown ? '' : question));
    this.#shown = true;
    this.#writing = false;
    this.#events.changed();
  }

  #restore(): void {
    if (!this.#shown) return;
    this.#shown = false;
    const { input, output } = this.#streams;
    try {
      input.setRawMode?.(false);
    } catch {
      // The terminal is gone.
    }
    writeNow(output.fd, leave);
  }

  #end(signal: NodeJS.Signals): void {
    this.close();
    this.#events.end(signal);
  }

  /** Nothing comes any more: the terminal has hung up, whether or not the signal arrives. */
  readonly #onGone = (): void => this.#end('SIGHUP');

  readonly #onStop = (): void => this.#suspend(process.pid);

  readonly #onData = (text: string): void => {
    clearTimeout(this.#escape);
    for (const event of this.#keys.read(text)) this.#take(event);
    if (!this.#keys.pending) return;
    this.#escape = setTimeout(() => {
      for (const event of this.#keys.flush()) this.#take(event);
    }, sequenceMs);
  };

  #take(event: FromTerminal): void {
    if (event.type === 'synchronized') this.#synchronized = event.known;
    else if (event.key === 'suspend') this.suspend();
    else this.#events.key(event.key);
  }
}

/** How often and how long it is tried again where a terminal takes nothing just now, ms. */
const tries = 20;
const pauseMs = 5;

/** Writes before the next line of the program runs: there may be none. */
function writeNow(fd: number, text: string): void {
  for (let tried = 0; tried < tries; tried++) {
    try {
      writeSync(fd, text);
      return;
    } catch (error) {
      // The terminal may be gone: there is nothing to restore then.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
    }
  }
}
