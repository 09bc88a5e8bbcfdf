import { type Damage, damageText } from '../../store/connection/repair.ts';
import { plainLines, plainText, safeJson } from '../../text/plainText.ts';

/**
 * Sentences beside an answer. They name files, arguments and peers, which nobody vouches for: each is
 * one line without anything a terminal acts upon.
 */
export function complain(sentence: string): void {
  process.stderr.write(`${plainText(sentence)}\n`);
}

/** What was done, on standard output. */
export function say(sentence: string): void {
  process.stdout.write(`${plainText(sentence)}\n`);
}

/** Text of several lines on standard output, its indentation kept. */
export function sayAtLength(text: string): void {
  process.stdout.write(plainLines(text));
}

/** One value as a line of JSON, for what goes on and on. */
export function sayJsonLine(value: unknown): void {
  process.stdout.write(`${safeJson(value, 0)}\n`);
}

/** An answer for programs. */
export function sayJson(value: unknown): void {
  process.stdout.write(`${safeJson(value)}\n`);
}

/** Text of several lines on the error stream, such as wrong usage with its help. */
export function complainAtLength(text: string): void {
  process.stderr.write(plainLines(text));
}

/** What was done about a store that was damaged. */
export function complainOfDamage(damage: Damage): void {
  complain(damageText(damage));
}
