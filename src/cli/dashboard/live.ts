import { dayOf } from '../../model/calendar.ts';
import { HumanError } from '../../model/errors.ts';
import { findSession } from '../../query/findSession.ts';
import { type Document, noteText } from '../../reports/document/document.ts';
import { renderTable, type TextStyle } from '../../reports/document/renderTable.ts';
import {
  type Dashboard,
  type DashboardQuestion,
  readDashboard,
} from '../../reports/overview/dashboard.ts';
import { sessionReport } from '../../reports/sessions/session.ts';
import { storeError } from '../../store/connection/storeErrors.ts';
import { displayWidth, plainText } from '../../text/plainText.ts';
import { dateText, hourText } from '../../text/when.ts';
import { withContext } from '../support/answer.ts';
import { now } from '../support/clock.ts';
import { type Environment, findEnvironment } from '../support/environment.ts';
import type { CommonOptions } from '../support/options.ts';
import { terminal } from '../support/terminal.ts';
import { exportSeen } from './exportSeen.ts';
import { FullScreen } from './fullScreen.ts';
import { helpLines } from './helpLines.ts';
import type { Key } from './keys.ts';
import {
  dashboardFrame,
  type FrameInputs,
  pageFrame,
  pageKeys,
  pageRoom,
  sessionIds,
  waitingFrame,
} from './layout.ts';
import type { FrameLine } from './lines.ts';
import { Screen } from './screen.ts';
import { firstPage, type PageState, pressed, type Surroundings } from './state.ts';
import { StoreFeed } from './storeFeed.ts';

/** What a live dashboard is started with. */
export interface LiveOptions {
  readonly options: CommonOptions;
  readonly question: DashboardQuestion;
  /** Figures are read anew this often at least, ms. */
  readonly intervalMs: number;
}

/** What is new is waited for this long before the first figures are shown, ms. */
const firstWaitMs = 1000;
/** Between two readings lie this long at least, and so many times what the last one took, ms. */
const restMs = 200;
const restFactor = 4;
/** How long it is said what was done, ms. */
const noticeMs = 4000;

/** Fills the terminal until somebody quits, and leaves it as it was. */
export async function runLive(live: LiveOptions): Promise<void> {
  const environment = findEnvironment(live.options);
  const dashboard = new LiveDashboard(live, environment);
  const signal = await dashboard.run();
  // Who started the program is to see that a signal ended it.
  if (signal !== undefined) process.kill(process.pid, signal);
}

class LiveDashboard {
  readonly #live: LiveOptions;
  readonly #screen = new Screen();
  readonly #full: FullScreen;
  readonly #feed: StoreFeed;
  readonly #ended = Promise.withResolvers<NodeJS.Signals | undefined>();
  #environment: Environment;
  #state: PageState = firstPage;
  #dashboard: Dashboard | undefined;
  /** The session that is open. */
  #session: Document | undefined;
  /** When the figures are of, UTC milliseconds. */
  #at = now();
  #problem: string | undefined;
  #notice: string | undefined;
  #noticeTimer: NodeJS.Timeout | undefined;
  #readTimer: NodeJS.Timeout | undefined;
  /** Not to be read again before, by `performance.now()`. */
  #restUntil = 0;

