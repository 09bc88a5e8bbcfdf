import { isInFolder, pullRequestName, taskOf } from '../analysis/spend/patterns.ts';
import { hostOf, usualProduct } from '../model/records.ts';
import { hostsKnown, rootsKnown } from '../store/query/knownNames.ts';
import { pullRequests, type SessionInfo, sessionInfo } from '../store/query/sessionInfo.ts';
import {
  type AgentName,
  agentNames,
  type Facet,
  facets,
  type SpendKey,
  wordNumber,
  wordTexts,
} from '../store/query/spendRows.ts';
import type { RowKeys } from '../store/schema/sums.ts';
import { pathKey } from '../text/paths.ts';
import type { ReportContext } from './context.ts';
import { type ProjectPlace, projectNames } from './projects.ts';

/** What sessions of this machine are of, beside those of other hosts. */
export const ownHost = 'this machine';

const noFacet: Facet = { row: '', branch: '', effort: '', attribution: {} };
const noPlace: SessionInfo = {
  id: 0,
  sid: '',
  root: '',
  cwd: '',
  gitRoot: null,
  branch: '',
  startedAt: 0,
  endedAt: 0,
};

/**
 * What the numbers in rows stand for. A name is read when it is first asked for; `prefetch` reads those
 * of many rows in one query, which is much faster and changes no answer.
 */
export class Names {
  readonly #context: ReportContext;
  /** Every session's, once all are asked for. */
  #places: ReadonlyMap<number, SessionInfo> | undefined;
  readonly #somePlaces = new Map<number, SessionInfo>();
  #facets: ReadonlyMap<number, Facet> | undefined;
  #links: ReadonlyMap<number, readonly string[]> | undefined;
  /** Undefined for numbers that are no agent's. */
  readonly #agents = new Map<number, AgentName | undefined>();
  readonly #words = new Map<number, string>([[0, '']]);
  #nameOf: ReturnType<typeof projectNames> | undefined;
  #products: ReadonlyMap<string, string> | undefined;
  #hosts: ReadonlyMap<string, string> | undefined;

  constructor(context: ReportContext) {
    this.#context = context;
  }

