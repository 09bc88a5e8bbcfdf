import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { sumColumns } from '../../src/store/schema/rollupTables.ts';

const root = resolve(import.meta.dirname, '../..');

/** What a row type says a row has. */
export interface RowType {
  readonly keys: ReadonlySet<string>;
  /** Any of them may be missing: a query selects those it is asked for. */
  readonly partial: boolean;
}

/** Every source file of the store, and of what its row types are made of, by path. */
const sources = new Map(
  globSync('src/{store,model}/**/*.ts', { cwd: root }).map((file) => [
    join(root, file),
    readFileSync(join(root, file), 'utf8'),
  ]),
);

/** A call of a statement with a row type: `statement.all<Row>(`. */
export interface TypedCall {
  /** Path and line. */
  readonly at: string;
  readonly file: string;
  readonly type: string;
}

const callOf = /[.#](?:all|get|iterate)(?=<)/g;

/** Every call in the store that claims a type of row. */
export function typedCalls(): TypedCall[] {
  return [...sources].flatMap(([file, text]) =>
    [...text.matchAll(callOf)].map((match) => {
      const open = match.index + match[0].length;
      const line = text.slice(0, open).split('\n').length;
      return { at: `${file}:${line}`, file, type: text.slice(open + 1, endOf(text, open)).trim() };
    }),
  );
}

/** The keys of a type as the sources of one file name it. Knows the few forms row types come in. */
export function rowType(type: string, file: string): RowType {
  const text = type
    .trim()
    .replace(/^\||^&/, '')
    .trim();
  const parts = split(text, '&');
  if (parts.length > 1) {
    const all = parts.map((part) => rowType(part, file));
    return {
      keys: new Set(all.flatMap(({ keys }) => [...keys])),
      partial: all.some(({ partial }) => partial),
    };
  }
  if (text.startsWith('{')) return { keys: membersOf(text, file), partial: false };
  if (text === "ReturnType<Messages['withMessageId']>[number]") return rowType('MessageRow', file);
  const generic = /^(\w+)<([\s\S]*)>$/.exec(text);
  if (generic !== null) return ofGeneric(generic[1]!, split(generic[2]!, ','), file);
  return declared(text, file);
}

function ofGeneric(name: string, args: readonly string[], file: string): RowType {
  const [first = '', second = ''] = args;
  const listed = new Set([...second.matchAll(/'(\w+)'/g)].map((match) => match[1]!));
  if (name === 'Record') return { keys: new Set(sumColumns), partial: false };
  const { keys, partial } = rowType(first, file);
  switch (name) {
    case 'Pick':
      return { keys: listed, partial };
    case 'Omit':
      return { keys: new Set([...keys].filter((key) => !listed.has(key))), partial };
    case 'Partial':
      return { keys, partial: true };
    case 'Readonly':
      return { keys, partial };
    default:
      throw new Error(`${name}<…> is no form of a row type known here (${file})`);
  }
}

/** A type by name: of its own file first, else of any. */
function declared(name: string, file: string): RowType {
  const files = [file, ...[...sources.keys()].filter((other) => other !== file)];
  for (const each of files) {
    const text = sources.get(each)!;
    const face = new RegExp(`interface ${name}(?: extends ([^{]+))? \\{`).exec(text);
    if (face !== null) {
      const open = face.index + face[0].length - 1;
      const keys = membersOf(text.slice(open, endOf(text, open) + 1), each);
      const bases = split(face[1] ?? '', ',').filter((base) => base.trim() !== '');
      for (const base of bases) for (const key of rowType(base, each).keys) keys.add(key);
      return { keys, partial: false };
    }
    const alias = new RegExp(`type ${name} =([\\s\\S]*?);\\n(?!\\s+(?:readonly )?\\w)`).exec(text);
    if (alias !== null) return rowType(alias[1]!, each);
  }
  throw new Error(`${name} is no type of the store (${file})`);
}

function membersOf(body: string, file: string): Set<string> {
  const inner = body.slice(1, -1).replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
  const mapped = /\[K in keyof (\w+)\]/.exec(inner);
  if (mapped !== null) return new Set(rowType(mapped[1]!, file).keys);
  return new Set(
    split(inner, ';').flatMap((member) => /^\s*(?:readonly )?(\w+):/.exec(member)?.[1] ?? []),
  );
}

/** Where the bracket that opens at a position closes. */
function endOf(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if ('<{(['.includes(text[at]!)) depth++;
    if ('>})]'.includes(text[at]!) && text[at - 1] !== '=') depth--;
    if (depth === 0) return at;
  }
  throw new Error('a bracket that never closes');
}

/** Pieces between a separator outside of brackets. */
function split(text: string, separator: string): string[] {
  const pieces: string[] = [];
  let [depth, start] = [0, 0];
  for (let at = 0; at < text.length; at++) {
    if ('<{(['.includes(text[at]!)) depth++;
    else if ('>})]'.includes(text[at]!) && text[at - 1] !== '=') depth--;
    else if (depth === 0 && text[at] === separator) {
      pieces.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...pieces, text.slice(start)]
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '');
}
