import { type Stats, statSync } from 'node:fs';
import type { ClientPriceList } from '../model/clientPrices.ts';
import type { AgentMetadata, Bookmark, MessageLine, TranscriptChunk } from '../model/records.ts';
import type { Unreadable } from '../model/unreadable.ts';

/** How a root came to be read; environment variables go by their names. */
export type RootSource =
  | 'option'
  | 'host'
  | 'setting'
  | 'CLAUDE_CONFIG_DIR'
  | 'CODEX_HOME'
  | 'COPILOT_HOME'
  | 'OPENCODE_DB'
  | 'OUTLAY_CAPTURE_DIR'
  | 'default';

/** A configuration directory of an agent. One root is one account. */
export interface Root {
  /** Name of the agent that writes there: the key of its `AgentLog`. */
  readonly agent: string;
  /** Real path of the configuration directory. */
  readonly path: string;
  /** Folder below which the transcripts stand. */
  readonly logFolder: string;
  readonly source: RootSource;
  /** False while the folder is not there; it may come. */
  readonly exists: boolean;
  /** Name of the host whose agents write there; absent for this machine. */
  readonly host?: string;
}

/** The machine's side of where roots are. */
export interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** Folder of the calls programs write down themselves; they are not looked for without it. */
  readonly captureFolder?: string | undefined;
}

/** Configuration directories an agent has where the user names none. */
export interface DefaultRoots {
  /** May begin with `~`; the first is the one to be named while none exists. */
  readonly paths: readonly string[];
  /** Default places count only where they exist. */
  readonly source: RootSource;
}

/** A transcript on disk: mostly a file, for some agents a database or a folder of small files. */
export interface LogFile {
  readonly path: string;
  /** Bytes of all that belongs to it. */
  readonly size: number;
  /** When any of it changed last; UTC milliseconds, whole ones. */
  readonly mtimeMs: number;
  readonly inode: string;
}

/** What there is below a root. */
export interface Discovery {
  /** The transcripts. */
  readonly files: LogFile[];
  /** Paths of files beside them that state facts about a subagent: who reads one asks when it changed. */
  readonly metaFiles: string[];
  readonly unreadable: Unreadable[];
}

/** What a transcript's path says of its records. */
export interface LogLocation {
  /** '' for a transcript that holds many sessions: its records say whose they are. */
  readonly sessionId: string;
  /** Subagent that writes the file, '' for the main thread. */
  readonly agentId: string;
}

/** Where a record stands in a transcript. */
export interface RecordLocation {
  /** First line is 0. */
  readonly line: number;
  /** Bytes before the line; of a database what finds the row again. */
  readonly offset: number;
  /** Bytes of the line, its newline left out; more than the file has where it can be seen in an excerpt only. */
  readonly length: number;
}

/** A record that counts, with its place. */
export interface LocatedMessage {
  /** First line is 1; of a database the number of the row. */
  readonly line: number;
  /** Bytes before the line; of a database what finds the row again. */
  readonly offset: number;
  readonly message: MessageLine;
}

/** Which record is looked for: a response by the id it is counted by. */
export interface WantedRecord {
  /** As in `MessageLine.messageId`. */
  readonly messageId: string;
}

/** A piece of what a response says or does, in the order it was written. */
export interface MessagePart {
  readonly kind: 'text' | 'thinking' | 'tool';
  /** Of the tool; '' for the others. */
  readonly name: string;
  readonly text: string;
  /** Characters left out at its end; all that is known of a line that is too long to be parsed. */
  readonly left: number;
}

/** What a response is about in a few words. */
export interface MessageOutline {
  /** The words are those of the prompt it answers first, what its tool is called on, or its own. */
  readonly kind: 'prompt' | 'tool' | 'text';
  /** Of the tool; '' for the others. */
  readonly name: string;
  readonly words: string;
}

/** What the responses of a transcript are about, up to a place of it. */
export interface TranscriptOutline {
  /** Bytes that were looked at. */
  readonly offset: number;
  /** A prompt that no response has answered yet. */
  readonly asked: string;
  /** What a subagent was told to do; '' for a main thread. */
  readonly task: string;
  /** By the id a response is counted by (`MessageLine.messageId`). */
  readonly messages: ReadonlyMap<string, MessageOutline>;
}

/** Part of a transcript, short enough for an editor. */
export interface Excerpt {
  /** Lines without their newlines; long ones are cut, which `cut` says. */
  readonly lines: readonly { readonly text: string; readonly cut: number }[];
  /** Index of the wanted line in `lines`. */
  readonly wanted: number;
}

/** A running agent, as its configuration directory names it. */
export interface RunningAgent {
  readonly pid: number;
  readonly sessionId: string;
  /** '' where it is not said. */
  readonly cwd: string;
  /** UTC milliseconds; 0 where it is not said. */
  readonly startedAt: number;
}

