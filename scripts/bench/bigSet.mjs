/** Invented transcripts by the hundred megabytes, for benchmarks. */
import { Dice } from '../../src/demo/dice.ts';
import { pickProject } from '../../src/demo/writeDemo.ts';
import { writeSession } from '../../src/demo/writeSession.ts';

const dayMs = 86_400_000;

/**
 * Writes a big set, straight to disk. Ends at the number of messages; with `bytes`, tool results are
 * filled up so that the files come to about that size.
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
