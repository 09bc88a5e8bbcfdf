/**
 * Invented transcripts for demonstrations, pictures and benchmarks: a Claude Code configuration
 * folder with sessions in a handful of projects, and one session that can keep growing.
 */
import { appendFileSync, closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { DemoSession, Dice, demoPrompts } from './demoRecords.mjs';

const dayMs = 86_400_000;

const projects = [
  { name: 'shop', share: 0.4, model: 'claude-opus-5-5' },
  { name: 'billing-api', share: 0.25, model: 'claude-sonnet-5-5' },
  { name: 'docs-site', share: 0.15, model: 'claude-haiku-5-5' },
  { name: 'infra', share: 0.12, model: 'claude-opus-5-5' },
  { name: 'sandbox', share: 0.08, model: 'claude-sonnet-5-5' },
];

const models = ['claude-opus-5-5', 'claude-sonnet-5-5', 'claude-haiku-5-5'];

/** The name Claude Code gives the folder of a working directory. */
export const projectFolder = (cwd) => cwd.replaceAll(/[^A-Za-z0-9]/g, '-');

const toText = (records) => records.map((record) => `${JSON.stringify(record)}\n`).join('');

/** Writes the files of one session; keeps what is not yet on disk below a megabyte. */
class SessionFile {
  #descriptor;
  #buffer = '';

  constructor(configDir, session) {
    const folder = path.join(configDir, 'projects', projectFolder(session.cwd));
    mkdirSync(folder, { recursive: true });
    this.path = path.join(folder, `${session.sessionId}.jsonl`);
    this.#descriptor = openSync(this.path, 'a');
    this.bytes = 0;
  }

  write(records) {
    this.#buffer += toText(records);
    if (this.#buffer.length > 1 << 20) this.#flush();
  }

  writeAgent({ agentId, lines, meta }) {
    const folder = path.join(this.path.replace(/\.jsonl$/, ''), 'subagents');
    mkdirSync(folder, { recursive: true });
    const text = toText(lines);
    writeFileSync(path.join(folder, `agent-${agentId}.jsonl`), text);
    writeFileSync(path.join(folder, `agent-${agentId}.meta.json`), JSON.stringify(meta));
    this.bytes += Buffer.byteLength(text);
  }

  #flush() {
    this.bytes += writeSync(this.#descriptor, this.#buffer);
    this.#buffer = '';
  }

  close() {
    this.#flush();
    closeSync(this.#descriptor);
  }
}

/**
 * Writes one whole session.
 * @returns {{ file: string, bytes: number, messages: number }}
 */
function writeSession(configDir, dice, given, { prompts, worksEach, padBytes = 0, ended = true }) {
  const session = new DemoSession(dice, given);
  session.padResults(padBytes);
  const file = new SessionFile(configDir, session);
  let messages = 0;
  for (let i = 0; i < prompts; i++) {
    if (i > 0) session.pause();
    file.write(session.ask(i === 0 ? session.prompt : dice.pick(demoPrompts)));
    if (i === 0) file.write(session.title());
    for (let j = dice.whole(1, worksEach); j > 0; j--) file.write(session.work());
    if (dice.chance(0.2)) {
      const run = session.delegate();
      file.write(run.main);
      file.writeAgent(run);
      messages += run.messages;
    }
    file.write(session.finish());
  }
  if (dice.chance(0.3)) session.hiddenRequest();
  if (ended) file.write(session.costState());
  file.close();
  return { session, file: file.path, bytes: file.bytes, messages: messages + session.messages };
}

function pickProject(dice) {
  let left = dice.next();
  for (const project of projects) {
    left -= project.share;
    if (left < 0) return project;
  }
  return projects[0];
}

/** A session that a person is working in: each `grow()` appends what happens next. */
class LiveSession {
  #session;
  #dice;
  #step = 0;

  constructor(dice, session, file) {
    this.#dice = dice;
    this.#session = session;
    /** The transcript that grows. */
    this.file = file;
    this.sessionId = session.sessionId;
  }

  /** Appends one response (and what goes with it), dated now. */
  grow(nowMs = Date.now()) {
    const session = this.#session;
    session.nowMs = Math.max(session.nowMs, nowMs - 1_000);
    const step = this.#step++ % 6;
    const records = step === 0 ? session.ask(this.#dice.pick(demoPrompts)) : [];
    records.push(...(step === 5 ? session.finish() : session.work()));
    appendFileSync(this.file, toText(records));
  }

  /** Grows every few seconds until the returned function is called. */
  keepGrowing(everyMs = 4_000) {
    const timer = setInterval(() => this.grow(), everyMs);
    return () => clearInterval(timer);
  }
}

/**
 * Writes the demonstration set.
 * @param {string} configDir becomes a Claude Code configuration folder
 * @param {object} [options]
 * @param {number} [options.seed] same seed and `nowMs`, same files
 * @param {number} [options.nowMs] the set ends here
 * @param {number} [options.sessions]
 * @param {number} [options.days]
 * @param {string} [options.projectsDir] where the invented projects pretend to be
 * @returns {{ configDir: string, projectDirs: string[], live: LiveSession }}
 */
export function writeDemo(configDir, options = {}) {
  const { seed = 1, sessions = 40, days = 30, projectsDir = '/home/dev' } = options;
  const nowMs = options.nowMs ?? Date.now();
  const dice = new Dice(seed);
  const cwdOf = (project) => path.join(projectsDir, project.name);
  for (let i = 0; i < sessions - 1; i++) {
    const project = pickProject(dice);
    // Half of all work of the latest days, and the last sessions early today.
    const ageMs = Math.floor((1 - (i + 1) / sessions) ** 1.5 * days * dayMs);
    const model = dice.chance(0.7) ? project.model : dice.pick(models);
    const branch = dice.chance(0.6) ? 'main' : `feature/${dice.pick(['cart', 'export', 'login'])}`;
    const start = nowMs - 2 * 3_600_000 - ageMs;
    const size = { prompts: dice.whole(1, 7), worksEach: 9 };
    writeSession(configDir, dice, { cwd: cwdOf(project), start, model, branch }, size);
  }
  const started = {
    cwd: cwdOf(projects[0]),
    start: nowMs - 20 * 60_000,
    model: projects[0].model,
  };
  const { session, file } = writeSession(configDir, dice, started, {
    prompts: 2,
    worksEach: 5,
    ended: false,
  });
  const live = new LiveSession(dice, session, file);
  return { configDir, projectDirs: projects.map(cwdOf), live };
}

/**
 * Writes a big set for benchmarks, straight to disk. Ends at the number of messages; with `bytes`,
 * tool results are filled up so that the files come to about that size.
 * @param {string} configDir
 * @param {{ messages: number, bytes?: number, days?: number, seed?: number, nowMs?: number }} options
 * @returns {{ messages: number, bytes: number, files: number }}
 */
export function writeBigSet(configDir, { messages, bytes, days = 365, seed = 1, nowMs }) {
  const dice = new Dice(seed);
  const end = nowMs ?? Date.now();
  const sum = { messages: 0, bytes: 0, files: 0 };
  let padBytes = 0;
  while (sum.messages < messages) {
    const project = pickProject(dice);
    const start = end - days * dayMs + Math.floor((sum.messages / messages) * (days - 1) * dayMs);
    const given = { cwd: `/home/dev/${project.name}`, start, model: project.model };
    const left = messages - sum.messages;
    const prompts = Math.min(dice.whole(5, 40), Math.ceil(left / 8));
    const written = writeSession(configDir, dice, given, { prompts, worksEach: 12, padBytes });
    sum.messages += written.messages;
    sum.bytes += written.bytes;
    sum.files += 1;
    if (bytes) {
      // What is missing so far is spread over the messages of the next sessions.
      const missing = (sum.messages / messages) * bytes - sum.bytes;
      padBytes = Math.max(0, padBytes + missing / Math.max(1, written.messages) / 4);
    }
  }
  return sum;
}
