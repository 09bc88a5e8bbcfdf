import RateLimiterMemory from 'rate-limiter-flexible/lib/RateLimiterMemory.js';
import { secretCheck } from '../../platform/loopback.ts';
import { Refusal } from './problem.ts';

/** Names this machine has for itself. */
const loopbackNames: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Requests a second, of all callers together; bursts of a page that opens are within it. */
const mostASecond = 200;
/** Requests a second without the right token. */
const mostWrong = 20;

interface AccessOptions {
  readonly token: string;
  /** Further names the server may be asked by: those of a forwarded port. */
  readonly hosts: readonly string[];
}

/**
 * Who may ask. A page of the web can be made to ask this machine (DNS rebinding, or a plain request across
 * origins), so a request has to name this machine, and where it says which page it comes from, that has to
 * be one of this server's. Figures are for who knows the token, which no browser sends by itself.
 */
export class Access {
  readonly #isWanted: (given: string) => boolean;
  readonly #hosts: ReadonlySet<string>;
  readonly #named: ReadonlySet<string>;
  readonly #requests = new RateLimiterMemory({ points: mostASecond, duration: 1 });
  readonly #wrong = new RateLimiterMemory({ points: mostWrong, duration: 1 });

  constructor({ token, hosts }: AccessOptions) {
    this.#isWanted = secretCheck(`Bearer ${token}`);
    this.#named = new Set(hosts.map((host) => host.toLowerCase()));
    this.#hosts = new Set([...loopbackNames, ...this.#named]);
  }

  /** Refuses what is asked under another name, or by another page. */
  checkPlace(headers: Headers): void {
    const host = headers.get('host') ?? '';
    if (!this.#hosts.has(nameOf(host))) {
      throw new Refusal(
        'forbidden',
        'The Host header names another machine. Ask 127.0.0.1 or localhost; for a forwarded port name its host with --allow-host.',
      );
    }
    const origin = headers.get('origin');
    const isOwn = origin === null || this.#isOwn(origin, host);
    const site = headers.get('sec-fetch-site');
    // A navigation somebody begins from a link elsewhere shows the page, which knows nothing yet.
    const navigates = headers.get('sec-fetch-mode') === 'navigate';
    const isForeign = site === 'cross-site' || site === 'same-site';
    if (!isOwn || (isForeign && !navigates)) {
      throw new Refusal('forbidden', 'Pages of other origins get no answer.');
    }
  }

  /** A forwarded port may be asked as this machine, by a page of the name it was given. */
  #isOwn(origin: string, host: string): boolean {
    const [, asked = ''] = /^https?:\/\/(.+)$/.exec(origin) ?? [];
    return asked === host || this.#named.has(nameOf(asked));
  }

  /** Refuses who does not know the token, and more requests than anybody needs. */
  async checkCaller(headers: Headers): Promise<void> {
    if (this.#isWanted(headers.get('authorization') ?? '')) {
      await this.#consume(this.#requests);
      return;
    }
    await this.#consume(this.#wrong);
    throw new Refusal(
      'unauthorized',
      'Send the token as "Authorization: Bearer TOKEN". It stands in the file serve-token of the data folder, and in the address "outlay serve" prints.',
      { 'www-authenticate': 'Bearer realm="outlay"' },
    );
  }

  async #consume(limiter: RateLimiterMemory): Promise<void> {
    try {
      await limiter.consume('all');
    } catch {
      throw new Refusal('too-many-requests', 'The server is asked too often. Wait a second.');
    }
  }
}

/** The name in a Host header, without its port. */
function nameOf(host: string): string {
  return /^(\[[0-9a-f:.]+\]|[^:@/\\\s]+)(?::\d{1,5})?$/i.exec(host)?.[1]?.toLowerCase() ?? '';
}
