import {
  type Choice,
  hasFields,
  type InsightVerb,
  isDay,
  isObject,
  type PanelAround,
  type PanelStrip,
} from './shared.ts';

export const dashboardPeriods = ['today', '7d', '30d', 'month', 'all', 'custom'] as const;
export type DashboardPeriod = (typeof dashboardPeriods)[number];

/** What narrows the whole dashboard; '' for everything. */
export const dashboardFilters = [
  'project',
  'group',
  'account',
  'product',
  'host',
  'model',
  'agent',
  'branch',
] as const;
export type DashboardFilter = (typeof dashboardFilters)[number];

/** What the bars of a day are stacked by. */
export const dashboardStacks = ['model', 'project', 'agent', 'product'] as const;
export type DashboardStack = (typeof dashboardStacks)[number];

/** What a dashboard is asked. */
export interface DashboardQuestion {
  readonly period: DashboardPeriod;
  /** First and last day, YYYY-MM-DD, of a custom period; else ''. */
  readonly since: string;
  readonly until: string;
  readonly filters: Readonly<Record<DashboardFilter, string>>;
  readonly stack: DashboardStack;
  /** What other models would have cost and what comes next is read too: it takes its time. */
  readonly outlook: boolean;
}

export const noFilters: DashboardQuestion['filters'] = {
  project: '',
  group: '',
  account: '',
  product: '',
  host: '',
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
  outlook: false,
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
  /** What it is likely to come to in nano-dollars; 0 for one that is over. */
  readonly expected: number;
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

/** The running total above the bars. Money in nano-dollars. */
export interface DashboardRunning {
  /** The running total of the stretch before, at the end of each of its bars; empty for none. */
  readonly before: readonly number[];
  readonly beforeLabel: string;
  /** What the period is likely to come to, and the range around it; null where it is not known. */
  readonly ahead: {
    readonly likely: number;
    readonly low: number;
    readonly high: number;
  } | null;
  /** The budget of the period; null without one. */
  readonly limit: number | null;
}

/** A budget as the dashboard draws it. */
export interface DashboardBudget {
  readonly key: string;
  readonly name: string;
  readonly level: 'ok' | 'info' | 'warning' | 'critical' | 'stop';
  /** "$3.88 left of $10". */
  readonly left: string;
  readonly strip: PanelStrip;
  /** "61% used". */
  readonly used: string;
  /** What comes of it: "likely $56: used up on Nov 30"; '' where nothing is known. */
  readonly outcome: string;
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

/** Something to do that would save money. */
export interface DashboardTodo {
  readonly id: string;
  /** What to do. */
  readonly title: string;
  readonly evidence: string;
  /** How much it saves. */
  readonly saving: string;
  /** Of what, and whether that was measured or estimated. */
  readonly basis: string;
  /** The one thing that can be done at once. */
  readonly verb: InsightVerb;
  readonly verbLabel: string;
}

/** What the same tokens would have cost with one other model. Money in nano-dollars. */
export interface DashboardWhatIf {
  readonly name: string;
  readonly nano: number;
  /** More than was paid, or less. */
  readonly difference: string;
}

/** What is likely to be spent in a stretch of the future. */
export interface DashboardNext {
  readonly name: string;
  readonly likely: string;
  readonly range: string;
  readonly strip: PanelStrip;
}

/** Other models, and the time ahead. */
export interface DashboardOutlook {
  /** What was paid for the messages compared, in nano-dollars. */
  readonly paid: number;
  readonly whatIf: readonly DashboardWhatIf[];
  readonly next: readonly DashboardNext[];
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
    Record<'agent' | 'model' | 'project' | 'branch' | 'product', readonly DashboardBar[]>
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
  /** What each section says while it is closed. */
  readonly answers: {
    readonly breakdown: string;
    readonly sessions: string;
    readonly rhythm: string;
    readonly outlook: string;
  };
  /** Tokens, messages, runs and what else is no decision, in a few words each. */
  readonly facts: readonly string[];
  /** Null where it was not asked for. */
  readonly outlook: DashboardOutlook | null;
}

/** A member of the team. Money in nano-dollars. */
export interface DashboardTeamMember {
  readonly name: string;
  readonly nano: number;
  /** How far their fullest budget is used, and in words; null and '' without one. */
  readonly share: number | null;
  readonly used: string;
  readonly level: 'ok' | 'warning' | 'stop';
  /** When they last sent, UTC milliseconds; null where they never did. */
  readonly pushedAt: number | null;
}

/** What of the machine's team is shown: as its ledger last answered, as far as this login may read it. */
export interface DashboardTeam {
  /** What the section says while it is closed. */
  readonly answer: string;
  /** Who spent how much, in which days. */
  readonly lead: string;
  /** Who is near a limit; '' where nobody is known to be. */
  readonly near: string;
  /** Why there is no newer answer; '' where there is. */
  readonly problem: string;
  /** Of when the figures are, what is not visible, what they are of. */
  readonly notes: readonly string[];
  readonly budgets: readonly DashboardBudget[];
  /** Of when the budgets' figures are; '' without any. */
  readonly budgetsAsOf: string;
  readonly total: number;
  readonly members: readonly DashboardTeamMember[];
  readonly projects: readonly { readonly name: string; readonly nano: number }[];
  readonly models: readonly { readonly name: string; readonly nano: number }[];
  /** That not everything is listed; '' where it is. */
  readonly more: string;
}

/** Everything a dashboard shows, in words where a person reads it. Money in nano-dollars. */
export interface DashboardData extends PanelAround {
  readonly total: number;
  readonly buckets: readonly DashboardBucket[];
  /** Of the chart: what its bars stand for. */
  readonly chartTitle: string;
  readonly stack: { readonly names: readonly string[]; readonly labels: readonly string[] };
  /** Null for a period without a running total. */
  readonly running: DashboardRunning | null;
  /** The budget of a bar, in nano-dollars; null without one. */
  readonly barLimit: number | null;
  readonly budgets: readonly DashboardBudget[];
  /** What Claude Code says of a plan's windows; empty where it says nothing. */
  readonly official: readonly DashboardBudget[];
  /** Null where this machine has joined no team. */
  readonly team: DashboardTeam | null;
  readonly windows: {
    readonly fiveHours: readonly DashboardWindow[];
    readonly weeks: readonly DashboardWindow[];
  };
  /** Null while it is being read: the summary is known sooner. */
  readonly details: DashboardDetailsData | null;
  /** The first of what could be saved; null while it is looked for. */
  readonly todo: readonly DashboardTodo[] | null;
  /** Where the period has nothing: what there was before, by month; null for a period with something. */
  readonly earlier: {
    readonly title: string;
    readonly months: readonly {
      readonly from: number;
      readonly label: string;
      readonly nano: number;
    }[];
  } | null;
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
  'byProduct',
  'filterProject',
  'filterGroup',
  'filterAccount',
  'filterProduct',
  'filterHost',
  'filterModel',
  'filterAgent',
  'filterBranch',
  'everything',
  'moreFilters',
  'clearFilters',
  'budgets',
  'addBudget',
  'noBudget',
  'setBudget',
  'onTrack',
  'budgetLine',
  'dayBudget',
  'expected',
  'usual',
  'todo',
  'todoHint',
  'moreTodo',
  'noTodo',
  'lookingForTodo',
  'showInsights',
  'snooze',
  'dismiss',
  'breakdown',
  'project',
  'agent',
  'branch',
  'model',
  'product',
  'classes',
  'sessionsPart',
  'rhythm',
  'heat',
  'heatCell',
  'fiveHours',
  'weeks',
  'windowRunning',
  'yourWindows',
  'officialHint',
  'outlook',
  'whatIf',
  'whatIfHint',
  'whatNext',
  'whatNextHint',
  'team',
  'teamMembers',
  'teamMember',
  'teamBudgets',
  'teamUsed',
  'teamPushed',
  'teamSpent',
  'reading',
  'sessions',
  'messages',
  'title',
  'activity',
  'narrow',
  'open',
  'failed',
  'spendSummary',
  'runningSummary',
  'messageCount',
  'unpriced',
  'atLeast',
  'narrowTime',
  'cutAxis',
  'earlierSummary',
] as const;
export type DashboardStrings = Readonly<Record<(typeof dashboardStringKeys)[number], string>>;

export function isDashboardQuestion(value: unknown): value is DashboardQuestion {
  if (!isObject(value) || !isObject(value.filters)) return false;
  const { period, since, until, filters, stack, outlook } = value;
  const isDayOrNone = (text: unknown): boolean => text === '' || isDay(text);
  return (
    dashboardPeriods.some((known) => known === period) &&
    isDayOrNone(since) &&
    isDayOrNone(until) &&
    (period !== 'custom' || (since !== '' && until !== '')) &&
    dashboardStacks.some((known) => known === stack) &&
    typeof outlook === 'boolean' &&
    Object.keys(filters).length === dashboardFilters.length &&
    dashboardFilters.every((name) => typeof filters[name] === 'string')
  );
}

export function isDashboardData(value: unknown): value is DashboardData {
  return (
    hasFields(value, {
      texts: ['answer'],
      numbers: ['total'],
      lists: ['cards', 'buckets', 'budgets', 'official', 'notes'],
      objects: ['stack', 'windows', 'choices'],
    }) &&
    (value.details === null || isDetails(value.details)) &&
    (value.todo === null || Array.isArray(value.todo)) &&
    (value.running === null || isObject(value.running)) &&
    (value.earlier === null || isObject(value.earlier)) &&
    (value.team === null || isTeam(value.team))
  );
}

function isTeam(value: unknown): boolean {
  return hasFields(value, {
    texts: ['answer', 'lead', 'near', 'problem', 'budgetsAsOf', 'more'],
    numbers: ['total'],
    lists: ['notes', 'budgets', 'members', 'projects', 'models'],
  });
}

function isDetails(value: unknown): boolean {
  return hasFields(value, {
    lists: ['classes', 'sessions', 'messages', 'activity', 'facts'],
    objects: ['bars', 'heat', 'answers'],
  });
}
