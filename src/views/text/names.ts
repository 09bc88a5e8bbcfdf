import { cut } from '../../model/cut.ts';
import type { ListedSession } from '../../store/query/sessionList.ts';
import { lastPart } from '../../text/paths.ts';
import { plainText } from '../../text/plainText.ts';

/** Longest title a list shows; longer ones end in "…". */
const longestTitle = 120;

/** A session's title as one safe line, else the beginning of its id. */
export function titleText({ title, sid }: Pick<ListedSession, 'title' | 'sid'>): string {
  return oneLine(title ?? '') || cut(plainText(sid), 8);
}

/** Text of a transcript on one line and no longer than a list can show. */
export function oneLine(text: string, longest = longestTitle): string {
  const plain = plainText(text.length > 4 * longest ? text.slice(0, 4 * longest) : text);
  return plain.length > longest ? `${cut(plain, longest - 1).trimEnd()}…` : plain;
}

/** A project's name as a person knows it: the last part of its path. */
export function projectName(path: string): string {
  return oneLine(lastPart(path)) || oneLine(path);
}

/** A model's id without the maker's name, on one line. */
export function modelName(model: string): string {
  return oneLine(model, 40).replace(/^claude-/, '');
}
