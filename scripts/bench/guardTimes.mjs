/**
 * How long Claude Code waits for the guard: whole processes through the launcher, as its hooks start
 * them, on a store of a million messages; and beside them what the same answers take in a process that
 * runs already, which is what an http hook would wait for.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { shellScript } from '../../src/dataFolder/launcherScript.ts';
import { answerHook } from '../../src/guard/answerHook.ts';

const sessionId = '7d0f8f0e-5c0b-4f5e-9a54-2b1f0c6f1a11';

/** Answers so often; the first few compile what the others find compiled. */
const runs = 60;
const warmUp = 5;

function percentile(numbers, share) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** A transcript whose last lines no store knows, some of them of one message. */
function writeTranscript(file, now, lines) {
  const records = Array.from({ length: lines }, (_, i) => ({
    type: 'assistant',
    uuid: `00000000-0000-4000-8000-0000${String(i).padStart(8, '0')}`,
    sessionId,
    timestamp: new Date(now - (lines - i) * 1000).toISOString(),
    cwd: '/home/dev/project-1',
    isSidechain: false,
    requestId: `req_${i >> 1}`,
    message: {
      id: `msg_${i >> 1}`,
      type: 'message',
      role: 'assistant',
      model: 'claude-opus-5-5',
      content: [{ type: 'text', text: 'x'.repeat(800) }],
      stop_reason: 'tool_use',
      usage: { input_tokens: 10, output_tokens: 200, cache_read_input_tokens: 50_000 },
    },
  }));
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${records.map((each) => JSON.stringify(each)).join('\n')}\n`);
}

/**
 * Rows: what, median, and beside it the 95th percentile.
 * @param {{ home: string, store: string, bundle: string, now: number }} options `bundle` is the terminal command's
 */
export function guardTimes({ home, store, bundle, now }) {
  const folder = path.join(home, 'guard');
  rmSync(folder, { recursive: true, force: true });
  const data = path.join(folder, 'data');
  mkdirSync(data, { recursive: true });
  const budget = (scope, period, action) => ({ scope, period, limit: 100_000, action });
  const budgets = [
    budget('global', 'day', 'stop'),
    budget('global', 'month', 'block-prompts'),
    budget('project:*', 'week', 'ask'),
    budget('session', 'lifetime', 'halt-agents'),
    budget('session', 'run', 'stop'),
  ];
  writeFileSync(path.join(data, 'config.json'), JSON.stringify({ settings: {}, budgets }));
  const launcher = path.join(folder, 'outlay');
  writeFileSync(launcher, shellScript({ runtime: process.execPath, bundle }));
  chmodSync(launcher, 0o755);
  const transcript = path.join(folder, `config/projects/p/${sessionId}.jsonl`);
  const env = { ...process.env, OUTLAY_DATA_DIR: data, OUTLAY_STORE: store };
  env.OUTLAY_NOW = new Date(now).toISOString();
  const input = JSON.stringify({
    session_id: sessionId,
    transcript_path: transcript,
    cwd: '/home/dev/project-1',
    prompt_id: 'p1',
    tool_name: 'Bash',
    tool_input: { command: 'ls' },
    tool_use_id: 't1',
  });
  const timed = (program, args) => {
    const times = Array.from({ length: runs + warmUp }, () => {
      const started = performance.now();
      const { status, stderr } = spawnSync(program, args, { input, env, encoding: 'utf8' });
      if (status !== 0 || stderr !== '') throw new Error(`${program}: ${stderr}`);
      return performance.now() - started;
    });
    return times.slice(warmUp);
  };
  const row = (what, times) => [what, percentile(times, 0.5), percentile(times, 0.95)];
  writeTranscript(transcript, now, 20);
  const rows = [
    row('Node, nothing to do', timed(process.execPath, ['-e', '0'])),
    row('before a tool, 20 lines ahead of the store', timed(launcher, ['guard', 'PreToolUse'])),
    row('before a prompt', timed(launcher, ['guard', 'UserPromptSubmit'])),
    row('at the end of a turn', timed(launcher, ['guard', 'Stop'])),
  ];
  writeTranscript(transcript, now, 4000);
  rows.push(row('before a tool, 4,000 lines ahead', timed(launcher, ['guard', 'PreToolUse'])));
  writeTranscript(transcript, now, 20);
  const machine = { env, now, dataFolder: data, home: '' };
  const inside = Array.from({ length: runs + warmUp }, () => {
    const started = performance.now();
    answerHook('PreToolUse', input, machine, { strict: false });
    return performance.now() - started;
  });
  rows.push(row('the same answer without a process of its own', inside.slice(warmUp)));
  return rows;
}

/** The rows as a table of Markdown. */
export function guardTable(rows) {
  const ms = (number) => `${number < 10 ? number.toFixed(1) : number.toFixed(0)} ms`;
  return [
    '| a hook, and Claude Code waits | median | 95 of 100 below |',
    '| --- | --- | --- |',
    ...rows.map(([what, p50, p95]) => `| ${what} | ${ms(p50)} | ${ms(p95)} |`),
  ].join('\n');
}
