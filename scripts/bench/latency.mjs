/** What the benchmarks of latency share: a transcript that grows, and the page they write into. */
import { appendFileSync, mkdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inRoot } from '../shared/paths.mjs';

/** What Opus 5.5 asks for a token of output. */
const nanoPerToken = 20_000;

/** A transcript that grows line by line, each a message of Opus 5.5 that costs so much. */
export class Growing {
  /** Lines written. */
  lines = 0;
  sessionId = '7d0f8f0e-5c0b-4f5e-9a54-2b1f0c6f1a11';
  #file;
  #lineNano;

  constructor(configDir, lineNano) {
    this.#lineNano = lineNano;
    const folder = path.join(configDir, 'projects/-tmp-shop');
    mkdirSync(folder, { recursive: true });
    this.#file = path.join(folder, `${this.sessionId}.jsonl`);
  }

  #line() {
    const number = String(++this.lines).padStart(8, '0');
    const usage = { input_tokens: 0, output_tokens: this.#lineNano / nanoPerToken };
    const record = {
      type: 'assistant',
      uuid: `00000000-0000-4000-8000-0000${number}`,
      sessionId: this.sessionId,
      timestamp: new Date().toISOString(),
      cwd: '/tmp/shop',
      isSidechain: false,
      requestId: `req_${number}`,
      message: {
        id: `msg_${number}`,
        type: 'message',
        role: 'assistant',
        model: 'claude-opus-5-5',
        content: [{ type: 'text', text: 'x'.repeat(600) }],
        stop_reason: 'end_turn',
        usage,
      },
    };
    return `${JSON.stringify(record)}\n`;
  }

  /** Appends a line; the time is the one before the write that completes it. */
  append() {
    const line = this.#line();
    const at = Date.now();
    appendFileSync(this.#file, line);
    return { at, nano: this.lines * this.#lineNano };
  }

  /** Appends a line in two pieces. */
  async appendTorn(pauseMs) {
    const line = this.#line();
    appendFileSync(this.#file, line.slice(0, line.length / 2));
    await sleep(pauseMs);
    const at = Date.now();
    appendFileSync(this.#file, line.slice(line.length / 2));
    return { at, nano: this.lines * this.#lineNano };
  }
}

/** A table in Markdown; the first row is its heading. */
export function table([heading, ...rows]) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(heading), line(heading.map(() => '---')), ...rows.map(line)].join('\n');
}

/** When and on what was measured. */
export function machine() {
  const day = new Date().toISOString().slice(0, 10);
  return `${day}, ${cpus().length} cores, Node ${process.versions.node}.`;
}

/** Puts what was measured into its place in docs/latency.md. */
export async function writeMeasured(name, text) {
  const file = inRoot('docs/latency.md');
  const page = await readFile(file, 'utf8');
  const place = new RegExp(`(?<=<!-- ${name} -->\\n)[\\s\\S]*?(?=<!-- end of ${name} -->)`);
  if (!place.test(page)) throw new Error(`docs/latency.md has no place for ${name}.`);
  await writeFile(
    file,
    page.replace(place, () => `${text}\n`),
  );
}

/** Throws where a row of `held` says that a promise was not kept. */
export function requireHeld(targets) {
  const broken = targets.filter((line) => line.includes('missed'));
  if (broken.length > 0) throw new Error(broken.join('\n'));
}

/** Runs a benchmark if it was started by itself, not as a part of another. */
export async function asCommand(file, main) {
  if (process.argv[1] !== file) return;
  try {
    await main();
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