/**
 * The log of one coding agent (adapter): where it is, and how its bytes become records. Everything
 * else sees roots, paths and records, and never which agent wrote them.
 */
export interface AgentLog {
  /** The same for ever: roots carry it from thread to thread. */
  readonly name: string;
  /** The product as its makers call it: what its sessions are told apart by. */
  readonly product: string;
  /** Its sessions are programs that call models themselves: advice on how a coding agent is used is none for them. */
  readonly isOfPrograms?: true;
  /** Sessions of other agents may stand there, too: those belong where the agents write them themselves. */
  readonly isSecondary?: true;
  /** The environment variable by which the agent finds its configuration directory; undefined for none. */
  readonly homeVariable: string | undefined;
  /**
   * The command that goes on with a session; undefined where nothing does. The id has to be of letters, digits,
   * dashes and underscores.
   */
  resumeCommand(sessionId: string): string | undefined;

  defaultRoots(machine: Machine): DefaultRoots;
  /** Whether a directory somebody named is a configuration directory of this agent. */
  recognizes(directory: string): boolean;
  /** The root at a directory, whether it exists or not. */
  rootAt(directory: string, source: RootSource): Root;
  /** Every file below the root, each once; what cannot be read is named and the rest goes on. */
  discover(root: Root): Discovery;

  /** Whether transcripts may stand in a folder below a root, or deeper in it: others are not watched. */
  mayHold(root: Root, folder: string): boolean;
  /**
   * What a file is by its whole path: a transcript, facts about a subagent, a part of a transcript (a
   * database's log, a file of a folder that is one), or nothing of ours.
   */
  kindOf(path: string): 'transcript' | 'meta' | 'part' | undefined;
  /** A transcript as it is now; undefined where there is none. Throws the file system's errors. */
  fileAt(path: string): LogFile | undefined;
  locationOf(root: Root, path: string): LogLocation;
  /** The transcript a meta file is about, or a part belongs to. */
  transcriptOf(path: string): string;
  /** Undefined while the file is torn, absent or says nothing. */
  readMeta(root: Root, metaPath: string): AgentMetadata | undefined;
  /** Facts that stand beside a subagent's transcript. */
  metadataBeside(root: Root, path: string): AgentMetadata[];

  /**
   * Reads a transcript on from a bookmark, a chunk about every `chunkBytes`. What its writer has not
   * finished waits; a file that is another one than the bookmark's is read again from the start.
   * Throws the file system's errors.
   */
  readChunks(
    root: Root,
    path: string,
    bookmark: Bookmark | undefined,
    chunkBytes: number,
  ): Generator<TranscriptChunk, void, void>;

  /**
   * The records of a transcript that count, read anew from its start, each with its place. Throws the file
   * system's errors.
   */
  messageLines(root: Root, path: string): Generator<LocatedMessage, void, void>;

  /** Days after which the agent deletes a transcript; undefined where it keeps them. */
  cleanupDays(root: Root): number | undefined;
  /** What the agent's own files say models cost, unchecked; of two prices the first holds. */
  clientPrices(roots: readonly Root[], machine: Machine): ClientPriceList[];
  /** Ids of the sessions whose agent runs now, by what a configuration directory says. */
  runningSessions(directory: string): Iterable<string>;
  /** The same with their processes. */
  runningAgents(directory: string): RunningAgent[];
  /** Transcripts of one session, those of its subagents included, found without listing all others. */
  sessionFiles(root: Root, sessionId: string): LogFile[];
  /** Where a message was counted from; undefined when the file does not have it. */
  findRecord(path: string, wanted: WantedRecord): Promise<RecordLocation | undefined>;
  /** What a message says; undefined when the file does not have it. */
  readMessageText(path: string, wanted: WantedRecord): Promise<MessagePart[] | undefined>;
  /** What each response is about; goes on from an outline of the same file. */
  readOutline(path: string, before?: TranscriptOutline): Promise<TranscriptOutline>;
  /** The lines around a place of a file (bytes before the line), cut to what can be looked at. */
  readExcerpt(path: string, offset: number): Promise<Excerpt>;
  /** What a person asked for in the main thread, by the id of the prompt (`MessageLine.promptId`). */
  promptTexts(path: string): Map<string, string>;
}

/** A file as the store remembers it: compared to tell whether it has changed. */
export function logFile(path: string, stats: Stats): LogFile {
  return {
    path,
    size: stats.size,
    mtimeMs: Math.floor(stats.mtimeMs),
    inode: `${stats.dev}:${stats.ino}`,
  };
}

/** The file at a path; undefined for anything else, and for nothing. Throws the file system's errors. */
export function regularFileAt(path: string): LogFile | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() === true ? logFile(path, stats) : undefined;
}
