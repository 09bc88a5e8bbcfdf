import { fits } from '../analysis/spend/patterns.ts';
import { HumanError } from '../model/errors.ts';
import { memoize } from '../model/memoize.ts';
import { usualProduct } from '../model/records.ts';
import { gradeOf, tierOf } from '../pricing/tiers.ts';
import type { Loss } from '../store/query/losses.ts';
import type { SessionInfo } from '../store/query/sessionInfo.ts';
import type { SpendKey } from '../store/query/spendRows.ts';
import type { RowKeys } from '../store/schema/sums.ts';
import { isAt, isProject, lastPart } from '../text/paths.ts';
import { clip, plainText } from '../text/plainText.ts';
import type { ReportContext } from './context.ts';
import { groupsOf, type Names, ownHost } from './names.ts';
import type { Filters } from './options.ts';
import { knownProjects } from './projects.ts';
import { listed } from './question.ts';

/** Names a refusal lists. */
const shownNames = 12;

/** Which rows and backgrounds pass. Filters are combined with AND. */
export interface Matcher {
  /** What rows must be split by to be distinguished. */
  readonly keys: readonly SpendKey[];
  readonly passes: (row: RowKeys) => boolean;
  /** The models of the rollups that pass, by string number, for queries that can be told; missing where all do. */
  readonly models?: readonly number[];
  /** `keys` and `passes` for rows of these `models`. */
  readonly furtherKeys: readonly SpendKey[];
  readonly passesFurther: (row: RowKeys) => boolean;
  /** Whether background of a session passes: it belongs to no model and no agent. */
  readonly passesBackground: (session: number) => boolean;
  /** Whether what lines may have held would pass: nobody knows its model, agent or branch. */
  readonly passesLoss: (loss: Loss) => boolean;
}

/** Matchers of one report: it asks for the same filters more than once. */
const built = new WeakMap<Names, Map<string, Matcher>>();

/** The matcher of some filters, tags aside. Values nothing is called are refused. */
export function matcherOf(context: ReportContext, filters: Filters, names: Names): Matcher {
  const matchers = built.get(names) ?? new Map<string, Matcher>();
  built.set(names, matchers);
  const key = JSON.stringify(filters);
  const matcher = matchers.get(key) ?? build(context, filters, names);
  matchers.set(key, matcher);
  return matcher;
}

function build(context: ReportContext, filters: Filters, names: Names): Matcher {
  checkFilters(context, filters, names);
  const keys = new Set<SpendKey>();
  const rowTests: ((row: RowKeys) => boolean)[] = [];
  const sessions = sessionTest(context, filters, names);
  if (sessions !== undefined) {
    keys.add('session');
    rowTests.push(({ session }) => sessions(session));
  }
  const { model, agent, branch, task, correlation } = filters;
  if (agent !== undefined) {
    keys.add('agent');
    rowTests.push((row) => names.agentType(row.agent) === agent);
  }
  if (branch !== undefined) {
    keys.add('facet');
    rowTests.push((row) => fits(names.facet(row).branch, branch));
  }
  if (task !== undefined) {
    keys.add('session').add('facet');
    rowTests.push((row) => names.task(row) === task);
  }
  if (correlation !== undefined) {
    keys.add('facet').add('prompt');
    rowTests.push(
      (row) =>
        names.facet(row).attribution.correlation === correlation ||
        names.word(row.prompt) === correlation,
    );
  }
  const { accounts } = context;
  const { project, group, account, product, host, session } = filters;
  const named = project !== undefined || group !== undefined || session !== undefined;
  const narrow = model !== undefined || agent !== undefined || correlation !== undefined;
  const passesFurther = (row: RowKeys): boolean => rowTests.every((test) => test(row));
  const isWanted = memoize(
    (word: number) => model === undefined || isModel(context, names.word(word), model),
  );
  return {
    keys: model === undefined ? [...keys] : [...keys, 'model'],
    passes: (row) => isWanted(row.model) && passesFurther(row),
    ...(model !== undefined && { models: context.reader.modelNumbers().filter(isWanted) }),
    furtherKeys: [...keys],
    passesFurther,
    passesBackground: (session) => {
      if (narrow || (sessions !== undefined && !sessions(session))) return false;
      const own = names.place(session).branch;
      if (branch !== undefined && !fits(own, branch)) return false;
      return task === undefined || names.taskAt(session, own) === task;
    },
    passesLoss: ({ session: number, root }) => {
      if (number !== undefined) return sessions?.(number) !== false;
      const counts = accounts === undefined || accounts.includes(root);
      if (!counts || named) return false;
      if (product !== undefined && !isProduct(names.productAt(root), product)) return false;
      if (host !== undefined && !isNamed(names.hostAt(root), host)) return false;
      return account === undefined || isAccount(context, root, account);
    },
  };
}

/** Whether sessions pass the filters that are about them; undefined where none is. */
function sessionTest(
  context: ReportContext,
  { project, group, account, product, host, session }: Filters,
  names: Names,
): ((session: number) => boolean) | undefined {
  const { accounts } = context;
  const tests: ((place: SessionInfo) => boolean)[] = [];
  if (accounts !== undefined) tests.push(({ root }) => accounts.includes(root));
  if (project !== undefined) tests.push((place) => isProject(place, project));
  if (group !== undefined) tests.push((place) => groupsOf(context, place).includes(group));
  if (account !== undefined) tests.push(({ root }) => isAccount(context, root, account));
  if (product !== undefined) {
    tests.push(({ id }) => isProduct(names.product(id), product));
  }
  if (host !== undefined) tests.push(({ id }) => isNamed(names.host(id), host));
  if (session !== undefined) {
    const wanted = session.toLowerCase();
    tests.push(({ sid }) => sid.toLowerCase().startsWith(wanted));
  }
  if (tests.length === 0) return undefined;
  return memoize((number: number) => {
    const place = names.place(number);
    return tests.every((test) => test(place));
  });
}

