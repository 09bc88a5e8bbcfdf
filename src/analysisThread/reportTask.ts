import { HumanError } from '../model/errors.ts';
import { withReportContext } from '../query/openContext.ts';
import { type RawOptions, readQuestion } from '../query/question.ts';
import type { ReportDefinition } from '../reports/document/definition.ts';
import type { Format, Verdict } from '../reports/document/document.ts';
import { render } from '../reports/document/render.ts';
import { reportDefinitions } from '../reports/registry.ts';
import { contextParts, type TaskOrigin } from './taskContext.ts';

/** A report to be made on another thread. Plain data. */
export interface ReportTask extends TaskOrigin {
  /** Name of the definition. */
  readonly name: string;
  /** What was chosen, by flag name. */
  readonly raw: RawOptions;
  readonly format: Format;
}

export interface ReportResult {
  readonly title: string;
  readonly text: string;
  readonly verdict: Verdict | undefined;
}

/** The definition of a report by its name. */
export function definitionOf(name: string): ReportDefinition {
  const definition = reportDefinitions.find((each) => each.name === name);
  if (definition !== undefined) return definition;
  const known = reportDefinitions.map((each) => each.name).join(', ');
  throw new HumanError('usage', `There is no report ${JSON.stringify(name)}: use ${known}.`);
}

/** Makes a report, the same the terminal prints. */
export function runReport(task: ReportTask): ReportResult {
  const definition = definitionOf(task.name);
  return withReportContext(contextParts(task), (context) => {
    const document = definition.run(context, readQuestion(definition, task.raw, context));
    const forPeople = task.format === 'table' || task.format === 'markdown';
    const zone = forPeople ? task.settings.zone : 'UTC';
    const text = render(document, task.format, { colour: false, zone, now: context.now });
    return { title: document.title, text, verdict: document.verdict };
  });
}
