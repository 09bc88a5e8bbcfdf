/** The head of a Markdown file between two lines of three dashes: simple `key: value` lines. */

interface Head {
  readonly lines: readonly string[];
  /** Index of the closing dashes. */
  readonly end: number;
  readonly newline: string;
}

function headOf(text: string): Head | undefined {
  const newline = /\r?\n/.exec(text)?.[0] ?? '\n';
  const lines = text.split(newline);
  if (lines[0]?.replace(/^\ufeff/, '').trimEnd() !== '---') return undefined;
  const end = lines.findIndex((line, index) => index > 0 && line.trimEnd() === '---');
  return end < 0 ? undefined : { lines, end, newline };
}

/** Value of a key at the beginning of a line, without quotes and comment; undefined without one. */
export function frontmatterValue(text: string, key: string): string | undefined {
  const head = headOf(text);
  if (head === undefined) return undefined;
  const line = head.lines.slice(1, head.end).find((each) => isKey(each, key));
  if (line === undefined) return undefined;
  const { quote, value } = partsOf(line);
  return quote === '' ? value.trim() : value;
}

/**
 * The text with another value for a key: its line is changed, quotes and comment stay; without one, a
 * line is added at the end of the head. Nothing else changes, line ends neither. Undefined for a text
 * without frontmatter. The value must need no quotes.
 */
export function withFrontmatter(text: string, key: string, value: string): string | undefined {
  const head = headOf(text);
  if (head === undefined) return undefined;
  const { lines, end, newline } = head;
  const at = lines.findIndex((line, index) => index > 0 && index < end && isKey(line, key));
  if (at < 0) return lines.toSpliced(end, 0, `${key}: ${value}`).join(newline);
  const { before, quote, after } = partsOf(lines[at]!);
  // A value may go on in indented lines below its key; they belong to what is replaced.
  const next = lines.findIndex((line, index) => index > at && !/^[ \t]+\S/.test(line));
  const line = `${before}${quote}${value}${quote}${after}`;
  return lines.toSpliced(at, next - at, line).join(newline);
}

function isKey(line: string, key: string): boolean {
  return line.startsWith(`${key}:`) && /^(?:\s|$)/.test(line.slice(key.length + 1));
}

/** A longer value is a text, and none that is changed here. */
const longestValue = 4000;

interface ValueParts {
  /** Key, colon and space. */
  readonly before: string;
  /** The quote around the value, or ''. */
  readonly quote: string;
  readonly value: string;
  /** Comment with the space before it. */
  readonly after: string;
}

function partsOf(line: string): ValueParts {
  const colon = line.indexOf(':') + 1;
  const space = /^[ \t]*/.exec(line.slice(colon))![0];
  const rest = line.slice(colon + space.length);
  // Expressions below take the square of what they look at.
  if (rest.length > longestValue)
    return { before: line.slice(0, colon) + space, quote: '', value: rest, after: '' };
  const before = line.slice(0, colon) + (space === '' ? ' ' : space);
  const quoted = /^(["'])(.*?)\1([ \t]*(?:#.*)?)$/.exec(rest);
  if (quoted !== null) {
    return { before, quote: quoted[1]!, value: quoted[2]!, after: quoted[3]! };
  }
  const plain = /^(.*?)([ \t]+#.*|[ \t]*)$/.exec(rest)!;
  return { before, quote: '', value: plain[1]!, after: plain[2]! };
}

/** The lines in which two texts differ, as one hunk with three lines around it. */
export function hunkOf(before: string, after: string): string[] {
  const [old, now] = [before.split(/\r?\n/), after.split(/\r?\n/)];
  const around = 3;
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1;
  let tail = 0;
  while (
    tail < old.length - start &&
    tail < now.length - start &&
    old[old.length - 1 - tail] === now[now.length - 1 - tail]
  ) {
    tail += 1;
  }
  const [oldEnd, nowEnd] = [old.length - tail, now.length - tail];
  return [
    ...old.slice(Math.max(0, start - around), start).map((line) => ` ${line}`),
    ...old.slice(start, oldEnd).map((line) => `-${line}`),
    ...now.slice(start, nowEnd).map((line) => `+${line}`),
    ...old.slice(oldEnd, oldEnd + around).map((line) => ` ${line}`),
  ];
}