  /** Reads agents that are to be named, in one query. */
  prefetchAgents(numbers: Iterable<number>): void {
    const unknown = new Set<number>();
    for (const number of numbers) if (!this.#agents.has(number)) unknown.add(number);
    if (unknown.size === 0) return;
    for (const id of unknown) this.#agents.set(id, undefined);
    for (const [id, name] of agentNames(this.#context.db, unknown)) this.#agents.set(id, name);
  }

  /** Reads the sessions that are to be named, in one query: a month has few of all. */
  #prefetchSessions(numbers: Iterable<number>): void {
    if (this.#places !== undefined) return;
    const unknown = new Set<number>();
    for (const number of numbers) if (!this.#somePlaces.has(number)) unknown.add(number);
    if (unknown.size === 0) return;
    for (const [id, place] of sessionInfo(this.#context.db, unknown)) {
      this.#somePlaces.set(id, place);
    }
  }

  /**
   * Reads the sessions, agents, models and prompts of rows in one query each: those of the keys that
   * will be named, as there may be as many of them as rows.
   */
  prefetch(rows: readonly RowKeys[], keys: readonly SpendKey[]): void {
    if (keys.includes('session'))
      this.#prefetchSessions(new Set(rows.map(({ session }) => session)));
    if (keys.includes('agent')) this.prefetchAgents(new Set(rows.map(({ agent }) => agent)));
    const words = new Set<number>();
    for (const key of ['model', 'prompt'] as const) {
      if (keys.includes(key)) for (const row of rows) words.add(row[key]);
    }
    this.#prefetchWords(words);
  }

  #prefetchWords(words: Set<number>): void {
    for (const word of words) if (this.#words.has(word)) words.delete(word);
    if (words.size === 0) return;
    for (const id of words) this.#words.set(id, '');
    for (const [id, text] of wordTexts(this.#context.db, words)) this.#words.set(id, text);
  }

  get places(): ReadonlyMap<number, SessionInfo> {
    this.#places ??= sessionInfo(this.#context.db);
    return this.#places;
  }

  place(session: number): SessionInfo {
    return this.#somePlaces.get(session) ?? this.places.get(session) ?? noPlace;
  }

  facet(row: Pick<RowKeys, 'facet'>): Facet {
    this.#facets ??= facets(this.#context.db);
    return this.#facets.get(row.facet) ?? noFacet;
  }

  word(number: number): string {
    const known = this.#words.get(number);
    if (known !== undefined) return known;
    this.#prefetchWords(new Set([number]));
    return this.#words.get(number)!;
  }

  /** The number of a text: the store's, or one of our own where the store has none. */
  numberOf(text: string): number {
    for (const [number, known] of this.#words) if (known === text) return number;
    const number = wordNumber(this.#context.db, text) ?? -this.#words.size;
    this.#words.set(number, text);
    return number;
  }

  /** `main`, or a subagent's type. */
  agentType(agent: number): string {
    return this.#agent(agent)?.type ?? 'main';
  }

  isMainThread(agent: number): boolean {
    return this.#agent(agent)?.agentId === '';
  }

  #agent(number: number): AgentName | undefined {
    if (!this.#agents.has(number)) this.prefetchAgents([number]);
    return this.#agents.get(number);
  }

  /** Pull requests of a session, by name. */
  pullRequestsOf(session: number): string[] {
    this.#links ??= pullRequests(this.#context.db);
    return (this.#links.get(session) ?? []).map(pullRequestName);
  }

  /** What a row was for; '' where nothing says so. */
  task(row: RowKeys): string {
    const { branch, attribution } = this.facet(row);
    return this.taskAt(row.session, branch, attribution.task);
  }

  taskAt(session: number, branch: string, recorded?: string): string {
    return taskOf(recorded, branch, this.pullRequestsOf(session)[0]);
  }

  /** The repository a session belongs to, else the directory it started in: one name a project. */
  project(session: number): string {
    this.#nameOf ??= projectNames(this.#context.reader);
    return this.#nameOf(this.place(session));
  }

  /** Groups the project of a session is in. */
  groups(session: number): string[] {
    return groupsOf(this.#context, this.place(session));
  }

  /** The host a session ran on. */
  host(session: number): string {
    return hostOf(this.place(session).sid) || ownHost;
  }

  /** The product a session is of. */
  product(session: number): string {
    return this.productAt(this.place(session).root);
  }

  /** The product that writes below a root. */
  productAt(root: string): string {
    this.#products ??= this.#context.reader.products();
    return this.#products.get(root) ?? usualProduct;
  }

  /** The host whose agents write below a root; this machine by its name among hosts. */
  hostAt(root: string): string {
    this.#hosts ??= this.#context.reader.hosts();
    return this.#hosts.get(root) ?? ownHost;
  }

  /** Products that have sessions. */
  get products(): string[] {
    const roots = rootsKnown(this.#context.db);
    return [...new Set(roots.map((root) => this.productAt(root)))];
  }

  /** Hosts that have sessions. */
  get hosts(): string[] {
    return hostsKnown(this.#context.db).map((host) => host || ownHost);
  }

  /** What an account is called: its name by setting, else its directory. */
  account(session: number): string {
    const { root } = this.place(session);
    return this.#context.labels.accounts.get(root) ?? root;
  }
}

/** Groups with a pattern that fits the project of a session, or a folder above it. */
export function groupsOf(
  { labels, home }: ReportContext,
  { cwd, gitRoot }: ProjectPlace,
): string[] {
  const places = gitRoot === null ? [cwd] : [gitRoot, cwd];
  return [...labels.groups]
    .filter(([, patterns]) =>
      patterns.some((pattern) => places.some((place) => isInside(place, pattern, home))),
    )
    .map(([name]) => name);
}

function isInside(path: string, pattern: string, home: string): boolean {
  const whole = pattern.startsWith('~/') ? home + pattern.slice(1) : pattern;
  return isInFolder(pathKey(path), pathKey(whole));
}
