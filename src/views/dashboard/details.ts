import type { DashboardDetails, Slice } from '../../panels/dashboard.ts';
import type { DashboardBar, DashboardDetailsData } from '../../protocol/dashboard.ts';
import { backgroundKey, none } from '../../query/dimensions.ts';
import { agentName } from '../text/agentName.ts';
import { messages as messageCount, runs as runCount } from '../text/counts.ts';
import type { Format } from '../text/format.ts';
import { oneLine, projectName, titleText } from '../text/names.ts';
import { classLabel } from '../text/tokenClassLabels.ts';
import type { DashboardInputs } from './inputs.ts';
import { type BarKind, nameOf } from './labels.ts';
import { outlookOf } from './outlook.ts';
import { sectionAnswers, smallFacts } from './sectionAnswers.ts';

/** Longest name that is shown in full on hover. */
const longestHint = 200;

/** Where the money went in detail, in the editor's language. */
export function dashboardDetails(
  details: DashboardDetails,
  facts: DashboardInputs,
): DashboardDetailsData {
  const { format } = facts;
  return {
    bars: {
      agent: details.slices.agent.map((slice) => barOf(slice, 'agent', format)),
      model: details.slices.model.map((slice) => barOf(slice, 'model', format)),
      project: details.slices.project.map((slice) => barOf(slice, 'project', format)),
      branch: details.slices.branch.map((slice) => barOf(slice, 'branch', format)),
      product: details.slices.product.map((slice) => barOf(slice, 'product', format)),
    },
    classes: details.classes.map(({ key, tokens, nano }) => ({
      name: key,
      label: key === backgroundKey ? nameOf(key, 'model') : classLabel(key),
      tokens,
      nano,
    })),
    heat: {
      days: details.heat.weekdays.map((day) => format.weekday(day)),
      hours: Array.from({ length: 24 }, (_, hour) => format.hour(hour)),
      nano: details.heat.nano,
    },
    sessions: details.topSessions.map(({ title, project, ...row }) => ({
      ...row,
      message: '',
      title: titleText({ title: title ?? null, sid: row.sid }),
      model: oneLine(row.model),
      project: projectName(project),
    })),
    messages: details.topMessages.map(({ title, project, messageId, ...row }) => ({
      ...row,
      message: messageId,
      title: titleText({ title: title ?? null, sid: row.sid }),
      model: oneLine(row.model),
      project: projectName(project),
      messages: 1,
    })),
    activity: details.activity.map(({ project, messageId, title: _, ...row }) => ({
      ...row,
      message: messageId,
      project: projectName(project),
      agent: agentName(row.agent),
      model: oneLine(row.model),
      error: oneLine(row.error),
    })),
    answers: sectionAnswers(details, facts),
    facts: smallFacts(facts),
    outlook: details.outlook === undefined ? null : outlookOf(details.outlook, facts),
  };
}

function barOf(
  { key, nano, messages, unpriced, runs }: Slice,
  kind: BarKind,
  format: Format,
): DashboardBar {
  const special = key === none || key === backgroundKey;
  return {
    filter: special ? '' : key,
    name: nameOf(key, kind),
    hint: special ? nameOf(key, kind) : oneLine(key, longestHint),
    nano,
    detail: runs === undefined ? messageCount(messages, format) : runCount(runs, format),
    unpriced,
    background: key === backgroundKey,
  };
}
