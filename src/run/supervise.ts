import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createWriteStream, openSync, realpathSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Root, RunningAgent } from '../agents/agentLog.ts';
import { runningAgents } from '../agents/registry.ts';
import { HumanError } from '../model/errors.ts';
import { ownEnvironment } from '../platform/ownEnvironment.ts';
import { programCall } from '../platform/programCall.ts';
import { signalGroup } from '../platform/signalGroup.ts';
import type { RateBook } from '../pricing/priceBook.ts';
import {
  type ClientArguments,
  clientArguments,
  withOwnCap,
  withOwnSession,
} from './clientArguments.ts';
import { type RunFacts, type RunOutcome, runOutcome } from './outcome.ts';
import { belongsTo, type RunStart } from './ownSessions.ts';
import { ResultReader } from './resultReader.ts';
import { nothingSpent, SpendWatch, type Spent } from './spendWatch.ts';

/** What a command is run with. */
export interface RunQuestion {
  /** Program and arguments. */
  readonly command: readonly string[];
  /** Nano-dollars, over the whole session, resumed runs included; undefined for no cap. */
  readonly maxNano: number | undefined;
  readonly maxTokens: number | undefined;
  readonly timeoutMs: number | undefined;
  /** A file its standard output goes to, instead of ours. */
  readonly capture: string | undefined;
  readonly roots: readonly Root[];
  readonly book: RateBook;
  /** Sentences for the person, as they come. */
  readonly tell: (sentence: string) => void;
}

/** What it came to. */
export interface RunReport extends RunOutcome {
  readonly sessions: readonly string[];
  /** Of its sessions in all. */
  readonly spent: Spent;
  /** What they had spent before. */
  readonly before: Spent;
  /** The client's own total, where it said one, in dollars. */
  readonly clientUsd: number | undefined;
  readonly terminalReason: string | undefined;
  /** Of the process. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly startError: string | undefined;
}

/** How often transcripts are looked at. */
const lookMs = 200;

/** How long a client that stops at its own cap is left to say its result. */
const ownCapMs = 1500;

/** How long what is asked to end may take before it is ended. */
const graceMs = 5000;

/** How long output is waited for that something else than the command keeps open. */
const heldOpenMs = 2000;

/** Exit code and signal. */
type ProcessEnd = [code: number | null, signal: NodeJS.Signals | null];

/** Signals that are passed on. One of a terminal's keys reaches the command by itself. */
const passedOn = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/** Runs a command and ends it when its sessions have spent what they may, or its time is over. */
export async function runWithCap(question: RunQuestion): Promise<RunReport> {
  using watch = new SpendWatch(question.roots, question.book);
  return await new Run(question, watch).run();
}

class Run {
  readonly #question: RunQuestion;
  readonly #watch: SpendWatch;
  readonly #client: ClientArguments;
  readonly #sessions: Set<string>;
  /** The id a new session is given. */
  readonly #newSession: string | undefined;
  readonly #result = new ResultReader();
  #before: Spent;
  #spent: Spent;
  readonly #known = new Set<number>();
  #ended: RunFacts['ended'];
  #interrupted: NodeJS.Signals | undefined;

  constructor(question: RunQuestion, watch: SpendWatch) {
    this.#question = question;
    this.#watch = watch;
    this.#client = clientArguments(question.command);
    this.#newSession = this.#client.isNew ? randomUUID() : undefined;
    this.#sessions = new Set(this.#client.sessions);
    this.#spent = this.#read();
    this.#before = this.#spent;
  }

  async run(): Promise<RunReport> {
    const reached = this.#reached();
    if (reached !== undefined) {
      // Going on would spend more at once.
      return this.#report({ ended: reached, code: null, signal: null });
    }
    const { child, start, startError } = await this.#start();
    if (child === undefined) return this.#report({ startError, code: null, signal: null });
    const unhook = this.#passSignals(child);
    const over = endOf(child);
    const timer = this.#question.timeoutMs;
    const deadline = timer === undefined ? Number.POSITIVE_INFINITY : start.at + timer;
    try {
      const [code, signal] = await this.#follow(child, over, start, deadline);
      // The last lines may be on their way.
      await sleep(lookMs);
      this.#find(start);
      this.#spent = this.#read();
      return this.#report({ code, signal });
    } finally {
      unhook();
      // Held open by what the command has left behind, it would keep us.
      child.stdout?.destroy();
    }
  }

