/** So many are asked for at once at most. */
const most = 200;

/**
 * Gathers what rows in sight need and asks for it in one message, each thing once: what a message is
 * about does not change.
 */
export class Wanted {
  readonly #ask: (keys: string[], agents: string[]) => void;
  readonly #asked = new Set<string>();
  #keys: string[] = [];
  #agents: string[] = [];
  #pending = false;

  constructor(ask: (keys: string[], agents: string[]) => void) {
    this.#ask = ask;
  }

  message(key: string): void {
    this.#want(`m${key}`, () => this.#keys.push(key));
  }

  agent(agentId: string): void {
    this.#want(`a${agentId}`, () => this.#agents.push(agentId));
  }

  /** A message has changed: it may say more by now. */
  again(key: string): void {
    this.#asked.delete(`m${key}`);
  }

  /** The host forgets, too: everything is asked again. */
  forget(): void {
    this.#asked.clear();
  }

  #want(name: string, add: () => void): void {
    if (this.#asked.has(name)) return;
    this.#asked.add(name);
    add();
    if (this.#pending) return;
    this.#pending = true;
    setTimeout(() => this.#send(), 0);
  }

  #send(): void {
    const [keys, agents] = [this.#keys.splice(0, most), this.#agents.splice(0, most)];
    this.#pending = this.#keys.length > 0 || this.#agents.length > 0;
    this.#ask(keys, agents);
    if (this.#pending) setTimeout(() => this.#send(), 0);
  }
}
