/** The real Claude Code in a home of its own, with the stand-in API for its whole world. */
import { execFileSync, spawn } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { longestWaitMs, until } from '../../../scripts/shared/retry.ts';
import { installedClient } from '../../../scripts/test/realClient.mjs';
import { StandIn } from './standIn.mjs';

/** A run that takes longer hangs: some have a dozen answers, on whatever machine. */
const longestRunMs = 3 * longestWaitMs;

const usualTools = ['Bash', 'Agent', 'WebSearch'];

/**
 * What a run came to.
 * @typedef {object} Run
 * @property {number | null} code
 * @property {string | null} signal
 * @property {string} sessionId
 * @property {number} usd the client's own total, everything before a resume or fork included
 * @property {Record<string, { costUSD: number, costBasis: string }>} models
 * @property {object} [result] the whole of what the client prints
 * @property {string} output
 */
export class Claude {
  /** Configuration directory: what the client writes, and Outlay reads. */
  configDir;
  workspace;
  home;
  api;
  #program;
  #running = new Set();

  /**
   * @param {string} seed
   * @param {{ configDir?: string }} [options]
   */
  static async start(seed, options = {}) {
    const claude = new Claude();
    claude.#program = await installedClient();
    claude.api = await StandIn.start(seed);
    claude.home = realpathSync(mkdtempSync(path.join(tmpdir(), 'outlay-client-')));
    claude.configDir = options.configDir ?? path.join(claude.home, 'config');
    claude.workspace = path.join(claude.home, 'shop');
    mkdirSync(claude.configDir, { recursive: true });
    mkdirSync(claude.workspace);
    mkdirSync(path.join(claude.home, 'user'));
    execFileSync('git', ['init', '--quiet'], { cwd: claude.workspace });
    writeFileSync(path.join(claude.workspace, 'readme.txt'), 'A shop.\n');
    return claude;
  }

  /** The program, for who starts it in another way than `begin`. */
  get program() {
    return this.#program;
  }

  environment(more = {}) {
    return {
      HOME: path.join(this.home, 'user'),
      PATH: process.env.PATH,
      CLAUDE_CONFIG_DIR: this.configDir,
      ANTHROPIC_BASE_URL: this.api.url,
      ANTHROPIC_API_KEY: 'sk-ant-none',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_TELEMETRY: '1',
      DISABLE_AUTOUPDATER: '1',
      HTTP_PROXY: this.api.url,
      HTTPS_PROXY: this.api.url,
      NO_PROXY: '127.0.0.1',
      ...more,
    };
  }

