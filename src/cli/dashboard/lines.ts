import { largestOf } from '../../model/lists.ts';
import type { Inks } from '../../reports/document/inks.ts';
import { clip, displayWidth, plainText } from '../../text/plainText.ts';

/** A line of a frame: what it says, emphasis included, and how many columns that takes. */
export interface FrameLine {
  readonly text: string;
  readonly width: number;
}

export const emptyLine: FrameLine = { text: '', width: 0 };

/** A text nobody vouches for as a line that is at most so wide. */
export function textLine(text: string, width: number, ink = (each: string) => each): FrameLine {
  const shown = clip(plainText(text), Math.max(0, width));
  return { text: ink(shown), width: displayWidth(shown) };
}

/** A text of our own, whose spaces are meant. */
export function ownLine(text: string, width: number): FrameLine {
  const shown = clip(text, Math.max(0, width));
  return { text: shown, width: displayWidth(shown) };
}

/** Below this width a rule says nothing. */
const narrowestLabel = 8;

/** A rule across the screen with what stands below it written into it: `─ November ─────`. */
export function ruleLine(label: string, width: number, ink: Inks): FrameLine {
  const shown =
    label === '' || width < narrowestLabel
      ? ''
      : ` ${clip(plainText(label), Math.max(0, width - 6))} `;
  const rest = Math.max(0, width - 1 - displayWidth(shown));
  return { text: `${ink.quiet('─')}${ink.strong(shown)}${ink.quiet('─'.repeat(rest))}`, width };
}

/** Two texts at the two edges; the right one stays whole, the left one is cut. */
export function edgesLine(left: FrameLine, right: FrameLine, width: number): FrameLine {
  if (right.width === 0) return left;
  const between = Math.max(0, width - left.width - right.width);
  return { text: left.text + ' '.repeat(between) + right.text, width };
}

/** Blocks of lines beside each other, each so wide, with `gap` columns between two. */
export function beside(
  blocks: readonly { readonly lines: readonly FrameLine[]; readonly width: number }[],
  gap: number,
): FrameLine[] {
  const height = largestOf(
    blocks.map(({ lines }) => lines.length),
    0,
  );
  return Array.from({ length: height }, (_, at) => {
    let line = emptyLine;
    let begin = 0;
    for (const { lines, width } of blocks) {
      const part = lines[at] ?? emptyLine;
      if (part.width > 0) {
        const pad = ' '.repeat(Math.max(0, begin - line.width));
        line = { text: line.text + pad + part.text, width: begin + part.width };
      }
      begin += width + gap;
    }
    return line;
  });
}
