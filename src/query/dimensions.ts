import { daysOf, localTime, type Zone } from '../model/calendar.ts';
import { memoize } from '../model/memoize.ts';
import { tokenClassNames, unsplitName } from '../model/tokenClassNames.ts';
import { usageKeys } from '../model/tokens.ts';
import type { RateBook } from '../pricing/priceBook.ts';
import { tierOf } from '../pricing/tiers.ts';
import { sessionTitles } from '../store/query/sessionInfo.ts';
import type { SpendKey } from '../store/query/spendRows.ts';
import { bucketMs, bucketOf } from '../store/schema/rollupTables.ts';
import { noSums, type RowKeys, type RunningSums } from '../store/schema/sums.ts';
import { lastPart } from '../text/paths.ts';
import { classCosts } from './classCosts.ts';
import { homePath, type ReportContext } from './context.ts';
import type { Names } from './names.ts';
import type { Tagged, TaggedBackground, TaggedSpend } from './select.ts';

/** What spend can be broken down by. */
export const dimensionNames = [
  'agent',
  'model',
  'tier',
  'project',
  'group',
  'account',
  'product',
  'provider',
  'host',
  'branch',
  'session',
  'task',
  'day',
  'hour',
  'tool',
  'mcp',
  'plugin',
  'skill',
  'hook',
  'workflow',
  'effort',
  'tag',
  'class',
] as const;
export type DimensionName = (typeof dimensionNames)[number];

/** What a row has no value for. */
export const none = '(none)';

/** Background in a dimension it has no value in: no message explains it. */
export const backgroundKey = '(background)';

/** Spend of messages that were downsampled, in a dimension sums do not know. */
export const summedUpKey = '(summed up)';

/** A share of a row under one value. */
export interface Share {
  readonly key: string;
  readonly row: TaggedSpend;
}

/** One way to tell rows apart. A row may carry several values (tags, groups): it counts for each. */
export interface Dimension {
  readonly name: DimensionName;
  readonly header: string;
  readonly keys: readonly SpendKey[];
  readonly of: (row: RowKeys & Tagged, names: Names) => readonly string[];
  /** Takes a row apart where its values share it: tools and token classes. Instead of `of`. */
  readonly divide?: (row: TaggedSpend, names: Names) => readonly Share[];
  readonly ofBackground: (background: TaggedBackground, names: Names) => readonly string[];
  /** Values have an order of their own: days and hours. */
  readonly ordered: boolean;
  /** Runs of rows can be counted: not where a run lies in several. */
  readonly countsRuns: boolean;
}

/** Builds a dimension. */
export function dimension(name: DimensionName, context: ReportContext): Dimension {
  const { book, zone } = context;
  const base = { name, ordered: false, countsRuns: true };
  const bySession = (of: (session: number, names: Names) => readonly string[]) => ({
    keys: ['session'] as const,
    of: (row: RowKeys, names: Names) => of(row.session, names),
    ofBackground: ({ session }: TaggedBackground, names: Names) => of(session, names),
  });
  const unexplained = (): readonly string[] => [backgroundKey];
  switch (name) {
    case 'agent':
      return {
        ...base,
        header: 'Agent',
        keys: ['agent'],
        of: ({ agent }, names) => [names.agentType(agent)],
        ofBackground: unexplained,
      };
    case 'model':
      return {
        ...base,
        header: 'Model',
        keys: ['model'],
        of: ({ model }, names) => [names.word(model) || none],
        ofBackground: unexplained,
      };
    case 'tier':
      return {
        ...base,
        header: 'Tier',
        keys: ['model'],
        of: ({ model }, names) => [tierOf(names.word(model), book)],
        ofBackground: unexplained,
      };
    case 'project':
      return {
        ...base,
        header: 'Project',
        ...bySession((session, names) => [names.project(session) || none]),
      };
    case 'group':
      return {
        ...base,
        header: 'Group',
        ...bySession((session, names) => orNone(names.groups(session))),
      };
    case 'account':
      return {
        ...base,
        header: 'Account',
        ...bySession((session, names) => [names.account(session)]),
      };
    case 'product':
      return {
        ...base,
        header: 'Product',
        ...bySession((session, names) => [names.product(session)]),
      };
    case 'host':
      return {
        ...base,
        header: 'Host',
        ...bySession((session, names) => [names.host(session)]),
      };
    case 'session':
      return {
        ...base,
        header: 'Session',
        ...bySession((session, names) => [names.place(session).sid]),
      };
    case 'branch':
      return {
        ...base,
        header: 'Branch',
        keys: ['facet'],
        of: (row, names) => [names.facet(row).branch || none],
        ofBackground: ({ session }, names) => [names.place(session).branch || none],
      };
    case 'task':
      return {
        ...base,
        header: 'Task',
        keys: ['session', 'facet'],
        of: (row, names) => [names.task(row) || none],
        ofBackground: ({ session }, names) => [
          names.taskAt(session, names.place(session).branch) || none,
        ],
      };
    case 'tag':
      return {
        ...base,
        header: 'Tag',
        keys: [],
        of: ({ tags = [] }) => orNone(tags),
        ofBackground: ({ tags = [] }) => orNone(tags),
      };
    case 'day':
    case 'hour':
      return inTime(name, zone);
    case 'effort':
      return {
        ...base,
        header: 'Effort',
        keys: ['facet'],
        of: (row, names) => [names.facet(row).effort || none],
        ofBackground: unexplained,
      };
    case 'provider':
      return attributed(name, 'Provider', ['provider']);
    case 'mcp':
      return attributed(name, 'MCP server', ['mcpServer']);
    case 'plugin':
      return attributed(name, 'Plugin', ['plugin', 'pluginName']);
    case 'skill':
      return attributed(name, 'Skill', ['skill', 'skillName']);
    case 'hook':
      return attributed(name, 'Hook', ['hook', 'hookEvent']);
    case 'workflow':
      return attributed(name, 'Workflow', ['workflow', 'workflowRun']);
    case 'tool':
      return {
        ...base,
        countsRuns: false,
        header: 'Tool',
        keys: [],
        of: () => [],
        divide: byTool,
        ofBackground: unexplained,
      };
    case 'class':
      return {
        ...base,
        countsRuns: false,
        header: 'Token class',
        keys: ['facet'],
        of: () => [],
        divide: (row, names) => byClass(row, names.facet(row).row, book),
        ofBackground: unexplained,
      };
  }
}

