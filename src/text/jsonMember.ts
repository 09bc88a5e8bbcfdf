/**
 * Changes one member of the object a JSON text holds, and not a byte besides: somebody else's settings keep
 * their order, indentation and comments.
 */

/** Where a member stands: offsets into the text. */
interface Member {
  readonly key: string;
  readonly start: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

interface Scanned {
  readonly members: readonly Member[];
  /** Of the bracket that ends the object. */
  readonly end: number;
  /** Behind the opening bracket. */
  readonly begin: number;
  /** A comma stands behind the last member. */
  readonly trailingComma: boolean;
}

/** The value of a member as it is written; undefined where there is none or the text is no object. */
export function memberText(text: string, key: string): string | undefined {
  const found = scan(text)?.members.findLast((member) => member.key === key);
  return found && text.slice(found.valueStart, found.valueEnd);
}

/** Whether a text holds an object whose members can be told apart. Comments are allowed. */
export function isObjectText(text: string): boolean {
  return scan(text) !== undefined;
}

/** What a change made of a text, and what it added where the member was not there. */
export interface ChangedText {
  readonly text: string;
  readonly added?: string;
}

/** Puts a value in a member's place, or adds the member behind the last one; undefined for no object. */
export function withMember(text: string, key: string, value: unknown): ChangedText | undefined {
  const scanned = scan(text);
  if (scanned === undefined) return undefined;
  const { members, begin, end, trailingComma } = scanned;
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const indent = indentOf(text, members);
  const inLines = members.length === 0 || text.slice(begin, end).includes('\n');
  const written = inLines
    ? JSON.stringify(value, undefined, indent).replaceAll('\n', `${newline}${indent}`)
    : JSON.stringify(value);
  const found = members.findLast((member) => member.key === key);
  if (found !== undefined) {
    return { text: text.slice(0, found.valueStart) + written + text.slice(found.valueEnd) };
  }
  const last = members.at(-1);
  const head = inLines ? `${newline}${indent}` : ' ';
  const entry = `${head}${JSON.stringify(key)}: ${written}`;
  if (last === undefined) {
    const added = `${entry}${newline}`;
    return { text: text.slice(0, begin) + added + text.slice(begin), added };
  }
  const at = trailingComma ? text.indexOf(',', last.valueEnd) + 1 : last.valueEnd;
  const added = trailingComma ? `${entry},` : `,${entry}`;
  return { text: text.slice(0, at) + added + text.slice(at), added };
}

/** The same with the member's value as text. */
export function withMemberText(text: string, key: string, written: string): string | undefined {
  const found = scan(text)?.members.findLast((member) => member.key === key);
  if (found === undefined) return undefined;
  return text.slice(0, found.valueStart) + written + text.slice(found.valueEnd);
}

/** Takes a member out: `added` exactly as it was added, where that still stands there. */
export function withoutMember(text: string, key: string, added?: string): string | undefined {
  const members = scan(text)?.members;
  const index = members?.findLastIndex((member) => member.key === key) ?? -1;
  if (members === undefined || index < 0) return undefined;
  const { start, valueEnd } = members[index]!;
  const at = added === undefined ? -1 : text.lastIndexOf(added);
  if (at >= 0 && at <= start && at + added!.length >= valueEnd) {
    return text.slice(0, at) + text.slice(at + added!.length);
  }
  const before = members[index - 1];
  // With the comma on one of its sides.
  if (before !== undefined) return text.slice(0, before.valueEnd) + text.slice(valueEnd);
  const next = members[index + 1];
  return text.slice(0, start) + text.slice(next?.start ?? valueEnd);
}

function indentOf(text: string, [first]: readonly Member[]): string {
  const line = first && /(?:^|\n)([ \t]+)$/.exec(text.slice(0, first.start));
  return line?.[1] ?? '  ';
}

/** The members of the outermost object; undefined where the text is anything else. */
function scan(text: string): Scanned | undefined {
  let at = skip(text, text.startsWith('\ufeff') ? 1 : 0);
  if (text[at] !== '{') return undefined;
  const begin = ++at;
  const members: Member[] = [];
  let trailingComma = false;
  for (;;) {
    at = skip(text, at);
    if (text[at] === '}') break;
    if (members.length > 0 && !trailingComma) return undefined;
    const start = at;
    const keyEnd = stringEnd(text, at);
    if (keyEnd === undefined) return undefined;
    const key = parsed(text.slice(start, keyEnd));
    at = skip(text, keyEnd);
    if (typeof key !== 'string' || text[at] !== ':') return undefined;
    const valueStart = skip(text, at + 1);
    const valueEnd = endOfValue(text, valueStart);
    if (valueEnd === undefined) return undefined;
    members.push({ key, start, valueStart, valueEnd });
    at = skip(text, valueEnd);
    trailingComma = text[at] === ',';
    if (trailingComma) at++;
  }
  return skip(text, at + 1) === text.length
    ? { members, begin, end: at, trailingComma }
    : undefined;
}

/** Behind spaces and comments. */
function skip(text: string, from: number): number {
  let at = from;
  for (;;) {
    while (/[\s]/.test(text[at] ?? 'x')) at++;
    if (text.startsWith('//', at)) {
      const end = text.indexOf('\n', at);
      at = end < 0 ? text.length : end;
    } else if (text.startsWith('/*', at)) {
      const end = text.indexOf('*/', at + 2);
      at = end < 0 ? text.length : end + 2;
    } else return at;
  }
}

function stringEnd(text: string, start: number): number | undefined {
  if (text[start] !== '"') return undefined;
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at + 1;
    else if (text[at] === '\n') return undefined;
  }
  return undefined;
}

/** Behind a value, whose brackets are balanced. */
function endOfValue(text: string, start: number): number | undefined {
  const open: string[] = [];
  let at = start;
  for (;;) {
    at = skip(text, at);
    const char = text[at];
    if (char === undefined) return undefined;
    if (char === '"') {
      const end = stringEnd(text, at);
      if (end === undefined) return undefined;
      at = end;
    } else if (char === '{' || char === '[') {
      open.push(char === '{' ? '}' : ']');
      at++;
    } else if (char === '}' || char === ']') {
      if (open.pop() !== char) return undefined;
      at++;
    } else if ((char === ',' || char === ':') && open.length > 0) at++;
    else {
      const word = /^[-+.\w]+/.exec(text.slice(at, at + 64))?.[0];
      if (word === undefined) return undefined;
      at += word.length;
    }
    if (open.length === 0) return at;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
