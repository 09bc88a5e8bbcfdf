import { stripVTControlCharacters } from 'node:util';

/** Controls, marks that turn the writing direction, line separators, byte-order marks, lone halves. */
const unsafe =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\p{Surrogate}/gu;

/** Characters a terminal may act upon although they stand inside a JSON string. */
const unsafeInJson = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

const separators = /[\s\u2028\u2029]+/gu;

/** More marks on one character than any writing has: they would be drawn over the lines around. */
const piledMarks = /(\p{Mark}{6})\p{Mark}+/gu;

/**
 * Text from a transcript as it may be shown: one line, without anything that moves a cursor, sets a
 * colour, turns the writing direction or covers what stands beside it.
 */
export function plainText(text: string): string {
  // What is longer than any line of a terminal is cut before it is looked at.
  const short = text.length > 4000 ? `${text.slice(0, 4000)}…` : text;
  return stripVTControlCharacters(short)
    .replace(separators, ' ')
    .replace(unsafe, '')
    .replace(piledMarks, '$1')
    .trim();
}

/** The same for text of several lines, which it keeps. */
export function plainLines(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
    .replace(unsafe, (character) => (character === '\n' || character === '\t' ? character : ''))
    .replace(piledMarks, '$1');
}

/** The same text with all of that marked by its code point, such as `<1B>`: what differs still differs. */
export function markUnsafe(text: string): string {
  return text.replace(unsafe, (character) => {
    const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(2, '0');
    return `<${code}>`;
  });
}

/** JSON text, indented, that is safe to print: the same value, risky characters escaped. */
export function safeJson(value: unknown, indent = 2): string {
  return JSON.stringify(value, undefined, indent).replace(
    unsafeInJson,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const zeroWidth = /^(?:\p{Mark}|\u200d)$/u;
const doubleWidth =
  /^[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]$/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: plain ASCII is the common case
const ascii = /^[\u0000-\u007f]*$/;

/** Columns a text takes in a terminal. */
export function displayWidth(text: string): number {
  if (ascii.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += widthOf(character);
  return width;
}

function widthOf(character: string): number {
  if (zeroWidth.test(character)) return 0;
  return doubleWidth.test(character) ? 2 : 1;
}

/** Cuts a text to a number of terminal columns, with an ellipsis where something is missing. */
export function clip(text: string, widest: number): string {
  if (displayWidth(text) <= widest) return text;
  let kept = '';
  let width = 0;
  for (const character of text) {
    width += widthOf(character);
    if (width > widest - 1) break;
    kept += character;
  }
  return `${kept}…`;
}