  /**
   * Starts the client in print mode.
   * @param {string} prompt
   * @param {object} [options]
   * @param {string} [options.model]
   * @param {string} [options.resume] id of a session
   * @param {string[]} [options.args]
   * @param {Record<string, string>} [options.env]
   * @param {string[]} [options.allowed] tools it may use unasked
   * @returns {{ child: import('node:child_process').ChildProcess, ended: Promise<Run> }}
   */
  begin(prompt, { model, resume, args = [], env = {}, allowed = usualTools } = {}) {
    return this.#spawn(
      [
        ...['--output-format', 'json'],
        ...(model ? ['--model', model] : []),
        ...(resume ? ['--resume', resume] : []),
        ...args,
        ...(allowed.length > 0 ? ['--allowedTools', ...allowed] : []),
        ...['--', prompt],
      ],
      env,
    );
  }

  /**
   * Gives one run several prompts, each when the one before has been answered.
   * @param {string[]} prompts
   * @returns {Promise<Run>}
   */
  async runPrompts(prompts) {
    const form = ['--input-format', 'stream-json', '--output-format', 'stream-json', '--verbose'];
    const { child, ended } = this.#spawn([...form, '--allowedTools', 'Bash'], {});
    const rest = [...prompts];
    const next = () => {
      const content = rest.shift();
      if (content === undefined) return child.stdin.end();
      const message = { role: 'user', content };
      child.stdin.write(`${JSON.stringify({ type: 'user', message })}\n`);
    };
    child.stdout.on('data', (data) => {
      if (String(data).includes('"type":"result"')) next();
    });
    next();
    return ended;
  }

  #spawn(args, env) {
    const child = spawn(this.#program, ['--print', ...args], {
      cwd: this.workspace,
      env: this.environment(env),
      stdio: [args.includes('--input-format') ? 'pipe' : 'ignore', 'pipe', 'pipe'],
      timeout: longestRunMs,
      killSignal: 'SIGKILL',
    });
    this.#running.add(child);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (data) => (stdout += data));
    child.stderr.on('data', (data) => (stderr += data));
    const ended = new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => {
        this.#running.delete(child);
        resolve(readRun({ code, signal, stdout, stderr }));
      });
    });
    return { child, ended };
  }

  /** Runs the client to its end; fails unless it says that all went well. */
  async run(prompt, options) {
    const run = await this.begin(prompt, options).ended;
    if (run.code !== 0 || run.result?.is_error) {
      throw new Error(`The client ended with ${run.code ?? run.signal}.\n${run.output}`);
    }
    return run;
  }

  /**
   * Breaks a run off while an answer is on its way: one of the plan's that hangs.
   * @param {NodeJS.Signals} signal
   * @param {string} plan
   * @param {object} [options] those of `begin`, and `when`: what has to be over before
   */
  async breakOff(signal, plan, { when, ...options } = {}) {
    const hanging = this.api.hanging();
    const { child, ended } = this.begin(`Do it [plan ${plan}]`, options);
    const { sessionId } = await hanging;
    await this.written(sessionId, plan);
    // Long enough for the client to have taken in what was sent of the last one, too.
    await sleep(800);
    await when?.(sessionId);
    child.kill(signal);
    return { ...(await ended), sessionId };
  }

  /**
   * Waits until the client has written down the answers that a session was given by now: all, or those
   * of a plan where others are in no transcript.
   */
  async written(sessionId, plan) {
    const answers = this.api.ledger.filter(
      (entry) =>
        entry.outcome === 'answered' &&
        entry.sessionId === sessionId &&
        (plan === undefined || entry.plan === plan),
    );
    await until('the answers are in transcripts', () => {
      const text = this.transcripts();
      return answers.every(({ requestId }) => text.includes(requestId));
    });
  }

  /** All transcripts as one text. */
  transcripts() {
    return readdirSync(this.configDir, { recursive: true })
      .filter((name) => name.endsWith('.jsonl'))
      .map((name) => readFileSync(path.join(this.configDir, name), 'utf8'))
      .join('');
  }

  /** The records in a session's own transcript, those of its subagents aside. */
  records(sessionId) {
    const name = readdirSync(this.configDir, { recursive: true }).find((file) =>
      file.endsWith(`${sessionId}.jsonl`),
    );
    const lines = readFileSync(path.join(this.configDir, name), 'utf8').trim().split('\n');
    return lines.map((line) => JSON.parse(line));
  }

  /** The records of all subagents. */
  agentRecords() {
    return readdirSync(this.configDir, { recursive: true })
      .filter((name) => /agent-[^/\\]*\.jsonl$/.test(name))
      .flatMap((name) => readFileSync(path.join(this.configDir, name), 'utf8').trim().split('\n'))
      .map((line) => JSON.parse(line));
  }

  /** Copies what a session has left, subagents included, into another configuration directory. */
  copySession(sessionId, configDir) {
    const projects = path.join(this.configDir, 'projects');
    for (const name of readdirSync(projects, { recursive: true })) {
      if (!name.includes(sessionId) || !/\.jsonl?$/.test(name)) continue;
      const copy = path.join(configDir, 'projects', name);
      mkdirSync(path.dirname(copy), { recursive: true });
      copyFileSync(path.join(projects, name), copy);
    }
  }

  async close() {
    for (const child of this.#running) child.kill('SIGKILL');
    await this.api.close();
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5 });
  }
}

function readRun({ code, signal, stdout, stderr }) {
  const output = stdout + stderr;
  let result;
  try {
    // The last line: of several prompts each has a result, with the total up to there.
    result = JSON.parse(stdout.trim().split('\n').at(-1));
  } catch {
    return { code, signal, sessionId: '', usd: Number.NaN, models: {}, output };
  }
  const { session_id: sessionId, total_cost_usd: usd, modelUsage: models } = result;
  return { code, signal, sessionId, usd, models, result, output };
}