/** Whether a product is the one named, in upper or lower case; `claude` is Claude Code. */
function isProduct(product: string, named: string): boolean {
  return isNamed(product, named) || (plainName(named) === 'claude' && product === usualProduct);
}

/** Whether a name is the one that is written, however it is spelled. */
export function isNamed(name: string, written: string): boolean {
  return plainName(name) === plainName(written);
}

function plainName(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, ' ')
    .trim();
}

function isAccount({ labels }: ReportContext, root: string, named: string): boolean {
  return isAt(root, named) || labels.accounts.get(root) === named;
}

/** Whether a failed request asked for a model that is wanted, where one is: most do not say for which. */
export function asksFor(
  context: ReportContext,
  { model }: { readonly model: string },
  wanted: string | undefined,
): boolean {
  return (
    wanted === undefined || (model !== '' && isModel(context, context.book.modelId(model), wanted))
  );
}

/** Whether a model is the one named: its id, an alias of it, its family, tier or grade. */
function isModel({ book }: ReportContext, model: string, named: string): boolean {
  if (model === named || model === book.modelId(named)) return true;
  const tier = tierOf(model, book);
  return tier === named.toLowerCase() || gradeOf(tier) === named.toLowerCase();
}

/** Refuses what nothing in the store or the catalogue is called, naming what there is. */
function checkFilters(context: ReportContext, filters: Filters, names: Names): void {
  const { labels, reader } = context;
  const { model, agent, project, group, account, product, host, session, tag } = filters;
  const places = (): SessionInfo[] => [...names.places.values()];
  if (model !== undefined && !knownModel(context, model)) {
    const known = reader.knownModels().slice(0, shownNames);
    refuse('model', model, 'model', [...known, 'haiku', 'sonnet', 'opus', 'fable', 'mythos']);
  }
  if (agent !== undefined && agent !== 'main') {
    const known = reader.knownAgentTypes();
    if (!known.includes(agent)) refuse('agent', agent, 'type of agent', ['main', ...known]);
  }
  if (project !== undefined && !places().some((place) => isProject(place, project))) {
    const known = new Set(knownProjects(reader).map(lastPart));
    refuse('project', project, 'project', [...known]);
  }
  if (group !== undefined && !labels.groups.has(group)) {
    refuse(
      'group',
      group,
      'group',
      [...labels.groups.keys()],
      'The setting outlay.groups makes them.',
    );
  }
  if (account !== undefined && !places().some(({ root }) => isAccount(context, root, account))) {
    refuse('account', account, 'account', [...new Set(places().map(({ root }) => root))]);
  }
  if (product !== undefined && !names.products.some((one) => isProduct(one, product))) {
    refuse('product', product, 'product', names.products);
  }
  if (host !== undefined) {
    const hosts = [...new Set([ownHost, ...names.hosts])];
    if (!hosts.some((one) => isNamed(one, host))) refuse('host', host, 'host', hosts);
  }
  if (session !== undefined) {
    const wanted = session.toLowerCase();
    if (!places().some(({ sid }) => sid.toLowerCase().startsWith(wanted))) {
      const shown = plainText(session).slice(0, 80);
      throw new HumanError(
        'usage',
        `No session begins with "${shown}". "outlay sessions" lists them.`,
        { what: { id: 'sessionUnknown', values: [shown] } },
      );
    }
  }
  if (tag !== undefined) {
    const known = new Set([...labels.tags.keys(), ...labels.marks.map(({ name }) => name)]);
    const remedy = 'The setting outlay.tags and "outlay mark start" make them.';
    if (!known.has(tag)) refuse('tag', tag, 'tag', [...known], remedy);
  }
}

function knownModel(context: ReportContext, named: string): boolean {
  const { book, reader } = context;
  if (book.ratesOf(named) !== undefined) return true;
  if (reader.knownModels().some((model) => isModel(context, model, named))) return true;
  const tiers = [...book.table.models.keys()].map((id) => tierOf(id, book));
  const wanted = named.toLowerCase();
  return tiers.some((tier) => tier === wanted || gradeOf(tier) === wanted) || wanted === 'unknown';
}

function refuse(
  option: string,
  written: string,
  noun: string,
  known: readonly string[],
  remedy = '',
): never {
  const shown = known.slice(0, shownNames).map((name) => clip(plainText(name), 60));
  const more = known.length > shown.length ? ` and ${known.length - shown.length} more` : '';
  const list = known.length === 0 ? 'There is none yet.' : `There are ${listed(shown)}${more}.`;
  const sentence = `No ${noun} is called "${clip(plainText(written), 80)}" (--${option}). ${list}`;
  throw new HumanError('usage', remedy === '' ? sentence : `${sentence} ${remedy}`, {
    what: { id: 'nameUnknown', values: [clip(plainText(written), 80), option] },
  });
}
