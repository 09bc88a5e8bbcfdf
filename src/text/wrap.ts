import { clip, displayWidth } from './plainText.ts';

/**
 * A sentence in lines of so many terminal columns, broken between words; the lines after the first are
 * indented by `indent`. Without a width it stays one line. A word longer than a line is cut.
 */
export function wrapped(sentence: string, width: number | undefined, indent = ''): string[] {
  if (width === undefined || displayWidth(sentence) <= width) return [sentence];
  const lines: string[] = [];
  let line = '';
  for (const word of sentence.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line.trim() !== '' && displayWidth(longer) > width) {
      lines.push(line);
      line = clip(indent + word, width);
    } else line = clip(longer, width);
  }
  return [...lines, line];
}
