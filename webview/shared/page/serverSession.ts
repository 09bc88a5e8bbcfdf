import { button } from '../controls.ts';
import { el } from '../dom.ts';

/** Texts of the browser, which the page brings along. */
interface BrowserWords {
  readonly token: string;
  readonly open: string;
  readonly lost: string;
  readonly elsewhere: string;
  readonly copied: string;
  readonly noText: string;
}

const storageKey = 'outlay.token';
/** How long a notice stays. */
const noticeMs = 8000;

/**
 * Asks the server with the token of the address that was opened. It is kept for this origin, taken out of
 * the address bar and sent in a header: no request carries it by itself.
 */
export class ServerSession {
  readonly words = JSON.parse(document.documentElement.dataset.words ?? '{}') as BrowserWords;
  #token = takeToken();
  #lastId = '';
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lost = false;
  /** Resolves when somebody has given a token. */
  #given: Promise<void> | undefined;

  /** The answer's text; undefined where there is none just now, which is said. */
  async ask(panel: string, body: object): Promise<string | undefined> {
    const response = await this.#fetch(`./panels/${panel}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
    if (response === undefined) return undefined;
    const text = await response.text();
    if (response.ok) return text;
    this.say((JSON.parse(text) as { readonly detail: string }).detail);
    return undefined;
  }

  /** Reads the stream of commits until it ends. */
  async follow(feed: (chunk: string) => void, signal: AbortSignal): Promise<void> {
    const headers = this.#lastId === '' ? {} : { 'last-event-id': this.#lastId };
    const response = await this.#fetch('./stream', { headers, signal });
    const reader = response?.body?.pipeThrough(new TextDecoderStream()).getReader();
    if (reader === undefined) return;
    try {
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        this.#lastId = /(?:^|\n)id: (\d+)\n(?![\s\S]*\nid: )/.exec(value)?.[1] ?? this.#lastId;
        feed(value);
      }
    } catch {
      // The connection broke: it is begun anew.
    }
  }

  /** Says something for a while. */
  say(text: string): void {
    const notice = document.getElementById('notice');
    if (notice === null) return;
    notice.textContent = text;
    notice.hidden = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      notice.hidden = true;
    }, noticeMs);
  }

  async #fetch(
    path: string,
    { headers = {}, ...rest }: RequestInit & { headers?: Record<string, string> },
  ): Promise<Response | undefined> {
    try {
      const authorization = `Bearer ${this.#token}`;
      const response = await fetch(path, { ...rest, headers: { ...headers, authorization } });
      this.#lost = false;
      if (response.status !== 401) return response;
    } catch {
      if (rest.signal?.aborted === true) return undefined;
      if (!this.#lost) this.say(this.words.lost);
      this.#lost = true;
      return undefined;
    }
    this.#given ??= this.#askForToken();
    await this.#given;
    return this.#fetch(path, { headers, ...rest });
  }

  /** Without the token there is nothing to show: it is asked for in the place of the page. */
  #askForToken(): Promise<void> {
    return new Promise((resolve) => {
      const field = el('input', {
        type: 'password',
        id: 'token',
        autocomplete: 'off',
        spellcheck: 'false',
      }) as HTMLInputElement;
      const form = el(
        'form',
        { class: 'token' },
        el('h1', { class: 'empty' }, el('label', { for: 'token' }, this.words.token)),
        field,
        button(this.words.open, () => give(), 'primary'),
      );
      const give = (): void => {
        this.#token = field.value.trim().replace(/^.*#token=/, '');
        localStorage.setItem(storageKey, this.#token);
        this.#given = undefined;
        form.remove();
        root.hidden = false;
        resolve();
      };
      form.addEventListener('submit', (event) => {
        event.preventDefault();
        give();
      });
      const root = document.getElementById('root')!;
      root.hidden = true;
      root.before(form);
      field.focus();
    });
  }
}

/** The token of the address, or the one that was kept. */
function takeToken(): string {
  const given = /^#token=([\w-]+)$/.exec(location.hash)?.[1];
  if (given !== undefined) {
    localStorage.setItem(storageKey, given);
    history.replaceState(null, '', location.pathname + location.search);
  }
  return given ?? localStorage.getItem(storageKey) ?? '';
}
