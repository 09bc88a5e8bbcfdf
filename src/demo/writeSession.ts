import { closeSync, mkdirSync, openSync, utimesSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import {
  type DemoRecord,
  type DemoRun,
  DemoSession,
  type DemoSessionStart,
  type DemoTask,
} from './demoSession.ts';
import type { Dice } from './dice.ts';

/** The name Claude Code gives the folder of a working directory. */
export function projectFolder(cwd: string): string {
  return cwd.replaceAll(/[^A-Za-z0-9]/g, '-');
}

/** Records as lines of JSON. */
export function toText(records: readonly DemoRecord[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('');
}

/** Writes the files of one session; keeps what is not yet on disk below a megabyte. */
export class SessionFile {
  readonly path: string;
  bytes = 0;
  readonly #descriptor: number;
  readonly #agentFiles: string[] = [];
  #buffer = '';

  constructor(configDir: string, session: DemoSession) {
    const folder = join(configDir, 'projects', projectFolder(session.cwd));
    mkdirSync(folder, { recursive: true });
    this.path = join(folder, `${session.sessionId}.jsonl`);
    this.#descriptor = openSync(this.path, 'a');
  }

  write(records: readonly DemoRecord[]): void {
    this.#buffer += toText(records);
    if (this.#buffer.length > 1 << 20) this.#flush();
  }

  writeAgent({ agentId, lines, meta }: DemoRun): void {
    const folder = join(this.path.replace(/\.jsonl$/, ''), 'subagents');
    mkdirSync(folder, { recursive: true });
    const text = toText(lines);
    this.#agentFiles.push(join(folder, `agent-${agentId}.jsonl`));
    writeFileSync(this.#agentFiles.at(-1)!, text);
    writeFileSync(join(folder, `agent-${agentId}.meta.json`), JSON.stringify(meta));
    this.bytes += Buffer.byteLength(text);
  }

  #flush(): void {
    this.bytes += writeSync(this.#descriptor, this.#buffer);
    this.#buffer = '';
  }

  /** Ends the files as Claude Code would have left them then: last written at that moment. */
  close(atMs: number): void {
    this.#flush();
    closeSync(this.#descriptor);
    for (const file of [this.path, ...this.#agentFiles]) utimesSync(file, atMs / 1000, atMs / 1000);
  }
}

/** How much happens in a session. */
export interface DemoSize {
  readonly prompts: number;
  /** Responses with a tool for each prompt, at most. */
  readonly worksEach: number;
  /** Characters added to each tool result. */
  readonly padBytes?: number;
  /** The client has ended and written its total. Default true. */
  readonly ended?: boolean;
  /** What a subagent is given to do at the end. */
  readonly task?: DemoTask | undefined;
}

export interface WrittenSession {
  readonly session: DemoSession;
  /** The transcript. */
  readonly file: string;
  readonly bytes: number;
  /** Responses, subagents' included. */
  readonly messages: number;
}

/** Writes one whole session. */
export function writeSession(
  configDir: string,
  dice: Dice,
  start: DemoSessionStart,
  { prompts, worksEach, padBytes = 0, ended = true, task }: DemoSize,
): WrittenSession {
  const session = new DemoSession(dice, start);
  session.padResults(padBytes);
  const file = new SessionFile(configDir, session);
  let messages = 0;
  for (let i = 0; i < prompts; i++) {
    if (i > 0) session.pause();
    file.write(session.ask(i === 0 ? session.prompt : dice.pick(session.words.followUps)));
    if (i === 0) file.write(session.title());
    for (let j = dice.whole(1, worksEach); j > 0; j--) file.write(session.work());
    if (dice.chance(0.2)) {
      const run = session.delegate();
      file.write(run.main);
      file.writeAgent(run);
      messages += run.messages;
    }
    if (task !== undefined && i === prompts - 1) {
      const run = session.delegate(task);
      file.write(run.main);
      file.writeAgent(run);
      messages += run.messages;
    }
    file.write(session.finish());
  }
  if (dice.chance(0.3)) session.hiddenRequest();
  if (ended) file.write(session.costState());
  file.close(Math.min(session.nowMs, session.untilMs));
  return { session, file: file.path, bytes: file.bytes, messages: messages + session.messages };
}
