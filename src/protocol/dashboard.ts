import { type Choice, hasFields, isDay, isObject, type PanelAround } from './shared.ts';

export const dashboardPeriods = ['today', '7d', '30d', 'month', 'all', 'custom'] as const;
export type DashboardPeriod = (typeof dashboardPeriods)[number];

/** What narrows the whole dashboard; '' for everything. */
export const dashboardFilters = [
  'project',
  'group',
  'account',
  'model',
  'agent',
  'branch',
] as const;
export type DashboardFilter = (typeof dashboardFilters)[number];

/** What the bars of a day are stacked by. */
export const dashboardStacks = ['model', 'project', 'agent'] as const;
export type DashboardStack = (typeof dashboardStacks)[number];

/** What a dashboard is asked. */
export interface DashboardQuestion {
  readonly period: DashboardPeriod;
  /** First and last day, YYYY-MM-DD, of a custom period; else ''. */
  readonly since: string;
  readonly until: string;
  readonly filters: Readonly<Record<DashboardFilter, string>>;
  readonly stack: DashboardStack;
}

export const noFilters: DashboardQuestion['filters'] = {
  project: '',
  group: '',
  account: '',
  model: '',
  agent: '',
  branch: '',
};

/** What it is asked when it opens. */
export const usualDashboard: DashboardQuestion = {
  period: 'month',
  since: '',
  until: '',
  filters: noFilters,
  stack: 'model',
};

/** A bucket of the bar chart: an hour, a day, a week or a month. */
export interface DashboardBucket {
  /** UTC milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly label: string;
  /** Nano-dollars of each name in `stack.names`, in its order. */
  readonly parts: readonly number[];
  readonly total: number;
  /** It is not over yet. */
  readonly soFar: boolean;
  /** Its first and last day, YYYY-MM-DD, for who wants to look at it alone; '' for hours. */
  readonly first: string;
  readonly last: string;
}

/** Spend of a name in a list of bars. Money in nano-dollars. */
export interface DashboardBar {
  /** What a filter is given to narrow the dashboard to it; '' where it cannot be. */
  readonly filter: string;
  readonly name: string;
  /** Whole name where the other is shortened. */
  readonly hint: string;
  readonly nano: number;
  /** Runs, calls or tokens beside the money; '' for nothing to say. */
  readonly detail: string;
  /** Messages without a price: with no other the figure is none. */
  readonly unpriced: number;
  /** Spend no message explains. */
  readonly background: boolean;
}

/** A budget as the dashboard draws it. Amounts in the unit it is in, as text and as shares of the limit. */
export interface DashboardBudget {
  readonly name: string;
  readonly level: 'ok' | 'info' | 'warning' | 'critical' | 'stop';
  /** What comes of it: "used up on Nov 30"; '' where nothing is known. */
  readonly outcome: string;
  readonly spent: string;
  readonly limit: string;
  /** 1 is all of it. */
  readonly share: number;
  readonly shareText: string;
  /** Projected share at the end of its period with its band; null where there is none. */
  readonly projected: {
    readonly share: number;
    readonly low: number;
    readonly high: number;
  } | null;
  readonly projectedText: string;
  /** Shares at which the level rises. */
  readonly steps: readonly number[];
}

/** A session or a message in a list of the most expensive. */
export interface DashboardRow {
  readonly sid: string;
  /** Key of the message; '' for a session. */
  readonly message: string;
  readonly title: string;
  readonly project: string;
  readonly model: string;
  /** UTC milliseconds. */
  readonly at: number;
  readonly messages: number;
  readonly nano: number;
  /** Messages without a price. */
  readonly unpriced: number;
}

/** A line of recent activity. */
export interface DashboardActivity {
  readonly sid: string;
  readonly message: string;
  readonly at: number;
  readonly project: string;
  readonly agent: string;
  readonly model: string;
  readonly nano: number;
  readonly unpriced: number;
  /** What went wrong, '' for an answer. */
  readonly error: string;
}

/** Something that could be saved. */
export interface DashboardInsight {
  readonly id: string;
  readonly title: string;
  /** How much a month, and whether that is measured or estimated. */
  readonly saving: string;
  /** It changes an agent's file, which can be done from here. */
  readonly canApply: boolean;
}

