import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { isDay, type UtcDays } from '../../model/calendar.ts';
import { type ErrorText, errorIds } from '../../model/errors.ts';
import { isAmount, isObject } from '../../model/objects.ts';
import { withFileLock } from '../../platform/fileLock.ts';
import { objectIn } from '../../platform/jsonFile.ts';
import { writeFileAtomically } from '../../platform/partFile.ts';

/** A name with its spend in nano-dollars. */
export interface TeamSlice {
  readonly name: string;
  readonly nano: number;
}

/** A member as the team's policy shows them to this login. */
export interface TeamMember extends TeamSlice {
  /** The fullest budget that holds for them in its running period, as a share; null without one. */
  readonly share: number | null;
  /** When they last sent, UTC milliseconds; null where they never did. */
  readonly pushedAt: number | null;
}

/** What a login may read: 'own' rows, the team's 'totals' as well, or those of single 'members', too. */
export const teamSights = ['own', 'totals', 'members'] as const;
export type TeamSight = (typeof teamSights)[number];

/** What the ledger answered about some days, as far as this login may read it. Money in nano-dollars. */
export interface TeamFigures extends UtcDays {
  /** UTC milliseconds. */
  readonly askedAt: number;
  readonly sees: TeamSight;
  /** Spend of the team; with 'own' of the member alone. */
  readonly total: number;
  /** The fullest budgets first, then the most spend; at most `mostNamed` of `members.of`. */
  readonly members: TeamList<TeamMember>;
  /** The most expensive first. */
  readonly projects: TeamList<TeamSlice>;
  readonly models: TeamList<TeamSlice>;
}

/** The first of a list, and how many there are. */
export interface TeamList<T> {
  readonly first: readonly T[];
  readonly of: number;
}

/** Names of a list that are kept. */
export const mostNamed = 50;

/** Why the ledger gave no answer. */
export interface TeamProblem {
  /** In English; `what` for who speaks another language. */
  readonly text: string;
  readonly what?: ErrorText | undefined;
  /** UTC milliseconds. */
  readonly at: number;
}

/** What a machine keeps of its team's figures: whoever shows them waits for no network. */
export interface KeptFigures {
  readonly team: string;
  /** The answers of late, the last one first. */
  readonly answers: readonly TeamFigures[];
  /** Why there was no answer when the ledger was last asked; undefined where there was. */
  readonly problem: TeamProblem | undefined;
}

/** Answers that are kept: as many as a dashboard has periods. */
const mostAnswers = 6;

const nothingKept: KeptFigures = { team: '', answers: [], problem: undefined };

export function teamFiguresFile(folder: string): string {
  return join(folder, 'team-figures.json');
}

/** What is kept in a data folder; what is none of it is left out. */
export function readTeamFigures(folder: string): KeptFigures {
  const { team, answers, problem } = objectIn(teamFiguresFile(folder));
  if (typeof team !== 'string') return nothingKept;
  return {
    team,
    answers: Array.isArray(answers) ? answers.filter(isFigures) : [],
    problem: isProblem(problem) ? problem : undefined,
  };
}

/** The kept answer about some days. */
export function figuresOf(
  { answers }: Pick<KeptFigures, 'answers'>,
  { from, to }: UtcDays,
): TeamFigures | undefined {
  return answers.find((each) => each.from === from && each.to === to);
}

/**
 * Keeps an answer in the place of the one about the same days. Answers that were given under another policy
 * go: they may show what is not to be seen any more.
 */
export function keepTeamFigures(folder: string, team: string, figures: TeamFigures): void {
  update(folder, ({ team: before, answers }) => ({
    team,
    answers: [
      figures,
      ...answers.filter(
        ({ from, to, sees }) =>
          before === team && sees === figures.sees && !(from === figures.from && to === figures.to),
      ),
    ].slice(0, mostAnswers),
    problem: undefined,
  }));
}

/** Notes why there was no answer. `gone`: this login may read nothing any more, and nothing of it is kept. */
export function noteTeamProblem(folder: string, problem: TeamProblem, gone: boolean): void {
  update(folder, ({ team, answers }) => ({ team, answers: gone ? [] : answers, problem }));
}

export function removeTeamFigures(folder: string): void {
  rmSync(teamFiguresFile(folder), { force: true });
}

function update(folder: string, change: (kept: KeptFigures) => KeptFigures): void {
  const file = teamFiguresFile(folder);
  withFileLock(file, () => {
    const changed = change(readTeamFigures(folder));
    writeFileAtomically(file, `${JSON.stringify(changed)}\n`, 0o600);
  });
}

function isProblem(value: unknown): value is TeamProblem {
  if (!isObject(value)) return false;
  const { text, what, at } = value;
  const isKnown =
    what === undefined ||
    (isObject(what) &&
      errorIds.some((id) => id === what.id) &&
      Array.isArray(what.values) &&
      what.values.every((each) => typeof each === 'string'));
  return typeof text === 'string' && isAmount(at) && isKnown;
}

function isFigures(value: unknown): value is TeamFigures {
  if (!isObject(value)) return false;
  const { from, to, askedAt, sees, total, members, projects, models } = value;
  return (
    [from, to].every((day) => typeof day === 'string' && isDay(day)) &&
    isAmount(askedAt) &&
    teamSights.some((each) => each === sees) &&
    isAmount(total) &&
    isList(members, isMember) &&
    isList(projects, isSlice) &&
    isList(models, isSlice)
  );
}

function isList(value: unknown, isOne: (one: unknown) => boolean): boolean {
  if (!isObject(value)) return false;
  const { first, of } = value;
  return Array.isArray(first) && first.length <= mostNamed && first.every(isOne) && isAmount(of);
}

function isSlice(value: unknown): boolean {
  return isObject(value) && typeof value.name === 'string' && isAmount(value.nano);
}

function isMember(value: unknown): boolean {
  if (!isObject(value) || !isSlice(value)) return false;
  return [value.share, value.pushedAt].every((each) => each === null || isAmount(each));
}