/** A message counts for every tool it called and shares its spend among the calls, exactly. */
function byTool(row: TaggedSpend): Share[] {
  const { tools } = row;
  if (tools === undefined) return [{ key: summedUpKey, row }];
  if (tools.length < 2) return [{ key: tools[0] ?? none, row }];
  const shares = new Map<string, RunningSums>();
  tools.forEach((tool, i) => {
    const { messages, lower, unpriced, client } = row;
    const sums = shares.get(tool) ?? { ...noSums(), messages, lower, unpriced, client };
    shares.set(tool, sums);
    for (const key of shared) sums[key] += shareOf(row[key], i, tools.length);
  });
  return [...shares].map(([key, sums]) => ({ key, row: { ...row, ...sums } }));
}

const shared = [...usageKeys, 'nano'] as const;

/** The part of a whole number that one of several takes: all parts add up to it. */
function shareOf(value: number, index: number, of: number): number {
  return Math.floor((value * (index + 1)) / of) - Math.floor((value * index) / of);
}

/**
 * Tokens and dollars by class. How many messages used a class no sum of messages says: those are rows of
 * their own, which say which class they count for.
 */
function byClass(row: TaggedSpend, priceRow: string, book: RateBook): Share[] {
  if (row.tokenClass !== undefined) return [{ key: tokenClassNames[row.tokenClass], row }];
  const { byClass: nanos, unsplit } = classCosts(book, [{ row: priceRow, sums: row }]);
  const shares = usageKeys
    .filter((key) => row[key] > 0 || nanos[key] !== 0)
    .map((key) => ({
      key: tokenClassNames[key],
      row: { ...row, ...noSums(), [key]: row[key], nano: nanos[key] },
    }));
  const rest = { key: unsplitName, row: { ...row, ...noSums(), nano: unsplit } };
  return unsplit === 0 ? shares : [...shares, rest];
}

function orNone(values: readonly string[]): readonly string[] {
  return values.length === 0 ? [none] : values;
}

function inTime(name: 'day' | 'hour', zone: Zone): Dimension {
  // No zone's hour begins inside a quarter of an hour.
  const hourOf = memoize(
    (quarter: number) => `${localTime(quarter * bucketMs, zone).slice(0, 13)}:00`,
  );
  const keyAt = name === 'day' ? daysOf(zone) : (at: number) => hourOf(bucketOf(at));
  return {
    name,
    header: name === 'day' ? 'Day' : 'Hour',
    keys: ['bucket'],
    of: ({ at }) => [keyAt(at)],
    ofBackground: ({ at }) => [keyAt(at)],
    ordered: true,
    countsRuns: false,
  };
}

function attributed(name: DimensionName, header: string, fields: readonly string[]): Dimension {
  return {
    name,
    header,
    keys: ['facet'],
    of: (row, names) => {
      const { attribution } = names.facet(row);
      const found = fields.map((field) => attribution[field]).find((value) => value !== undefined);
      return [found ?? none];
    },
    ofBackground: () => [backgroundKey],
    ordered: false,
    countsRuns: true,
  };
}

/** Keys as a person reads them: short paths, titles of sessions. Programs get the keys. */
export function keyTexts(
  name: DimensionName,
  keys: readonly string[],
  context: ReportContext,
  names: Names,
): Map<string, string> {
  if (name === 'project') {
    const short = new Set(keys.map(lastPart));
    const unique = short.size === keys.length;
    return new Map(keys.map((key) => [key, unique ? lastPart(key) : homePath(key, context.home)]));
  }
  if (name === 'account') return new Map(keys.map((key) => [key, homePath(key, context.home)]));
  if (name !== 'session') return new Map(keys.map((key) => [key, key]));
  const bySid = new Map([...names.places.values()].map((place) => [place.sid, place.id]));
  const numbers = keys.flatMap((key) => bySid.get(key) ?? []);
  const titles = sessionTitles(context.db, numbers);
  return new Map(
    keys.map((key) => {
      const title = titles.get(bySid.get(key) ?? 0);
      return [key, title === undefined ? key : `${key.slice(0, 8)}  ${title}`];
    }),
  );
}
