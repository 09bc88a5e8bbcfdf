import { Inks } from '../../reports/document/inks.ts';
import { wrapped } from '../../text/wrap.ts';
import { emptyLine, type FrameLine, textLine } from './lines.ts';

const keys: readonly (readonly [key: string, does: string])[] = [
  ['↑ ↓', 'choose a session; on a page, move by a line (k, j)'],
  ['PgUp PgDn', 'by several (Space); Home and End to the ends (g, G)'],
  ['Enter', 'open the session that is chosen'],
  ['Esc', 'back (Backspace)'],
  ['E', 'write what is seen to a file in this folder; --format says how'],
  ['R', 'look for transcripts and read the figures anew'],
  ['?', 'this page (h)'],
  ['Q', 'quit (Ctrl-C)'],
  ['Ctrl-Z', 'stop for now; fg goes on'],
  ['Ctrl-L', 'draw everything anew'],
];

/** What can be pressed, what the marks mean, and all that the figures lack. */
export function helpLines(notes: readonly string[], width: number, colour: boolean): FrameLine[] {
  const ink = new Inks(colour);
  const column = 11;
  const said = (text: string): FrameLine[] =>
    wrapped(text, width).map((line) => textLine(line, width));
  const listed = keys.flatMap(([key, does]) =>
    wrapped(does, Math.max(12, width - column)).map((line, i): FrameLine => {
      const first = i === 0 ? key.padEnd(column) : ' '.repeat(column);
      return { text: ink.strong(first) + line, width: column + [...line].length };
    }),
  );
  return [
    ...listed,
    emptyLine,
    ...said(
      '≥ the figure lacks something; ! warned of, or used up early; ✗ used up; ● at work now.',
    ),
    ...said('Figures are of the month where nothing else is said, at API prices.'),
    ...(notes.length > 0 ? [emptyLine] : []),
    ...notes.flatMap(said),
  ];
}
