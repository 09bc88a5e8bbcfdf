import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A node of a syntax tree, as far as it is looked at here. */
interface SyntaxNode {
  readonly type: string;
  readonly text: string;
  readonly parent: SyntaxNode | null;
  readonly namedChildren: readonly SyntaxNode[];
  readonly startPosition: { readonly row: number };
  childForFieldName(name: string): SyntaxNode | null;
}

interface Parser {
  parse(source: string): { readonly rootNode: SyntaxNode };
  setLanguage(language: unknown): void;
}

interface ParserModule {
  new (): Parser;
  init(): Promise<void>;
  Language: { load(file: string): Promise<unknown> };
}

/**
 * The parser that finds the strings of the bundle, with its grammar. It can be had once in a process:
 * whoever starts it takes the class away.
 */
async function createParser(): Promise<Parser> {
  const main = createRequire(import.meta.url).resolve('@vscode/l10n-dev');
  const TreeSitter = createRequire(main)('web-tree-sitter') as ParserModule;
  await TreeSitter.init();
  const parser = new TreeSitter();
  const grammar = join(dirname(main), 'tree-sitter-typescript.wasm');
  parser.setLanguage(await TreeSitter.Language.load(grammar));
  return parser;
}

let parser: Promise<Parser> | undefined;

async function nodesOf(source: string): Promise<SyntaxNode[]> {
  parser ??= createParser();
  const all: SyntaxNode[] = [];
  const visit = (node: SyntaxNode): void => {
    all.push(node);
    for (const child of node.namedChildren) visit(child);
  };
  visit((await parser).parse(source).rootNode);
  return all;
}

function place(file: string, node: SyntaxNode): string {
  return `${file}:${node.startPosition.row + 1}`;
}

function calledFunction(call: SyntaxNode): string {
  return call.childForFieldName('function')?.text ?? '';
}

function leftOf(assignment: SyntaxNode): string {
  return assignment.childForFieldName('left')?.text ?? '';
}

function isCall(node: SyntaxNode): boolean {
  return node.type === 'call_expression';
}

/** Calls of `l10n.t` that do not begin with a plain literal: no tool can find such a string. */
export async function unreadableCalls(file: string, source: string): Promise<string[]> {
  const calls = (await nodesOf(source)).filter(
    (node) => isCall(node) && calledFunction(node) === 'l10n.t',
  );
  return calls
    .filter((call) => call.childForFieldName('arguments')?.namedChildren[0]?.type !== 'string')
    .map((call) => `${place(file, call)}: ${call.text.split('\n')[0]}`);
}

/** Names under which VS Code and the page are given what a person reads. */
const shownNames = new Set([
  ...['label', 'title', 'description', 'detail', 'tooltip', 'prompt', 'message', 'name'],
  ...['placeHolder', 'placeholder', 'openLabel', 'saveLabel', 'value', 'text', 'badge'],
  ...['textContent', 'innerText', 'ariaLabel', 'alt'],
]);
const showing = /\.show(Information|Warning|Error)Message$|\.setStatusBarMessage$|\.setAttribute$/;

/** Text of a literal without what is filled in, icons and references. */
function words(node: SyntaxNode): string {
  const filled = node.namedChildren
    .filter(({ type }) => type === 'template_substitution')
    .reduce((text, { text: part }) => text.replace(part, ' '), node.text.slice(1, -1));
  return filled.replace(/\$\([a-z~-]+\)|\\[a-z]/g, ' ');
}

const twoWords = /\p{L}{2,}[,.:;…]?\s+\p{L}{2,}/u;
const oneWord = /^\s*\p{Lu}\p{Ll}{2,}|\p{L}{2,}(…|\s)/u;

/** Whether what stands around a literal says that nobody reads it, or that it is translated. */
function isExempt(node: SyntaxNode): boolean {
  const receiver = receiverOf(node);
  if (receiver?.type === 'pair' && keyOf(receiver) === 'class') return true;
  const around = node.parent?.type ?? '';
  if (around === 'import_statement' || around === 'export_statement') return true;
  for (let at = node.parent; at !== null; at = at.parent) {
    if (at.type === 'literal_type') return true;
    if (at.type === 'throw_statement' && /^throw new (Range|Type)?Error\(/.test(at.text))
      return true;
    if (at.type === 'assignment_expression' && /\.className$/.test(leftOf(at))) return true;
    if (!isCall(at)) continue;
    const called = calledFunction(at);
    if (/^(document\.querySelector|(window\.)?matchMedia|.*\.classList\.\w+)$/.test(called))
      return true;
    if (called === 'l10n.t' || /(^|[.#])log\.\w+$/.test(called)) return true;
    if (/\.log\[/.test(called)) return true;
  }
  return false;
}

/** What a literal is given to, as it is or as one of two. */
function receiverOf(node: SyntaxNode): SyntaxNode | null {
  const passing = ['parenthesized_expression', 'ternary_expression', 'binary_expression'];
  let { parent } = node;
  while (parent !== null && passing.includes(parent.type)) parent = parent.parent;
  return parent;
}

function keyOf(pair: SyntaxNode): string {
  return pair.childForFieldName('key')?.text.replace(/['"]/g, '') ?? '';
}

/** Whether a literal is given, as it is or as one of two, to something that shows it. */
function isShown(node: SyntaxNode): boolean {
  const parent = receiverOf(node);
  if (parent === null) return false;
  if (parent.type === 'pair') return shownNames.has(keyOf(parent));
  if (parent.type === 'assignment_expression') {
    const left = leftOf(parent);
    return left.includes('.') && shownNames.has(left.split('.').at(-1) ?? '');
  }
  if (parent.type !== 'arguments' || parent.parent === null) return false;
  const called = calledFunction(parent.parent);
  if (!showing.test(called)) return false;
  return !called.endsWith('.setAttribute') || /aria-label|title/.test(parent.text);
}

/** Literals a person would read that do not go through `l10n.t`. */
export async function untranslated(file: string, source: string): Promise<string[]> {
  const literals = (await nodesOf(source)).filter(({ type }) =>
    ['string', 'template_string'].includes(type),
  );
  return literals
    .filter((node) => !isExempt(node))
    .filter((node) => {
      const text = words(node);
      return twoWords.test(text) || (isShown(node) && oneWord.test(text));
    })
    .map((node) => `${place(file, node)}: ${node.text}`);
}
