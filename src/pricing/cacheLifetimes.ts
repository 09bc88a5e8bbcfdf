/** Who wrote a cache, as far as that says how long it lives. */
export interface CacheWriter {
  /** The agent's product. */
  readonly product: string;
  /** Who answered, as the agent calls it; '' where it does not say. */
  readonly provider: string;
  /** Catalogue id, or as written. */
  readonly model: string;
}

/**
 * How long what a message wrote to its cache lives: milliseconds, or as its record says, in one of the two classes it
 * is counted in; undefined where nobody knows.
 */
export type CacheLifetime = number | 'recorded' | undefined;

/** A lifetime, for whom it holds, and where it was found. */
export interface CacheLifetimeRow {
  readonly of: string;
  readonly holds: (writer: CacheWriter) => boolean;
  readonly lifetime: CacheLifetime;
  readonly source: string;
  /** Day (YYYY-MM-DD) it was last compared with its source. */
  readonly checked: string;
}

const minuteMs = 60_000;

/** The first row that holds decides; where none does, nobody knows. Each use of a cache renews it. */
export const cacheLifetimes: readonly CacheLifetimeRow[] = [
  {
    of: 'Claude Code, Claude Desktop',
    holds: ({ product }) => product === 'Claude Code' || product === 'Claude Desktop',
    lifetime: 'recorded',
    source: 'The record counts what was written for five minutes and for an hour apart',
    checked: '2026-11-29',
  },
  {
    of: 'whatever GitHub answers',
    holds: ({ product, provider }) => product === 'Copilot' || /^github\b/.test(provider),
    lifetime: undefined,
    source: 'Neither GitHub nor its logs say what it asks the makers of models for',
    checked: '2026-12-01',
  },
  {
    of: 'Claude, asked by others',
    holds: ({ model }) => model.startsWith('claude-'),
    lifetime: 'recorded',
    source:
      "Anthropic's guide to prompt caching (platform.claude.com): five minutes unless an hour was asked for; usage counts both apart",
    checked: '2026-12-01',
  },
  {
    of: 'OpenAI, GPT-5.6 and later',
    holds: ({ provider, model }) => (provider === '' || provider === 'openai') && hasTtl(model),
    lifetime: 30 * minuteMs,
    source:
      "OpenAI's guide to prompt caching (developers.openai.com): `prompt_cache_options.ttl` is 30m, its only value; earlier models keep caches as they can",
    checked: '2026-12-01',
  },
];

/** How long what a message wrote to its cache lives. */
export function cacheLifetimeOf(writer: CacheWriter): CacheLifetime {
  return cacheLifetimes.find(({ holds }) => holds(writer))?.lifetime;
}

/** Whether OpenAI names a lifetime for a model: it does from GPT-5.6 on. */
function hasTtl(model: string): boolean {
  const [, major, minor = '0'] = /^gpt-(\d+)(?:\.(\d+))?(?:-|$)/.exec(model) ?? [];
  if (major === undefined) return false;
  return Number(major) > 5 || (Number(major) === 5 && Number(minor) >= 6);
}
