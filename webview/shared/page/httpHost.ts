import { createParser } from 'eventsource-parser';
import { noFilters, usualDashboard } from '../../../src/protocol/dashboard.ts';
import { protocolVersion } from '../../../src/protocol/shared.ts';
import type { PageHost } from './pageHost.ts';
import { ServerSession } from './serverSession.ts';

/** An answer that takes long is asked for seldom: at most this part of the time goes into it. */
const mostBusy = 1 / 4;
const leastRestMs = 250;
/** Before the server is tried again, milliseconds. */
const retryMs = 3000;

/** Pages that are opened by a button, and where they are. */
const places: Readonly<Record<string, string>> = {
  openDashboard: './',
  openBudgets: './budgets',
  openBurn: './burn',
  openAnomalies: './anomalies',
};

/** What is done in an editor or a terminal, by what a page asks for: what to type there. */
const commands: Readonly<Record<string, string>> = {
  setBudget: 'outlay budget set',
  addBudget: 'outlay budget set',
  budget: 'outlay budget set',
  insight: 'outlay optimize',
  showInsights: 'outlay optimize',
  openMessage: 'outlay session',
  openTranscript: 'outlay session',
};

/** A message of a page, of which the host looks at little. */
type Message = Readonly<Record<string, unknown>> & { readonly type?: unknown };

/** The host of a page in a browser: asks the server, again after every commit while the page is seen. */
export function httpHost(): PageHost {
  return new HttpHost();
}

class HttpHost implements PageHost {
  readonly #panel = document.documentElement.dataset.panel ?? '';
  readonly #server = new ServerSession();
  readonly #key = `outlay.${location.pathname}${location.search}`;
  /** What is asked again and again. */
  #body: object = {};
  #asking = false;
  #again = false;
  /** Only what was asked last is shown. */
  #asked = 0;
  #shown = '';
  /** How long after an answer it is asked for again although nothing was committed; undefined for never. */
  #againMs: number | undefined;
  #later: ReturnType<typeof setTimeout> | undefined;
  #revealed = false;

  constructor() {
    followSystemTheme();
    document.addEventListener('visibilitychange', () => this.#refresh());
  }

  getState(): unknown {
    try {
      return JSON.parse(sessionStorage.getItem(this.#key) ?? 'null') ?? undefined;
    } catch {
      return undefined;
    }
  }

  setState(state: unknown): void {
    sessionStorage.setItem(this.#key, JSON.stringify(state));
  }

  postMessage(message: Message): void {
    switch (message.type) {
      case 'ready':
        this.#ask(this.#panel === 'session' ? { session: sessionId() } : pick(message.question));
        void this.#follow();
        break;
      case 'ask':
        this.#ask(pick(message.question));
        break;
      case 'do':
        this.#do(String(message.action));
        break;
      case 'openSession':
        location.assign(sessionPath(String(message.sid), String(message.message ?? '')));
        break;
      case 'openDay':
        this.#openDay(String(message.day), String(message.project));
        break;
      case 'export':
        void this.#export(String(message.to), String(message.name), String(message.content));
        break;
      case 'readText':
        post({ type: 'text', key: message.key, found: false, parts: [] });
        this.#server.say(this.#server.words.noText);
        break;
      case 'outline':
        post({ type: 'outlines', outlines: [], tasks: [] });
        break;
      case 'keep':
        break;
      default:
        this.#elsewhere(String(message.type));
    }
  }

  #do(action: string): void {
    const place = places[action];
    if (place !== undefined) location.assign(place);
    else if (action === 'startOver') this.#ask({});
    else if (action === 'rescan') this.#refresh();
    else if (action === 'copyId') void this.#export('clipboard', '', sessionId());
    else this.#elsewhere(action);
  }

  #elsewhere(what: string): void {
    const command = commands[what] ?? 'outlay help';
    this.#server.say(this.#server.words.elsewhere.replace('{0}', command));
  }

  /** The dashboard of one day: it finds the question where it keeps its own. */
  #openDay(day: string, project: string): void {
    const filters = { ...noFilters, project };
    const question = { ...usualDashboard, period: 'custom', since: day, until: day, filters };
    const dashboard = new URL('./', location.href);
    const kept = { v: protocolVersion, question, ui: null };
    sessionStorage.setItem(`outlay.${dashboard.pathname}`, JSON.stringify(kept));
    location.assign(dashboard);
  }

  async #export(to: string, name: string, content: string): Promise<void> {
    if (to === 'clipboard') {
      await navigator.clipboard.writeText(content);
      this.#server.say(this.#server.words.copied);
      return;
    }
    const link = document.createElement('a');
    link.download = `${name.replace(/[^\p{L}\p{N}_-]+/gu, '-').slice(0, 60)}.${to}`;
    link.href =
      to === 'csv' ? URL.createObjectURL(new Blob([content], { type: 'text/csv' })) : content;
    link.click();
    if (to === 'csv') URL.revokeObjectURL(link.href);
  }

