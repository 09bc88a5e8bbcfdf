import { HumanError } from '../../model/errors.ts';

/**
 * JSON with its places in a text, so that a part of it can be changed and everything else stays as its
 * user has written it: comments, commas at ends of lists, order, indentation, ends of lines.
 */
export type JsonNode = ObjectNode | ListNode | ValueNode;

interface Place {
  /** The first character, and the one behind the last. */
  readonly start: number;
  readonly end: number;
}

export interface ObjectNode extends Place {
  readonly kind: 'object';
  readonly members: readonly Member[];
}

export interface ListNode extends Place {
  readonly kind: 'list';
  readonly items: readonly JsonNode[];
}

export interface ValueNode extends Place {
  readonly kind: 'value';
  readonly value: unknown;
}

export interface Member extends Place {
  readonly name: string;
  readonly node: JsonNode;
}

/** Deeper than any settings, and than a stack allows for long. */
const deepest = 200;

/** Reads a text; throws a `HumanError` that says where it is no JSON. */
export function parseJsonText(text: string, file: string): JsonNode {
  const reader = new Reader(text, file);
  const node = reader.value(0);
  reader.space();
  if (reader.at < text.length) reader.fail();
  return node;
}

class Reader {
  readonly #text: string;
  readonly #file: string;
  at = 0;

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
  }

  fail(): never {
    const before = this.#text.slice(0, this.at);
    const line = before.split('\n').length;
    throw new HumanError(
      'config',
      `${this.#file} is no JSON from line ${line} on, so nothing is written into it. Repair it first.`,
    );
  }

  /** Passes over white space and comments. */
  space(): void {
    const text = this.#text;
    for (;;) {
      while (/[\s\ufeff]/.test(text[this.at] ?? '')) this.at++;
      if (text.startsWith('//', this.at)) {
        const end = text.indexOf('\n', this.at);
        this.at = end < 0 ? text.length : end;
      } else if (text.startsWith('/*', this.at)) {
        const end = text.indexOf('*/', this.at + 2);
        if (end < 0) this.fail();
        this.at = end + 2;
      } else return;
    }
  }

  value(depth: number): JsonNode {
    if (depth > deepest) this.fail();
    this.space();
    const start = this.at;
    const first = this.#text[start];
    if (first === '{') return this.#object(depth);
    if (first === '[') return this.#list(depth);
    const value = first === '"' ? this.#string() : this.#literal();
    return { kind: 'value', value, start, end: this.at };
  }

  #object(depth: number): ObjectNode {
    const start = this.at++;
    const members: Member[] = [];
    while (!this.#ends('}')) {
      const from = this.at;
      if (this.#text[from] !== '"') this.fail();
      const name = this.#string();
      this.space();
      if (this.#text[this.at] !== ':') this.fail();
      this.at++;
      const node = this.value(depth + 1);
      members.push({ name, node, start: from, end: node.end });
      this.#separator('}');
    }
    return { kind: 'object', members, start, end: this.at };
  }

  #list(depth: number): ListNode {
    const start = this.at++;
    const items: JsonNode[] = [];
    while (!this.#ends(']')) {
      items.push(this.value(depth + 1));
      this.#separator(']');
    }
    return { kind: 'list', items, start, end: this.at };
  }

  #ends(close: string): boolean {
    this.space();
    if (this.#text[this.at] !== close) return false;
    this.at++;
    return true;
  }

  /** A comma, also behind the last, or what closes. */
  #separator(close: string): void {
    this.space();
    if (this.#text[this.at] === ',') this.at++;
    else if (this.#text[this.at] !== close) this.fail();
  }

  #string(): string {
    const start = this.at++;
    for (; this.#text[this.at] !== '"'; this.at++) {
      if (this.at >= this.#text.length) this.fail();
      if (this.#text[this.at] === '\\') this.at++;
    }
    this.at++;
    return this.#parse(start) as string;
  }

  #literal(): unknown {
    const start = this.at;
    const word = /^[-+\w.]+/.exec(this.#text.slice(start, start + 400))?.[0];
    if (word === undefined) this.fail();
    this.at += word.length;
    return this.#parse(start);
  }

  #parse(start: number): unknown {
    try {
      return JSON.parse(this.#text.slice(start, this.at));
    } catch {
      this.at = start;
      return this.fail();
    }
  }
}

/** The value of a node, without its places. Of names that stand twice the last counts. */
export function plainValue(node: JsonNode): unknown {
  if (node.kind === 'value') return node.value;
  if (node.kind === 'list') return node.items.map(plainValue);
  return Object.fromEntries(
    node.members.map(({ name, node: member }) => [name, plainValue(member)]),
  );
}

/** The member of an object; of several of one name the last, which is the one that counts. */
export function memberOf(node: JsonNode | undefined, name: string): Member | undefined {
  return node?.kind === 'object'
    ? node.members.findLast((member) => member.name === name)
    : undefined;
}

/** Adds a member at the end of an object. */
export function addMember(text: string, object: ObjectNode, name: string, value: unknown): string {
  return addTo(text, object, (indent, unit) => {
    const written = indented(value, indent, unit);
    return `${JSON.stringify(name)}: ${written}`;
  });
}

/** Adds an item at the end of a list. */
export function addItem(text: string, list: ListNode, value: unknown): string {
  return addTo(text, list, (indent, unit) => indented(value, indent, unit));
}

function addTo(
  text: string,
  holder: ObjectNode | ListNode,
  write: (indent: string, unit: string) => string,
): string {
  const unit = unitOf(text);
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const outer = indentAt(text, holder.start);
  const indent = outer + unit;
  const parts = holder.kind === 'object' ? holder.members : holder.items;
  const last = parts.at(-1);
  const fresh = write(indent, unit).replaceAll('\n', newline);
  if (last === undefined) {
    // Nothing but white space and comments in it: they stay before what is new.
    const inner = text.slice(holder.start + 1, holder.end - 1).trimEnd();
    const filled = `${inner}${newline}${indent}${fresh}${newline}${outer}`;
    return text.slice(0, holder.start + 1) + filled + text.slice(holder.end - 1);
  }
  // In a list on one line the new part begins a line all the same: it is longer than a line.
  const own = text.slice(last.start - 1 - indent.length, last.start).includes('\n')
    ? indentAt(text, last.start)
    : indent;
  const written = write(own, unit).replaceAll('\n', newline);
  const behind = commaBehind(text, last.end, holder.end - 1);
  const at = behind ?? last.end;
  const comma = behind === undefined ? ',' : '';
  return `${text.slice(0, at)}${comma}${newline}${own}${written}${behind === undefined ? '' : ','}${text.slice(at)}`;
}

/** The place behind a comma that follows the last part, where there is one. */
function commaBehind(text: string, from: number, to: number): number | undefined {
  const reader = new Reader(text.slice(0, to), '');
  reader.at = from;
  reader.space();
  return text[reader.at] === ',' && reader.at < to ? reader.at + 1 : undefined;
}

/**
 * Takes a part out of an object or a list, with its comma and the white space before it: the inverse of
 * adding it at the end.
 */
export function removePart(text: string, holder: ObjectNode | ListNode, index: number): string {
  const parts: readonly Place[] = holder.kind === 'object' ? holder.members : holder.items;
  const part = parts[index]!;
  const before = parts[index - 1];
  const behind = commaBehind(text, part.end, holder.end - 1);
  if (before !== undefined) {
    // The comma before it goes; one behind it stays for what comes next.
    const comma = commaBehind(text, before.end, part.start)!;
    const from = behind === undefined ? comma - 1 : comma;
    const kept = text.slice(comma, part.start).trimEnd();
    return text.slice(0, from) + kept + text.slice(behind ?? part.end);
  }
  if (parts.length === 1) {
    const inner = text.slice(holder.start + 1, part.start).trimEnd();
    const rest = text.slice(behind ?? part.end, holder.end - 1).trim();
    const left = inner + (rest === '' ? '' : ` ${rest}`);
    // What a comment on its own line closes must not be closed by it.
    const end = left === '' ? '' : `\n${indentAt(text, holder.start)}`;
    return text.slice(0, holder.start + 1) + left + end + text.slice(holder.end - 1);
  }
  const gap = text.slice(holder.start + 1, part.start);
  return text.slice(0, holder.start + 1) + gap + text.slice(behind ?? part.end).trimStart();
}

/** White space a line begins with, of the line a place is in. */
function indentAt(text: string, at: number): string {
  const line = text.lastIndexOf('\n', at - 1) + 1;
  return /^[ \t]*/.exec(text.slice(line, at))![0];
}

/** One step of indentation, as the text has it. */
function unitOf(text: string): string {
  return /\n([ \t]+)\S/.exec(text)?.[1] ?? '  ';
}

function indented(value: unknown, indent: string, unit: string): string {
  return JSON.stringify(value, undefined, unit).replaceAll('\n', `\n${indent}`);
}
