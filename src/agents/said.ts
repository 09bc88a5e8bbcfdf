import { cut } from '../model/cut.ts';
import type { MessageOutline, MessagePart } from './agentLog.ts';
import { object, parseObject, text } from './json.ts';

/** Characters of one piece, and pieces of one response, that a person reads on a screen. */
const longestPart = 8_000;
export const mostParts = 50;

/** What is seen of a prompt, a command or a path. */
const longestWords = 200;

/** A piece of a response, cut to what can be read; undefined for words that are none. */
export function partOf(
  kind: MessagePart['kind'],
  name: string,
  words: string,
): MessagePart | undefined {
  if (kind !== 'tool' && words.trim() === '') return undefined;
  const shown = cut(words, longestPart);
  return { kind, name, text: shown, left: words.length - shown.length };
}

/** What a response is about: the prompt it answers first, what its tool is called on, or its own words. */
export function outlineOf(
  prompt: string,
  parts: readonly MessagePart[],
): MessageOutline | undefined {
  const asked = seenWords(prompt);
  if (asked !== '') return { kind: 'prompt', name: '', words: asked };
  const tool = parts.find(({ kind }) => kind === 'tool');
  if (tool !== undefined) return { kind: 'tool', name: tool.name, words: calledOn(tool.text) };
  const said = parts.find(({ kind }) => kind === 'text');
  return said === undefined ? undefined : { kind: 'text', name: '', words: seenWords(said.text) };
}

/** What a tool is called on: the command where its arguments have one. */
function calledOn(written: string): string {
  const value = parseObject(written);
  if (value === undefined) return seenWords(written);
  const { command, cmd, query, path, filePath, input } = object(value);
  const list = [command, cmd].find(Array.isArray);
  if (list !== undefined) return seenWords(list.map(text).join(' '));
  return seenWords(
    [command, cmd, query, path, filePath, input].map(text).find((one) => one !== '') ?? '',
  );
}

/** A person's words on one line, cut to what is seen of them. */
export function seenWords(words: string): string {
  return cut(words.trim().replaceAll(/\s+/g, ' '), longestWords);
}