  #ask(body: object): void {
    this.#body = body;
    this.#asked += 1;
    this.#shown = '';
    void this.#answer(this.#asked);
  }

  /** The same question again, unless nobody looks; one at a time, and with rests between. */
  #refresh(): void {
    if (document.visibilityState !== 'visible') return;
    this.#again = true;
    if (!this.#asking) void this.#update();
  }

  async #update(): Promise<void> {
    this.#asking = true;
    while (this.#again) {
      this.#again = false;
      const began = performance.now();
      await this.#answer(this.#asked);
      const took = performance.now() - began;
      await sleep(Math.max(leastRestMs, took / mostBusy - took));
    }
    this.#asking = false;
  }

  async #answer(asked: number): Promise<void> {
    const isFirst = this.#shown === '' && this.#panel === 'dashboard';
    if (isFirst) void this.#show(asked, { ...this.#body, part: 'summary' }, true);
    await this.#show(asked, this.#body, false);
  }

  async #show(asked: number, body: object, isPart: boolean): Promise<void> {
    const text = await this.#server.ask(this.#panel, body);
    // Another question, or the full answer before its summary.
    if (asked !== this.#asked || text === undefined || (isPart && this.#shown !== '')) return;
    if (text !== this.#shown) {
      if (!isPart) this.#shown = text;
      const message = JSON.parse(text) as Message;
      post(message);
      this.#againMs = typeof message.again === 'number' ? message.again : undefined;
      if (this.#panel === 'session') this.#nameAndReveal(message);
    }
    clearTimeout(this.#later);
    if (this.#againMs === undefined) return;
    this.#later = setTimeout(() => this.#refresh(), Math.max(leastRestMs, this.#againMs));
  }

  /** The tab is called as the session is; a message that was named in the address is shown. */
  #nameAndReveal({ session, messages }: Message): void {
    const { title } = (session ?? {}) as { readonly title?: string };
    if (title !== undefined) document.title = `${title} – Outlay`;
    const wanted = new URLSearchParams(location.search).get('message');
    if (wanted === null || wanted === '' || this.#revealed || !Array.isArray(messages)) return;
    const keys = (messages as { readonly key: string }[]).map(({ key }) => key);
    const key = keys.find((each) => each === wanted || each.startsWith(`${wanted} `));
    if (key === undefined) return;
    this.#revealed = true;
    post({ type: 'reveal', key });
  }

  /**
   * Hears of commits for as long as the page is seen; what was missed meanwhile is asked for. A hidden page
   * gives its connection back: a browser has six for all pages of a server.
   */
  async #follow(): Promise<void> {
    for (;;) {
      await untilVisible();
      const hidden = new AbortController();
      const look = (): void => {
        if (document.visibilityState !== 'visible') hidden.abort();
      };
      document.addEventListener('visibilitychange', look);
      const parser = createParser({ onEvent: () => this.#refresh() });
      await this.#server.follow((chunk) => parser.feed(chunk), hidden.signal);
      document.removeEventListener('visibilitychange', look);
      if (!hidden.signal.aborted) await sleep(retryMs);
    }
  }
}

function pick(question: unknown): object {
  return question === null || question === undefined ? {} : { question };
}

function sessionId(): string {
  return new URLSearchParams(location.search).get('id') ?? '';
}

function sessionPath(sid: string, message: string): string {
  const asked = new URLSearchParams({ id: sid, ...(message !== '' && { message }) });
  return `./session?${asked}`;
}

/** As a host's messages arrive. */
function post(message: object): void {
  window.postMessage({ v: protocolVersion, ...message }, location.origin);
}

function untilVisible(): Promise<void> {
  if (document.visibilityState === 'visible') return Promise.resolve();
  return new Promise((resolve) => {
    document.addEventListener('visibilitychange', () => resolve(), { once: true });
  });
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The classes by which VS Code says which theme there is. */
function followSystemTheme(): void {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const contrast = matchMedia('(forced-colors: active)');
  const apply = (): void => {
    const { classList } = document.body;
    classList.toggle('vscode-dark', dark.matches);
    classList.toggle('vscode-light', !dark.matches);
    classList.toggle('vscode-high-contrast', contrast.matches && dark.matches);
    classList.toggle('vscode-high-contrast-light', contrast.matches && !dark.matches);
  };
  apply();
  for (const query of [dark, contrast]) query.addEventListener('change', apply);
}