  async #start(): Promise<{
    child: ChildProcess | undefined;
    start: RunStart;
    startError: string | undefined;
  }> {
    const { command, maxNano, capture } = this.#question;
    const { prints, hasCap, json } = this.#client;
    const own = prints && !hasCap && maxNano !== undefined;
    const capped = own ? withOwnCap(command, maxNano - this.#before.nano) : [...command];
    const line = this.#newSession === undefined ? capped : withOwnSession(capped, this.#newSession);
    if (this.#newSession !== undefined) this.#sessions.add(this.#newSession);
    const { file, args, verbatim } = programCall(line[0]!, line.slice(1));
    const piped = json !== undefined || capture !== undefined;
    const kept = capture === undefined ? undefined : openCapture(capture);
    const child = spawn(file, args, {
      stdio: ['inherit', piped ? 'pipe' : 'inherit', 'inherit'],
      env: ownEnvironment(process.env),
      // Without a terminal nobody's keys reach it: a group of its own can be ended as a whole.
      detached: ownGroup(),
      windowsVerbatimArguments: verbatim,
    });
    const start = { pid: child.pid ?? -1, cwd: realFolder(), at: Date.now() };
    const startError = await new Promise<string | undefined>((resolve) => {
      child.once('spawn', () => resolve(undefined));
      child.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    });
    if (startError !== undefined) return { child: undefined, start, startError };
    if (child.stdout !== null) {
      const { stdout } = child;
      const to = kept === undefined ? process.stdout : createWriteStream('', { fd: kept });
      stdout.on('data', (chunk: Buffer) => this.#result.add(chunk));
      // Who reads us may go away: then the command meets what it would have met.
      to.on('error', () => stdout.destroy());
      stdout.pipe(to, { end: kept !== undefined });
    }
    return { child, start, startError };
  }

  /** Looks at what is spent until the command is over, and ends it where it has to be. */
  async #follow(
    child: ChildProcess,
    over: Promise<ProcessEnd>,
    start: RunStart,
    deadline: number,
  ): Promise<ProcessEnd> {
    const { prints, hasCap } = this.#client;
    for (;;) {
      const wait = Math.max(0, Math.min(lookMs, deadline - Date.now()));
      const end = await within(over, wait);
      if (end !== undefined) return end;
      this.#find(start);
      this.#spent = this.#read();
      const reached = this.#reached();
      const late = Date.now() >= deadline;
      if (reached === undefined && !late) continue;
      if (reached === 'max-usd' && prints && !hasCap) {
        const own = await within(over, ownCapMs);
        if (own !== undefined) return own;
      }
      this.#ended = reached ?? 'timeout';
      this.#question.tell(endingText(this.#ended));
      return endProcess(child, over, () => this.#pids(start));
    }
  }

  /** Adds the sessions that run in or below the command's process. */
  #find(start: RunStart): void {
    for (const { sessionId } of this.#agents(start)) this.#sessions.add(sessionId);
    const said = this.#result.result?.sessionId;
    if (said !== undefined && /^[\w-]{1,64}$/.test(said)) this.#sessions.add(said);
  }

  #agents(start: RunStart): RunningAgent[] {
    // Processes of another host are none here, whatever their numbers.
    const own = this.#question.roots.filter(({ host }) => host === undefined);
    const folders = own.map(({ path }) => path);
    return runningAgents(folders).filter((agent) => belongsTo(agent, start));
  }

  /** Processes that are certainly of the run. Asked for before one of them ends: then nobody knows. */
  #pids(start: RunStart): Iterable<number> {
    for (const agent of this.#agents(start)) {
      if (belongsTo({ ...agent, startedAt: 0 }, start)) this.#known.add(agent.pid);
    }
    return this.#known;
  }

  #read(): Spent {
    const { forkOf } = this.#client;
    if (this.#sessions.size === 0) return nothingSpent;
    return this.#watch.read(this.#sessions, forkOf === undefined ? [] : [forkOf]);
  }

  #reached(): RunFacts['reached'] {
    const { maxNano, maxTokens } = this.#question;
    if (maxNano !== undefined && this.#spent.nano >= maxNano) return 'max-usd';
    return maxTokens !== undefined && this.#spent.tokens >= maxTokens ? 'max-tokens' : undefined;
  }

  #passSignals(child: ChildProcess): () => void {
    const handlers = passedOn.map((signal) => {
      const pass = (): void => {
        this.#interrupted = signal;
        // The keys of a terminal have told the command as well.
        if (signal === 'SIGINT' && !ownGroup()) return;
        signalAll(child, signal, []);
      };
      process.on(signal, pass);
      return [signal, pass] as const;
    });
    return () => {
      for (const [signal, pass] of handlers) process.off(signal, pass);
    };
  }

