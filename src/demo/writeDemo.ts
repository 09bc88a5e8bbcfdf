import { join } from 'node:path';
import { Dice } from './dice.ts';
import { LiveSession } from './liveSession.ts';
import { writeSession } from './writeSession.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** A project that does not exist. */
export interface DemoProject {
  readonly name: string;
  /** Of all sessions, 0 … 1. */
  readonly share: number;
  /** The model most of its sessions use. */
  readonly model: string;
}

const projects: readonly [DemoProject, ...DemoProject[]] = [
  { name: 'shop', share: 0.4, model: 'claude-opus-5-5' },
  { name: 'billing-api', share: 0.25, model: 'claude-sonnet-5-5' },
  { name: 'docs-site', share: 0.15, model: 'claude-haiku-5-5' },
  { name: 'infra', share: 0.12, model: 'claude-opus-5-5' },
  { name: 'sandbox', share: 0.08, model: 'claude-sonnet-5-5' },
];

const models = ['claude-opus-5-5', 'claude-sonnet-5-5', 'claude-haiku-5-5'];

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

/** What was written. */
export interface DemoSet {
  /** A Claude Code configuration folder. */
  readonly configDir: string;
  readonly projectDirs: readonly string[];
  readonly live: LiveSession;
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
  for (let i = 0; i < sessions - 1; i++) {
    const project = pickProject(dice);
    // Half of all work of the latest days, and the last sessions early today.
    const ageMs = Math.floor((1 - (i + 1) / sessions) ** 1.5 * days * dayMs);
    const model = dice.chance(0.7) ? project.model : dice.pick(models);
    const branch = dice.chance(0.6) ? 'main' : `feature/${dice.pick(['cart', 'export', 'login'])}`;
    const start = nowMs - 2 * hourMs - ageMs;
    const size = { prompts: dice.whole(1, 7), worksEach: 9 };
    writeSession(configDir, dice, { cwd: cwdOf(project), start, model, branch }, size);
    yield;
  }
  const started = {
    cwd: cwdOf(projects[0]),
    start: nowMs - 20 * 60_000,
    model: projects[0].model,
  };
  const size = { prompts: 2, worksEach: 5, ended: false };
  const { session, file } = writeSession(configDir, dice, started, size);
  const live = new LiveSession(dice, session, file);
  return { configDir, projectDirs: projects.map(cwdOf), live };
}

/** Writes the demonstration set at once. `configDir` becomes a Claude Code configuration folder. */
export function writeDemo(configDir: string, options: DemoOptions = {}): DemoSet {
  const steps = demoSteps(configDir, options);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
