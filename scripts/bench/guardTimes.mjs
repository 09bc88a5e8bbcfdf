/**
 * How long Claude Code waits for the guard: whole processes through the launcher, as its hooks start
 * them, on a store of a million messages; and beside them the same answers over HTTP, by the server an
 * installation with `--transport http` has.
 */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import path from 'node:path';
import { newPlace, readServerNote, writePlace } from '../../src/dataFolder/guardServer.ts';
import { shellScript } from '../../src/dataFolder/launcherScript.ts';
import { dropTailCache } from '../../src/guard/tailCache.ts';
import { until } from '../shared/retry.ts';
import { held, ms } from './measure.mjs';

/** Answers so often; the first few compile what the others find compiled. */
const runs = 60;
const warmUp = 5;

function percentile(numbers, share) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** A session whose transcript has so many lines. */
const sessionOf = (lines) => `7d0f8f0e-5c0b-4f5e-9a54-${String(lines).padStart(12, '0')}`;

/** A transcript whose lines no store knows, two of each message. */
function writeTranscript(file, now, lines) {
  const sessionId = sessionOf(lines);
  const records = Array.from({ length: lines }, (_, i) => ({
    type: 'assistant',
    uuid: `00000000-0000-4000-8000-0000${String(i).padStart(8, '0')}`,
    sessionId,
    timestamp: new Date(now - (lines - i) * 1000).toISOString(),
    cwd: '/home/dev/project-1',
    isSidechain: false,
    requestId: `req_${lines}_${i >> 1}`,
    message: {
      id: `msg_${lines}_${i >> 1}`,
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
export async function guardTimes({ home, store, bundle, now }) {
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
  const env = { ...process.env, OUTLAY_DATA_DIR: data, OUTLAY_STORE: store };
  env.OUTLAY_NOW = new Date(now).toISOString();
  const inputWith = (lines) => {
    const transcript = path.join(folder, `config/projects/p/${sessionOf(lines)}.jsonl`);
    writeTranscript(transcript, now, lines);
    return JSON.stringify({
      session_id: sessionOf(lines),
      transcript_path: transcript,
      cwd: '/home/dev/project-1',
      prompt_id: 'p1',
      tool_name: 'Bash',
      tool_input: { command: 'ls' },
      tool_use_id: 't1',
    });
  };
  const [short, long, fresh] = [inputWith(20), inputWith(4000), inputWith(3999)];
  const starts = (program, args, input) => () => {
    const { status, stderr } = spawnSync(program, args, { input, env, encoding: 'utf8' });
    if (status !== 0 || stderr !== '') throw new Error(`${program}: ${stderr}`);
  };
  const place = newPlace();
  writePlace(data, place);
  const server = spawn(launcher, ['guard', 'serve'], { env, stdio: 'ignore' });
  const overHttp = async () => {
    const { status, text } = await ask(place, short);
    if (status !== 200 || !text.startsWith('{')) throw new Error(`the server: ${status} ${text}`);
  };
  try {
    await until('the server runs', () => readServerNote(data)?.pid === server.pid);
    return await inTurns([
      ['Node, nothing to do', starts(process.execPath, ['-e', '0'], '')],
      [
        'before a tool, 20 lines ahead of the store',
        starts(launcher, ['guard', 'PreToolUse'], short),
      ],
      ['before a prompt', starts(launcher, ['guard', 'UserPromptSubmit'], short)],
      ['at the end of a turn', starts(launcher, ['guard', 'Stop'], short)],
      ['before a tool, 4,000 lines ahead', starts(launcher, ['guard', 'PreToolUse'], long)],
      [
        'the same, for the first time',
        starts(launcher, ['guard', 'PreToolUse'], fresh),
        () => dropTailCache(data, sessionOf(3999)),
      ],
      ['before a tool, over HTTP', overHttp],
    ]);
  } finally {
    server.kill();
  }
}

/**
 * One after the other, again and again: what else this machine does meets all of them alike. What has to be
 * done before each is not measured.
 */
async function inTurns(tasks) {
  const times = tasks.map(() => []);
  for (let run = 0; run < runs + warmUp; run++) {
    for (const [index, [, task, before]] of tasks.entries()) {
      before?.();
      const started = performance.now();
      await task();
      if (run >= warmUp) times[index].push(performance.now() - started);
    }
  }
  return tasks.map(([what], i) => [what, percentile(times[i], 0.5), percentile(times[i], 0.95)]);
}

function ask({ port, token }, body) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const target = { host: '127.0.0.1', port, path: '/outlay/guard/PreToolUse', method: 'POST' };
  return new Promise((resolve, reject) => {
    const asked = request({ ...target, agent: false, headers }, (response) => {
      let text = '';
      response.on('data', (part) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode, text }));
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

/** What must hold of the answers Claude Code waits for. */
export function guardTargets(rows) {
  return rows
    .filter(([what]) => what.startsWith('before') || what.startsWith('at '))
    .map(([what, , p95]) => held(`the guard, whole process, 95 of 100 within: ${what}`, p95, 120));
}

/** The rows as a table of Markdown. */
export function guardTable(rows) {
  return [
    '| a hook, and Claude Code waits | median | 95 of 100 below |',
    '| --- | --- | --- |',
    ...rows.map(([what, p50, p95]) => `| ${what} | ${ms(p50)} | ${ms(p95)} |`),
  ].join('\n');
}