  #report(facts: Pick<RunFacts, 'code' | 'signal' | 'startError' | 'ended'>): RunReport {
    const { result } = this.#result;
    const { isClaude } = this.#client;
    const capped = this.#question.maxNano !== undefined || this.#question.maxTokens !== undefined;
    // A fork's own total has its parent's in it.
    const said = this.#client.forkOf === undefined ? (result?.totalUsd ?? 0) : 0;
    const clientNano = Math.round(said * 1e9);
    const seen = this.#spent.messages > 0 || result?.totalUsd !== undefined;
    const spent = { ...this.#spent, nano: Math.max(this.#spent.nano, clientNano) };
    this.#spent = spent;
    const whole: RunFacts = {
      ended: this.#ended,
      interrupted: this.#interrupted,
      ...facts,
      result,
      reached: this.#reached(),
      uncounted: isClaude && this.#client.prints && capped && !seen,
    };
    return {
      ...runOutcome(whole),
      sessions: [...this.#sessions],
      spent,
      before: this.#before,
      clientUsd: result?.totalUsd,
      terminalReason: result?.terminalReason,
      code: facts.code,
      signal: facts.signal,
      startError: facts.startError,
    };
  }
}

/** Opened before anything is started: an answer that cannot be kept is not paid for. */
function openCapture(file: string): number {
  try {
    return openSync(file, 'w', 0o600);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown reason';
    throw new HumanError('files', `${file} cannot be written (${code}).`, { cause: error });
  }
}

/** A process's end with all it has said; output that something else keeps open is not waited for. */
function endOf(child: ChildProcess): Promise<ProcessEnd> {
  return new Promise((resolve) => {
    child.once('close', (code, signal) => resolve([code, signal]));
    child.once('exit', (code, signal) => {
      setTimeout(() => resolve([code, signal]), heldOpenMs).unref();
    });
  });
}

/** What comes first; a timer that is left keeps nothing running. */
function within<T>(over: Promise<T>, ms: number): Promise<T | undefined> {
  return Promise.race([over, sleep(ms, undefined, { ref: false })]);
}

/** Asks a process to end with all it has started, and ends them where they do not. */
async function endProcess(
  child: ChildProcess,
  over: Promise<ProcessEnd>,
  others: () => Iterable<number>,
): Promise<ProcessEnd> {
  signalAll(child, 'SIGTERM', others());
  const end = await within(over, graceMs);
  // One that has ended may have left others behind.
  signalAll(child, 'SIGKILL', others());
  if (end !== undefined) return end;
  const killed = await within(over, graceMs);
  child.stdout?.destroy();
  return killed ?? [null, 'SIGKILL'];
}

/** Signals a process, its group where it has its own, and others that are known to be below it. */
function signalAll(child: ChildProcess, signal: NodeJS.Signals, others: Iterable<number>): void {
  // On Windows a command file's program would go on without what started it.
  if (ownGroup() || process.platform === 'win32') signalGroup(child, signal);
  else child.kill(signal);
  if (process.platform === 'win32') return;
  for (const pid of others) {
    if (pid === child.pid) continue;
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended.
    }
  }
}

function ownGroup(): boolean {
  return process.platform !== 'win32' && !process.stdin.isTTY && !process.stdout.isTTY;
}

function endingText(reason: 'max-usd' | 'max-tokens' | 'timeout'): string {
  const what = reason === 'timeout' ? 'The time is over' : 'The cap is reached';
  return `${what}: the command is ended.`;
}

function realFolder(): string {
  try {
    return realpathSync(process.cwd());
  } catch {
    return process.cwd();
  }
}
