import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dayMs, hourMs } from '../model/calendar.ts';
import type { DemoSession, DemoSessionStart } from './demoSession.ts';
import { Dice } from './dice.ts';
import { LiveSession } from './liveSession.ts';
import { type SampleText, sampleTextOf } from './sampleText.ts';
import { reviewer, reviewOf, writeColdCache, writeRunaway } from './story.ts';
import { writeSession } from './writeSession.ts';

/** A project that does not exist. */
export interface DemoProject {
  readonly name: string;
  /** Of all sessions, 0 … 1. */
  readonly share: number;
  /** The model most of its sessions use. */
  readonly model: string;
  readonly branches: readonly string[];
  readonly words: SampleText;
}

const projects: readonly [DemoProject, ...DemoProject[]] = [
  {
    name: 'shop',
    share: 0.4,
    model: 'claude-opus-5-5',
    branches: ['feature/cart', 'feature/gift-cards', 'fix/checkout-rounding'],
    words: sampleTextOf([
      'Fix the flaky upload test',
      'Add pagination to the orders list',
      'Why is the checkout slow on Mondays?',
      'Make the error message say which field is wrong',
      'Let a cart survive signing in',
      'Round prices once, at the end',
      'Add gift cards to the checkout',
      'Show delivery times per country',
      'Review the diff before I push',
      'Why does the stock go below zero?',
    ]),
  },
  {
    name: 'billing-api',
    share: 0.25,
    model: 'claude-sonnet-5-5',
    branches: ['feature/export', 'feature/credit-notes', 'fix/idempotent-retries'],
    words: sampleTextOf([
      'Write a migration for the new column',
      'Make retries idempotent',
      'Explain how the cache is invalidated',
      'Export invoices as CSV',
      'Move the date helpers into one module',
      'Add credit notes to the API',
      'Find the query that locks the table',
    ]),
  },
  {
    name: 'docs-site',
    share: 0.15,
    model: 'claude-haiku-5-5',
    branches: ['feature/search', 'feature/dark-theme'],
    words: sampleTextOf([
      'Add a dark theme to the settings page',
      'Check every link in the guides',
      'Shorten the getting-started page',
      'Make the search find plurals',
      'Turn the changelog into a feed',
    ]),
  },
  {
    name: 'infra',
    share: 0.12,
    model: 'claude-opus-5-5',
    branches: ['feature/backups', 'chore/upgrade'],
    words: sampleTextOf([
      'Update the dependencies and fix what breaks',
      'Why did the deploy take 40 minutes?',
      'Alert when the nightly backup is missing',
      'Cache the build between runs',
    ]),
  },
  {
    name: 'sandbox',
    share: 0.08,
    model: 'claude-sonnet-5-5',
    branches: ['try/streams'],
    words: sampleTextOf([
      'Try the new streams API',
      'Write a small parser for the log format',
      'How would this look in Rust?',
    ]),
  },
];

const models = ['claude-opus-5-5', 'claude-sonnet-5-5', 'claude-haiku-5-5'];

/** What the models of today took the place of. */
const modelsBefore: Readonly<Record<string, string>> = {
  'claude-opus-5-5': 'claude-opus-5',
  'claude-sonnet-5-5': 'claude-sonnet-5',
  'claude-haiku-5-5': 'claude-haiku-4-5',
};

/** Sessions that began longer ago than this used those before. */
const newModelsMs = 12 * dayMs;

/** Somebody's own model behind a gateway: nobody has a price for it. */
const unpricedModel = 'qwen3-coder-480b';

/** One of the projects, as often as its share says. */
export function pickProject(dice: Dice): DemoProject {
  let left = dice.next();
  for (const project of projects) {
    left -= project.share;
    if (left < 0) return project;
  }
  return projects[0];
}

export interface DemoOptions {
  /** Same seed and `nowMs`, same files. */
  readonly seed?: number;
  /** The set ends here. */
  readonly nowMs?: number;
  readonly sessions?: number;
  readonly days?: number;
  /** Where the invented projects pretend to be. */
  readonly projectsDir?: string;
}

/** A budget that goes with the sessions: US dollars a calendar month. */
export interface DemoBudget {
  /** A project's folder; undefined for everything. */
  readonly project: string | undefined;
  readonly monthlyUsd: number;
}

/** What was written. */
export interface DemoSet {
  /** A Claude Code configuration folder. */
  readonly configDir: string;
  readonly projectDirs: readonly string[];
  readonly live: LiveSession;
  /** One is nearly used up, one is not. */
  readonly budgets: readonly DemoBudget[];
}