  constructor(live: LiveOptions, environment: Environment) {
    this.#live = live;
    this.#environment = environment;
    this.#full = new FullScreen(
      { input: process.stdin, output: process.stdout },
      {
        key: (key) => this.#guard(() => this.#pressed(key)),
        changed: () =>
          this.#guard(() => {
            this.#screen.forget();
            this.#draw();
          }),
        ready: () => this.#guard(() => this.#draw()),
        end: (signal) => this.#ended.resolve(signal),
      },
    );
    this.#feed = new StoreFeed({
      stored: () => this.#stored(),
      state: () => this.#guard(() => this.#draw()),
    });
  }

  /** Runs to its end; answers with the signal that ended it, if one did. */
  async run(): Promise<NodeJS.Signals | undefined> {
    const interval = setInterval(() => this.#readSoon(), this.#live.intervalMs);
    try {
      this.#feed.configure(this.#environment);
      this.#full.open();
      this.#restUntil = performance.now() + (this.#feed.behind ? firstWaitMs : 0);
      this.#readSoon();
      return await this.#ended.promise;
    } finally {
      clearInterval(interval);
      clearTimeout(this.#readTimer);
      clearTimeout(this.#noticeTimer);
      this.#full.close();
      await this.#feed.stop();
    }
  }

  /** Whatever goes wrong ends the program, with the screen restored before it is told. */
  #guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#ended.reject(error as Error);
    }
  }

  #pressed(key: Key): void {
    const { page } = this.#state;
    const { state, effect } = pressed(this.#state, key, this.#surroundings());
    this.#state = state;
    // While a session was open its figures alone were read.
    if (page === 'session' && state.page === 'dashboard') this.#readSoon();
    switch (effect) {
      case 'quit':
        this.#ended.resolve(undefined);
        return;
      case 'interrupt':
        this.#ended.resolve('SIGINT');
        return;
      case 'export':
        this.#export();
        break;
      case 'refresh':
        this.#feed.rescan();
        this.#say('Reading anew…');
        this.#readNow();
        break;
      case 'open':
        this.#session = undefined;
        this.#readNow();
        break;
      case 'redraw':
        this.#screen.forget();
        break;
      case undefined:
        break;
    }
    this.#draw();
  }

  #surroundings(): Surroundings {
    const { parts } = this.#dashboard ?? {};
    return {
      sessions: parts === undefined ? [] : sessionIds(parts.sessions),
      lines: this.#pageLines().length,
      room: pageRoom(this.#inputs()),
    };
  }

  #export(): void {
    const document = this.#state.page === 'session' ? this.#session : this.#dashboard?.document;
    if (document === undefined) return;
    const { options } = this.#live;
    const name = this.#state.page === 'session' ? `session-${idOf(this.#state)}` : 'dashboard';
    const { wide, notes } = options;
    try {
      const style = { ...this.#style(), wide, notes };
      const file = exportSeen(document, options.format ?? 'json', {
        folder: process.cwd(),
        name,
        style,
      });
      this.#say(`Written: ${file}`);
    } catch (error) {
      if (!(error instanceof HumanError)) throw error;
      this.#say(error.message);
    }
  }

  #say(text: string): void {
    this.#notice = text;
    clearTimeout(this.#noticeTimer);
    this.#noticeTimer = setTimeout(() => {
      this.#notice = undefined;
      this.#guard(() => this.#draw());
    }, noticeMs);
  }

  /** The first figures are read as soon as what is new has been read itself. */
  #stored(): void {
    if (this.#dashboard === undefined && !this.#feed.behind) this.#readNow();
    else this.#readSoon();
  }

  /** Reads as soon as the rest after the last reading is over. */
  #readSoon(): void {
    if (this.#readTimer !== undefined) return;
    const wait = Math.max(0, this.#restUntil - performance.now());
    this.#readTimer = setTimeout(() => this.#readNow(), wait);
  }

  #readNow(): void {
    clearTimeout(this.#readTimer);
    this.#readTimer = undefined;
    this.#guard(() => {
      const started = performance.now();
      this.#read();
      const ended = performance.now();
      this.#restUntil = ended + Math.max(restMs, restFactor * (ended - started));
      this.#draw();
    });
  }

  /** Asks for what is seen. What cannot be read is said, and the figures stay as they were. */
  #read(): void {
    try {
      // Settings, budgets and prices may have changed meanwhile.
      this.#environment = findEnvironment({ ...this.#live.options, quiet: true });
      this.#feed.configure(this.#environment);
      const { behind, status } = this.#feed;
      const problems = behind
        ? [`Transcripts are still being read (${status}): figures may be too low.`]
        : [];
      withContext(this.#environment, { outcome: undefined, problems, behind }, (context) => {
        this.#at = context.now;
        if (this.#seesSession()) {
          const session = findSession(context, this.#state.selected);
          this.#session = sessionReport(context, session);
        } else this.#dashboard = readDashboard(context, this.#live.question);
      });
      this.#problem = undefined;
    } catch (thrown) {
      const error = storeError(this.#environment.storeFile, thrown);
      if (!(error instanceof HumanError)) throw error;
      this.#problem = error.message;
    }
  }

  #seesSession(): boolean {
    const { page, under } = this.#state;
    return page === 'session' || (page === 'help' && under === 'session');
  }

  #style(): TextStyle {
    const { colour } = terminal();
    return { colour, zone: this.#environment.zone, now: this.#at };
  }

  #inputs(): FrameInputs {
    const style = this.#style();
    const { switchedOff } = this.#environment;
    const problem = this.#problem ?? this.#feed.problem ?? switchedOff;
    const day = dateText(dayOf(style.now, style.zone), style);
    return {
      ...this.#full.size,
      style,
      status: [`${day}, ${hourText(style.now, style.zone)}`, this.#feed.status],
      problem,
      notice: this.#notice,
    };
  }

  #draw(): void {
    if (!this.#full.takesFrame()) return;
    const { width, height } = this.#full.size;
    const lines = this.#frame().map(({ text }) => text);
    this.#full.write(this.#screen.patch(lines, width, height));
  }

  #frame(): FrameLine[] {
    const inputs = this.#inputs();
    const { page, scroll, selected } = this.#state;
    if (page === 'dashboard') {
      return this.#dashboard === undefined
        ? waitingFrame(inputs)
        : dashboardFrame(inputs, this.#dashboard, selected);
    }
    const lines = this.#pageLines();
    const title = page === 'help' ? 'Keys and notes' : (this.#session?.title ?? 'Reading…');
    // It may have become shorter since it was moved.
    const last = Math.max(0, lines.length - pageRoom(inputs));
    return pageFrame(inputs, { title, lines, scroll: Math.min(scroll, last) }, pageKeys);
  }

  /** The lines of the page that is open; none of the first page. */
  #pageLines(): FrameLine[] {
    const { width } = this.#full.size;
    const style = this.#style();
    if (this.#state.page === 'help') {
      const notes = this.#dashboard?.document.notes.map(noteText) ?? [];
      const { problem } = this.#inputs();
      const told = problem === undefined ? notes : [problem, ...notes];
      return helpLines(told.map(plainText), width, style.colour);
    }
    if (this.#state.page !== 'session' || this.#session === undefined) return [];
    const text = renderTable(
      { ...this.#session, lead: true },
      { ...style, width, quiet: true, notes: true },
    );
    return text
      .trimEnd()
      .split('\n')
      .map((line) => ({ text: line, width: displayWidth(line) }));
  }
}

function idOf({ selected = '' }: PageState): string {
  // An id stands in a file: nothing of it but what ids are made of becomes part of a file's name.
  return selected.replace(/[^\w-]/g, '').slice(0, 8);
}
