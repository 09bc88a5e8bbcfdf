/** What a person can press. */
export type Key =
  | 'up'
  | 'down'
  | 'pageUp'
  | 'pageDown'
  | 'home'
  | 'end'
  | 'enter'
  | 'escape'
  | 'export'
  | 'refresh'
  | 'redraw'
  | 'help'
  | 'quit'
  | 'interrupt'
  | 'suspend';

/** What a terminal sends: a key, or its answer to a question. */
export type FromTerminal =
  | { readonly type: 'key'; readonly key: Key }
  /** Whether it draws what stands between two marks at once (private mode 2026). */
  | { readonly type: 'synchronized'; readonly known: boolean };

const byText: Readonly<Record<string, Key>> = {
  k: 'up',
  j: 'down',
  ' ': 'pageDown',
  g: 'home',
  G: 'end',
  '\r': 'enter',
  '\n': 'enter',
  '\u007f': 'escape',
  '\b': 'escape',
  e: 'export',
  E: 'export',
  r: 'refresh',
  R: 'refresh',
  '?': 'help',
  h: 'help',
  q: 'quit',
  Q: 'quit',
  '\u0003': 'interrupt',
  '\u000c': 'redraw',
  '\u001a': 'suspend',
};

/** Ends of the sequences keys send, behind `ESC [` or `ESC O`. */
const bySequence: Readonly<Record<string, Key>> = {
  A: 'up',
  B: 'down',
  H: 'home',
  F: 'end',
  '5~': 'pageUp',
  '6~': 'pageDown',
  '1~': 'home',
  '7~': 'home',
  '4~': 'end',
  '8~': 'end',
};

/** A whole sequence, one that has not ended yet, or a single character. */
const token =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminals send them
  /\u001b\[([0-?]*)([ -/]*)([@-~])|\u001bO([A-Za-z])|(\u001b(?:\[[0-?]*[ -/]*|O)?)$|\u001b|./gsu;

/** The answer to `CSI ? 2026 $ p`: 1 or 2 behind the mode is a mode that can be switched. */
const modeReply = /^\?2026;([0-4])$/;

/** How long the rest of a sequence may take, ms: over a slow line it comes in pieces. */
export const sequenceMs = 80;

/**
 * Reads what a terminal sends, in whatever pieces it comes. What may be the beginning of a sequence is
 * kept until the rest is there; `flush` says that none will come: then it was the key Escape.
 */
export class KeyReader {
  #rest = '';

  /** True while a sequence may be going on. */
  get pending(): boolean {
    return this.#rest !== '';
  }

  read(text: string): FromTerminal[] {
    const found: FromTerminal[] = [];
    const all = this.#rest + text;
    this.#rest = '';
    for (const match of all.matchAll(token)) {
      const [whole, parameters = '', between = '', end, application, begun] = match;
      // Nothing a terminal sends is that long: it is dropped rather than waited for.
      if (begun !== undefined && begun.length < 32) this.#rest = begun;
      else if (end !== undefined) add(found, sequenceOf(parameters, between, end));
      else if (application !== undefined) add(found, keyOf(bySequence[application]));
      else add(found, keyOf(byText[whole]));
    }
    return found;
  }

  flush(): FromTerminal[] {
    const isEscape = this.#rest === '\u001b';
    this.#rest = '';
    return isEscape ? [{ type: 'key', key: 'escape' }] : [];
  }
}

function sequenceOf(parameters: string, between: string, end: string): FromTerminal | undefined {
  const reply = modeReply.exec(parameters);
  if (between === '$' && end === 'y') {
    if (reply === null) return undefined;
    return { type: 'synchronized', known: reply[1] === '1' || reply[1] === '2' };
  }
  // Shift and the like stand behind a semicolon: the key is the same.
  const number = end === '~' ? parameters.split(';')[0]! : '';
  return keyOf(bySequence[number + end]);
}

function keyOf(key: Key | undefined): FromTerminal | undefined {
  return key === undefined ? undefined : { type: 'key', key };
}

function add(found: FromTerminal[], one: FromTerminal | undefined): void {
  if (one !== undefined) found.push(one);
}
