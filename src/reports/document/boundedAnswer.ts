import { bytesOfTokens } from '../../text/tokenEstimate.ts';
import { boundedJson, type LeftOut } from './boundedJson.ts';
import type { Document } from './document.ts';
import { type MarkdownStyle, renderMarkdown } from './renderMarkdown.ts';

/** How large an answer may be. */
export interface AnswerBounds {
  /** Estimated tokens of the JSON, and of the text. */
  readonly jsonTokens: number;
  readonly textTokens: number;
  /** Entries of each list of the JSON. */
  readonly items?: number | undefined;
}

/** A report's answer for somebody who pays by the token. Plain data. */
export interface BoundedAnswer {
  /** The report's JSON, cut. */
  readonly json: unknown;
  /** What is missing from it. */
  readonly leftOut: readonly LeftOut[];
  /** Markdown: what people read, cut. */
  readonly text: string;
  /** Lines it lacks. */
  readonly linesLeftOut: number;
}

/** Writes a document within bounds: for programs, and the beginning of it for readers. */
export function boundedAnswer(
  document: Document,
  { jsonTokens, textTokens, items }: AnswerBounds,
  style: MarkdownStyle,
): BoundedAnswer {
  // As programs get it: what JSON does not know is not there either.
  const plain: unknown = JSON.parse(JSON.stringify(document.json ?? null));
  const { value, leftOut } = boundedJson(plain, { bytes: bytesOfTokens(jsonTokens), items });
  return { json: value, leftOut, ...firstLines(renderMarkdown(document, style), textTokens) };
}

/** As many whole lines as fit; of a first line that does not, its beginning. */
function firstLines(
  markdown: string,
  tokens: number,
): Pick<BoundedAnswer, 'text' | 'linesLeftOut'> {
  const lines = markdown.trimEnd().split('\n');
  let room = bytesOfTokens(tokens);
  let kept = 0;
  for (const line of lines) {
    room -= Buffer.byteLength(line) + 1;
    if (room < 0) break;
    kept += 1;
  }
  if (kept === 0) {
    // A character has four bytes at most.
    const head = (lines[0] ?? '').slice(0, Math.floor(bytesOfTokens(tokens) / 4)).toWellFormed();
    return { text: `${head}…`, linesLeftOut: lines.length };
  }
  const text = lines.slice(0, kept).join('\n').trimEnd();
  const isMissing = (line: string): boolean => line !== '';
  return { text, linesLeftOut: lines.slice(kept).filter(isMissing).length };
}
