/** Emphasis for a terminal; without colour every text stays as it is. */
export class Inks {
  readonly strong: (text: string) => string;
  readonly quiet: (text: string) => string;
  readonly #colour: boolean;

  constructor(colour: boolean) {
    this.#colour = colour;
    this.strong = (text) => this.#ink(text, 1, 22);
    this.quiet = (text) => this.#ink(text, 2, 22);
  }

  /** `!` in yellow, `✗` in red: the words beside them stay plain. */
  readonly mark = (text: string): string => {
    const colour = { '!': 33, '✗': 31 }[text.trim()];
    return colour === undefined ? text : this.#ink(text, colour, 39);
  };

  #ink(text: string, on: number, off: number): string {
    return this.#colour && text !== '' ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  }
}