/** A window of time with what was spent in it, the running one last. */
export interface DashboardWindow {
  readonly from: number;
  readonly to: number;
  readonly label: string;
  readonly nano: number;
  readonly running: boolean;
}

/** Where the money went in detail. Money in nano-dollars. */
export interface DashboardDetailsData {
  readonly bars: Readonly<
    Record<'agent' | 'model' | 'project' | 'branch', readonly DashboardBar[]>
  >;
  readonly classes: readonly {
    readonly name: string;
    readonly label: string;
    readonly tokens: number;
    readonly nano: number;
  }[];
  /** Nano-dollars of each hour of each day of the week, days in the user's order. */
  readonly heat: {
    readonly days: readonly string[];
    readonly hours: readonly string[];
    readonly nano: readonly (readonly number[])[];
  };
  readonly sessions: readonly DashboardRow[];
  readonly messages: readonly DashboardRow[];
  readonly activity: readonly DashboardActivity[];
}

/** Everything a dashboard shows, in words where a person reads it. Money in nano-dollars. */
export interface DashboardData extends PanelAround {
  readonly total: number;
  readonly buckets: readonly DashboardBucket[];
  /** Of the chart: what its bars stand for. */
  readonly chartTitle: string;
  readonly stack: { readonly names: readonly string[]; readonly labels: readonly string[] };
  readonly budgets: readonly DashboardBudget[];
  readonly windows: {
    readonly fiveHours: readonly DashboardWindow[];
    readonly weeks: readonly DashboardWindow[];
  };
  /** Null while it is being read: the summary is known sooner. */
  readonly details: DashboardDetailsData | null;
  /** The first of what could be saved; null while it is looked for. */
  readonly insights: readonly DashboardInsight[] | null;
  /** Values each filter can take, with what they are called. */
  readonly choices: Readonly<Record<DashboardFilter, readonly Choice[]>>;
}

/** The page's own texts. */
export const dashboardStringKeys = [
  'today',
  'sevenDays',
  'thirtyDays',
  'month',
  'all',
  'custom',
  'period',
  'from',
  'until',
  'stackBy',
  'byModel',
  'byProject',
  'byAgent',
  'byBranch',
  'filterProject',
  'filterGroup',
  'filterAccount',
  'filterModel',
  'filterAgent',
  'filterBranch',
  'everything',
  'clearFilters',
  'budgets',
  'noBudget',
  'setBudget',
  'projectedTo',
  'classes',
  'heat',
  'heatCell',
  'windows',
  'fiveHours',
  'weeks',
  'windowRunning',
  'sessions',
  'messages',
  'title',
  'project',
  'model',
  'agent',
  'activity',
  'narrow',
  'open',
  'failed',
  'insights',
  'showInsights',
  'dismiss',
  'noInsights',
  'lookingForInsights',
  'burn',
  'anomalies',
  'shares',
  'spendSummary',
  'messageCount',
  'unpriced',
  'atLeast',
  'narrowTime',
] as const;
export type DashboardStrings = Readonly<Record<(typeof dashboardStringKeys)[number], string>>;

export function isDashboardQuestion(value: unknown): value is DashboardQuestion {
  if (!isObject(value) || !isObject(value.filters)) return false;
  const { period, since, until, filters, stack } = value;
  const isDayOrNone = (text: unknown): boolean => text === '' || isDay(text);
  return (
    dashboardPeriods.some((known) => known === period) &&
    isDayOrNone(since) &&
    isDayOrNone(until) &&
    (period !== 'custom' || (since !== '' && until !== '')) &&
    dashboardStacks.some((known) => known === stack) &&
    Object.keys(filters).length === dashboardFilters.length &&
    dashboardFilters.every((name) => typeof filters[name] === 'string')
  );
}

export function isDashboardData(value: unknown): value is DashboardData {
  return (
    hasFields(value, {
      texts: ['answer'],
      numbers: ['total'],
      lists: ['cards', 'buckets', 'budgets', 'notes'],
      objects: ['stack', 'windows', 'choices'],
    }) &&
    (value.details === null || isDetails(value.details)) &&
    (value.insights === null || Array.isArray(value.insights))
  );
}

function isDetails(value: unknown): boolean {
  return hasFields(value, {
    lists: ['classes', 'sessions', 'messages', 'activity'],
    objects: ['bars', 'heat'],
  });
}
