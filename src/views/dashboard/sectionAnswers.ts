import { l10n } from 'vscode';
import { hourMs } from '../../model/calendar.ts';
import type { DashboardDetails } from '../../panels/dashboard.ts';
import type { DashboardDetailsData } from '../../protocol/dashboard.ts';
import { messages, runs as runCount, sessions as sessionCount } from '../text/counts.ts';
import type { DashboardInputs } from './inputs.ts';
import { nameOf } from './labels.ts';

/** What each section says while it is closed. */
export function sectionAnswers(
  details: DashboardDetails,
  facts: DashboardInputs,
): DashboardDetailsData['answers'] {
  return {
    breakdown: breakdownAnswer(details, facts),
    sessions: sessionsAnswer(details, facts),
    rhythm: rhythmAnswer(details, facts),
    outlook: outlookAnswer(details, facts),
  };
}

function breakdownAnswer(
  { slices }: DashboardDetails,
  { figures, format }: DashboardInputs,
): string {
  const parts = (['project', 'agent'] as const).flatMap((kind) => {
    const [top] = slices[kind];
    return top === undefined || !(figures.total > 0)
      ? []
      : [l10n.t('{0} {1}', nameOf(top.key, kind), format.share(top.nano / figures.total))];
  });
  return parts.join(', ');
}

function sessionsAnswer(
  { medianSession }: DashboardDetails,
  { figures, format }: DashboardInputs,
): string {
  const { sessions, now } = figures;
  if (sessions === 0 || medianSession === undefined) return '';
  if (sessions === 1) return sessionCount(sessions, format);
  const median = format.money(medianSession, now);
  return l10n.t('{0} sessions, half of them under {1}', format.count(sessions), median);
}

/** Hours that are said as one time of the day. */
const together = 3;

/** The time of the week most is spent in: "busiest Tuesday, 2 – 5 PM". */
function rhythmAnswer({ heat }: DashboardDetails, { format }: DashboardInputs): string {
  let best = { day: 0, hour: 0, nano: 0 };
  for (const [index, hours] of heat.nano.entries()) {
    for (let hour = 0; hour + together <= 24; hour++) {
      const nano = hours.slice(hour, hour + together).reduce((sum, each) => sum + each, 0);
      if (nano > best.nano) best = { day: heat.weekdays[index]!, hour, nano };
    }
  }
  if (best.nano === 0) return '';
  const time = format.hours(best.hour * hourMs, (best.hour + together) * hourMs);
  return l10n.t('busiest {0}, {1}', format.weekday(best.day, 'long'), time);
}

/** With the model that would have cost least, where that was asked. */
function outlookAnswer({ outlook }: DashboardDetails, { format }: DashboardInputs): string {
  const ask = l10n.t('the same on other models, and what comes next');
  if (outlook === undefined) return ask;
  const { actual, baselines } = outlook.whatIf;
  const [best] = baselines
    .filter(({ nano, leftOut }) => nano < actual && leftOut === 0)
    .sort((a, b) => a.nano - b.nano);
  if (best === undefined || actual === 0) return ask;
  const share = format.share((actual - best.nano) / actual);
  return l10n.t('{0} for everything: {1} less', nameOf(best.model, 'model'), share);
}

/** What is no decision, in a few words each. */
export function smallFacts({ figures, format }: DashboardInputs): string[] {
  const { tokens, sums, sessions, runs, success, cacheShare, background, now } = figures;
  return [
    l10n.t('{0} tokens', format.tokens(tokens)),
    messages(sums.messages, format),
    sessionCount(sessions, format),
    runCount(runs, format),
    ...(success === undefined
      ? []
      : [l10n.t('{0} of requests were answered', format.share(success))]),
    ...(cacheShare === undefined
      ? []
      : [l10n.t('{0} of the prompts’ tokens came from the cache', format.share(cacheShare))]),
    ...(background > 0
      ? [l10n.t('{0} of Claude Code’s own overhead', format.money(background, now))]
      : []),
  ];
}