/** Writes the demonstration set, one session a step, for a thread that has other things to do. */
export function* demoSteps(
  configDir: string,
  options: DemoOptions = {},
): Generator<void, DemoSet, void> {
  const { seed = 1, sessions = 40, days = 30, projectsDir = '/home/dev' } = options;
  const nowMs = options.nowMs ?? Date.now();
  const dice = new Dice(seed);
  const cwdOf = (project: DemoProject): string => join(projectsDir, project.name);
  const written: DemoSession[] = [];
  const startIn = (project: DemoProject, start: number, branch: string): DemoSessionStart => ({
    cwd: cwdOf(project),
    start,
    model: nowMs - start > newModelsMs ? modelsBefore[project.model]! : project.model,
    branch,
    words: project.words,
    untilMs: nowMs,
  });
  // Beside these: the three of the story, one without a price, and the one that is alive.
  const past = sessions - 4;
  for (let i = 0; i < past; i++) {
    const project = pickProject(dice);
    // Half of all work of the latest days, and the last sessions early today.
    const ageMs = Math.floor((1 - (i + 1) / (past + 1)) ** 1.5 * days * dayMs);
    const start = nowMs - 2 * hourMs - ageMs;
    const picked = dice.chance(0.7) ? project.model : dice.pick(models);
    const model = nowMs - start > newModelsMs ? modelsBefore[picked]! : picked;
    const branch = dice.chance(0.6) ? 'main' : dice.pick(project.branches);
    const size = {
      prompts: dice.whole(1, 7),
      worksEach: 9,
      task: i % 2 === 0 && i > past / 4 ? reviewOf(dice, projects[0].model) : undefined,
    };
    const began = { ...startIn(project, start, branch), model };
    written.push(writeSession(configDir, dice, began, size).session);
    yield;
  }
  const [shop, billing] = projects;
  written.push(
    writeRunaway(configDir, dice, startIn(shop, nowMs - 27 * hourMs, 'feature/payment')),
  );
  yield;
  const opus = { ...startIn(billing!, nowMs - 6 * hourMs, 'main'), model: shop.model };
  written.push(writeColdCache(configDir, dice, opus));
  yield;
  writeUnpriced(configDir, dice, cwdOf(projects.at(-1)!), nowMs - 3 * dayMs);
  yield;
  const started = startIn(shop, nowMs - 20 * 60_000, shop.branches[0]!);
  const size = { prompts: 2, worksEach: 5, ended: false };
  const { session, file } = writeSession(configDir, dice, started, size);
  written.push(session);
  mkdirSync(join(configDir, 'agents'), { recursive: true });
  writeFileSync(join(configDir, 'agents', `${reviewer.name}.md`), reviewer.file);
  const live = new LiveSession(dice, session, file);
  yield* writeMonthBefore(configDir, { seed, nowMs, days, cwdOf });
  const budgets = budgetsFor(written, cwdOf(shop), nowMs);
  return { configDir, projectDirs: projects.map(cwdOf), live, budgets };
}

/**
 * A session each working day of the five weeks before, begun some hours before this time of day: so that a
 * month and a day have others to be compared with. The same in every zone.
 */
function* writeMonthBefore(
  configDir: string,
  {
    seed,
    nowMs,
    days,
    cwdOf,
  }: {
    readonly seed: number;
    readonly nowMs: number;
    readonly days: number;
    readonly cwdOf: (project: DemoProject) => string;
  },
): Generator<void, void> {
  // Dice of their own: what is told of the latest days stays as it is.
  const dice = new Dice(seed + 1);
  for (let ago = days + 35; ago > days; ago--) {
    const day = nowMs - ago * dayMs;
    if ([0, 6].includes(new Date(day).getUTCDay())) continue;
    const project = pickProject(dice);
    const began = {
      cwd: cwdOf(project),
      start: day - dice.whole(60, 300) * 60_000,
      model: modelsBefore[project.model]!,
      branch: dice.chance(0.6) ? 'main' : dice.pick(project.branches),
      words: project.words,
      untilMs: nowMs,
    };
    writeSession(configDir, dice, began, { prompts: dice.whole(3, 9), worksEach: 9 });
    yield;
  }
}

/** Budgets by what this month has cost: a whole one nearly used up, and a project's with room left. */
function budgetsFor(written: readonly DemoSession[], project: string, nowMs: number): DemoBudget[] {
  const now = new Date(nowMs);
  const month = new Date(now.getFullYear(), now.getMonth(), 1).getTime();
  const own = written.filter((session) => session.nowMs >= month);
  const usdOf = (list: readonly DemoSession[]): number =>
    list.reduce((sum, session) => sum + session.usd, 0);
  const inProject = own.filter(({ cwd }) => cwd === project);
  return [
    { project: undefined, monthlyUsd: Math.max(1, Math.ceil(usdOf(own) / 0.88)) },
    { project, monthlyUsd: Math.max(1, Math.ceil(usdOf(inProject) / 0.55)) },
  ];
}

/** A short session with a model without a price, whose client has not written its total either. */
function writeUnpriced(configDir: string, dice: Dice, cwd: string, start: number): void {
  const words = sampleTextOf(['Compare a model of our own on the log parser']);
  const size = { prompts: 1, worksEach: 3, ended: false };
  writeSession(configDir, dice, { cwd, start, model: unpricedModel, words }, size);
}

/** Writes the demonstration set at once. `configDir` becomes a Claude Code configuration folder. */
export function writeDemo(configDir: string, options: DemoOptions = {}): DemoSet {
  const steps = demoSteps(configDir, options);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
