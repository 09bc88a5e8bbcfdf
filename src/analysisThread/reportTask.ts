import { HumanError } from '../model/errors.ts';
import { withReportContext } from '../query/openContext.ts';
import { type RawOptions, readQuestion } from '../query/question.ts';
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

/** Makes a report, the same the terminal prints. */
export function runReport(task: ReportTask): ReportResult {
  const definition = reportDefinitions.find(({ name }) => name === task.name);
  if (definition === undefined) {
    const known = reportDefinitions.map(({ name }) => name).join(', ');
    throw new HumanError('usage', `There is no report ${JSON.stringify(task.name)}: use ${known}.`);
  }
  return withReportContext(contextParts(task), (context) => {
    const document = definition.run(context, readQuestion(definition, task.raw, context));
    const forPeople = task.format === 'table' || task.format === 'markdown';
    const zone = forPeople ? task.settings.zone : 'UTC';
    const text = render(document, task.format, { colour: false, zone });
    return { title: document.title, text, verdict: document.verdict };
  });
}
