import { l10n } from 'vscode';
import { mostNamed, type TeamFigures, type TeamMember } from '../../dataFolder/team/figuresFile.ts';
import { dayMs } from '../../model/calendar.ts';
import type { BudgetOutlook } from '../../panels/parts/budgetForecasts.ts';
import type { DashboardBudget, DashboardTeam } from '../../protocol/dashboard.ts';
import { none } from '../../query/dimensions.ts';
import { knownText } from '../text/errorText.ts';
import type { Format } from '../text/format.ts';
import { oneLine } from '../text/names.ts';
import type { DashboardInputs } from './inputs.ts';
import { nameOf } from './labels.ts';

/** From this share of a budget on somebody is near it. */
const nearFrom = 0.75;
/** Members a sentence names. */
const mostInSentence = 3;

/**
 * What the dashboard shows of the machine's team; null where it has joined none. `rows`: budgets as the
 * dashboard draws them. Names come from other people: each is one plain line.
 */
export function dashboardTeam(
  facts: DashboardInputs,
  rows: (budgets: readonly BudgetOutlook[]) => DashboardBudget[],
): DashboardTeam | null {
  const { team } = facts.figures;
  if (team === undefined) return null;
  const { figures, poolsAt, problem } = team;
  const { format } = facts;
  return {
    answer: closedAnswer(facts),
    lead:
      figures === undefined
        ? l10n.t('No figures of these days are here yet.')
        : lead(facts, figures),
    near: figures === undefined ? '' : nearText(figures),
    problem:
      problem === undefined ? '' : oneLine(knownText(problem.what, problem.text), longestProblem),
    notes: [
      ...(figures === undefined ? [] : [l10n.t('As of {0}.', moment(figures.askedAt, facts))]),
      ...(figures === undefined ? [] : sightText(figures, oneLine(team.member))),
      l10n.t('Days are those of UTC, and filters do not narrow the team.'),
    ],
    budgets: rows(team.budgets),
    budgetsAsOf:
      poolsAt === undefined || team.budgets.length === 0
        ? ''
        : l10n.t('What others spent: as of {0}.', moment(poolsAt, facts)),
    total: figures?.total ?? 0,
    members: (figures?.members.first ?? []).map((member) => memberRow(member, format)),
    projects: (figures?.projects.first ?? []).map(({ name, nano }) => ({
      name: name === '' ? nameOf(none, 'project') : oneLine(name),
      nano,
    })),
    models: (figures?.models.first ?? []).map(({ name, nano }) => ({
      name: nameOf(name === '' ? none : name, 'model'),
      nano,
    })),
    more: figures === undefined ? '' : moreText(figures, format),
  };
}

/** A sentence of the server's is longer than a name. */
const longestProblem = 400;

function closedAnswer({ figures: { team, now }, format }: DashboardInputs): string {
  const name = oneLine(team!.team, 60);
  const { figures } = team!;
  if (figures === undefined) return name;
  const amount = format.money(figures.total, now);
  const near = nearMembers(figures);
  const spent =
    figures.sees === 'own'
      ? l10n.t('{0}: you {1}', name, amount)
      : l10n.t('{0}: {1}', name, amount);
  if (near.length === 0) return spent;
  return l10n.t('{0}, near a limit: {1}', spent, namesOf(near));
}

function lead({ figures: { team, now }, format }: DashboardInputs, figures: TeamFigures): string {
  const amount = format.money(figures.total, now);
  const from = Date.parse(figures.from);
  const to = Date.parse(figures.to) - dayMs;
  // In the middle of the day: so it is the same day in every zone somebody reads in.
  const days =
    to > from ? format.days(from + dayMs / 2, to + dayMs / 2) : format.day(from + dayMs / 2);
  return figures.sees === 'own'
    ? l10n.t('You spent {0} on all your machines, {1}.', amount, days)
    : l10n.t('{0} spent {1}, {2}.', oneLine(team!.team, 60), amount, days);
}

/** What this login does not see, in plain words. */
function sightText({ sees }: TeamFigures, member: string): string[] {
  switch (sees) {
    case 'own':
      return [
        l10n.t(
          'The team’s policy shows {0} their own spend only: sums of the team and what other members spend are not visible.',
          member,
        ),
      ];
    case 'totals':
      return [
        l10n.t(
          'The team’s policy shows {0} sums of the team and their own spend: what other members spend is not visible.',
          member,
        ),
      ];
    case 'members':
      return [];
  }
}

function nearMembers({ members }: TeamFigures): TeamMember[] {
  return members.first.filter(({ share }) => share !== null && share >= nearFrom);
}

function namesOf(members: readonly TeamMember[]): string {
  const names = members.slice(0, mostInSentence).map(({ name }) => oneLine(name, 40));
  const others = members.length - names.length;
  return others > 0 ? l10n.t('{0} and {1} more', names.join(', '), others) : names.join(', ');
}

function nearText(figures: TeamFigures): string {
  const near = nearMembers(figures);
  if (near.length > 0) return l10n.t('Near a limit or above it: {0}.', namesOf(near));
  const isLimited = figures.members.first.some(({ share }) => share !== null);
  return isLimited && figures.sees === 'members' ? l10n.t('Nobody is near a limit.') : '';
}

function memberRow(
  { name, nano, share, pushedAt }: TeamMember,
  format: Format,
): DashboardTeam['members'][number] {
  return {
    name: oneLine(name),
    nano,
    share,
    used: share === null ? '' : format.percent(share),
    level: share === null || share < nearFrom ? 'ok' : share < 1 ? 'warning' : 'stop',
    pushedAt,
  };
}

/** Names beyond those that are listed. */
function moreText({ members, projects, models }: TeamFigures, format: Format): string {
  const cut = [members, projects, models].some(({ of, first }) => of > first.length);
  return cut
    ? l10n.t(
        'The first {0} of {1} members, {2} projects and {3} models are listed; “outlay team export” has all.',
        mostNamed,
        format.count(members.of),
        format.count(projects.of),
        format.count(models.of),
      )
    : '';
}

/** A time of today, else with its day. */
function moment(at: number, { format, figures }: DashboardInputs): string {
  return format.day(at) === format.day(figures.now) ? format.time(at) : format.dateTime(at);
}
