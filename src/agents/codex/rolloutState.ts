import type { Counts } from './counts.ts';

/** A thread, and the session and agent its spend belongs to. */
export interface ThreadPlace {
  readonly thread: string;
  readonly session: string;
  /** '' for a thread a person began; else the thread's id. */
  readonly agent: string;
}

/** What a reader must remember between two chunks of one rollout. Plain data, kept in the store. */
export interface RolloutState {
  /** Lines behind, so that the next one is number `line + 1`. */
  line: number;
  /** Latest time of any line so far; 0 when none is dated. */
  lastAt: number;
  /** Time of the line that begins the file; 0 where it has none. */
  firstAt: number;
  /** The file's own thread, then those whose lines it begins with a copy of. */
  threads: readonly ThreadPlace[];
  /** Thread the own one was forked from or started by; '' for none. */
  parent: string;
  model: string;
  tier: string;
  effort: string;
  cwd: string;
  branch: string;
  version: string;
  originator: string;
  /** Missing in a state that was kept before providers were read. */
  provider?: string;
  /** Turn that lines without one belong to; '' before the first. */
  turn: string;
  /** Models of the latest turns, newest last. */
  turnModels: readonly (readonly [turn: string, model: string])[];
  /** The latest turns that have usage records, whose counters say nothing new; newest last. */
  recorded: readonly string[];
  /** The counter as last seen; null while none was. */
  counter: Counts | null;
  /** Counters read so far. */
  counted: number;
  /** Without ids of turns: all counters so far are copies of the parent's. */
  copying: boolean;
  /** Names of the tools called since the last response. */
  tools: readonly string[];
  /** A prompt has named the session. */
  named: boolean;
}

export function freshRollout(): RolloutState {
  return {
    line: 0,
    lastAt: 0,
    firstAt: 0,
    threads: [],
    parent: '',
    model: '',
    tier: '',
    effort: '',
    cwd: '',
    branch: '',
    version: '',
    originator: '',
    turn: '',
    turnModels: [],
    recorded: [],
    counter: null,
    counted: 0,
    copying: true,
    tools: [],
    named: false,
  };
}
