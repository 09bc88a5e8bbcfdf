import { l10n, type QuickPickItem, QuickPickItemKind, window } from 'vscode';
import type { FilterName, OptionDefinition } from '../../query/options.ts';
import { knownProjects } from '../../query/projects.ts';
import type { RawOptions } from '../../query/question.ts';
import type { ReportDefinition } from '../../reports/document/definition.ts';
import { editorReports } from '../../reports/registry.ts';
import type { StoreReader } from '../../store/query/storeReader.ts';
import { oneLine, projectName } from '../text/names.ts';
import { plainUiText } from '../text/plainUiText.ts';
import { offered, type Sometimes } from './offered.ts';
import {
  choiceLabel,
  groupTitle,
  optionTitle,
  periodLabel,
  reportAnswer,
  reportTitle,
} from './strings.ts';

interface Choice extends QuickPickItem {
  /** Undefined: nothing is narrowed. */
  readonly value: string | undefined;
}

/** Asks which report; undefined when left with Escape. */
export async function chooseReport(
  found: ReadonlySet<Sometimes>,
): Promise<ReportDefinition | undefined> {
  const items = offered(found).flatMap(({ group, names }) => [
    { label: groupTitle(group), kind: QuickPickItemKind.Separator, definition: undefined },
    ...names.map((name) => {
      const definition = editorReports.find((each) => each.name === name)!;
      const description = reportAnswer(name);
      return { label: reportTitle(definition), description, definition };
    }),
  ]);
  const title = l10n.t('Report');
  const placeHolder = l10n.t('Period, grouping and project can be changed in the report');
  const options = { title, placeHolder, matchOnDescription: true };
  return (await window.showQuickPick(items, options))?.definition;
}

/** What a report can be asked, with how it is asked now: one link each. */
export interface Refinement {
  readonly name: string;
  readonly title: string;
  readonly current: string;
}

/** What of a report can be changed inside its document. */
export function refinements(
  definition: ReportDefinition,
  reader: StoreReader | undefined,
  raw: RawOptions,
): Refinement[] {
  return stepsOf(definition, reader).map(({ name, title, preset, items }) => {
    const days = [raw.since, raw.until].filter((day) => typeof day === 'string').join(' – ');
    const now = name === 'period' && days !== '' ? days : (raw[name] ?? preset);
    const item = items.find(({ value }) => value === now);
    return { name, title, current: item?.label ?? plainUiText(oneLine(String(now ?? ''))) };
  });
}

/** Asks for one of these anew; undefined when left with Escape. */
export async function chooseRefinement(
  definition: ReportDefinition,
  reader: StoreReader | undefined,
  raw: RawOptions,
  name: string,
): Promise<RawOptions | undefined> {
  const step = stepsOf(definition, reader).find((each) => each.name === name);
  if (step === undefined) return undefined;
  const now = raw[name] ?? step.preset;
  const items = step.items.map((item) =>
    item.value === now ? { ...item, label: `$(check) ${item.label}` } : item,
  );
  const title = `${reportTitle(definition)}: ${step.title}`;
  const picked = await window.showQuickPick(items, { title, matchOnDescription: true });
  if (picked === undefined) return undefined;
  // A period that was asked for by its days gives way to one by name.
  const { [name]: _, ...others } = raw;
  const kept = name === 'period' ? { ...others, since: undefined, until: undefined } : others;
  return picked.value === undefined ? kept : { ...kept, [name]: picked.value };
}

interface Step {
  readonly name: string;
  readonly title: string;
  /** What holds where nothing was chosen. */
  readonly preset: string | undefined;
  readonly items: readonly Choice[];
}

function stepsOf(definition: ReportDefinition, reader: StoreReader | undefined): Step[] {
  const steps: Step[] = [];
  if (definition.period !== undefined) steps.push(periodStep(definition.period));
  for (const option of definition.options) {
    if (option.kind === 'choice') steps.push(optionStep(option));
  }
  const may = (filter: FilterName): boolean => definition.filters.includes(filter);
  if (reader !== undefined && may('project')) steps.push(projectStep(reader));
  if (reader !== undefined && may('model')) steps.push(modelStep(reader));
  return steps.filter(({ items }) => items.length > 1);
}

/** An option without a default may be left out. */
function optionStep(option: OptionDefinition): Step {
  const preset = typeof option.default === 'string' ? option.default : undefined;
  const values = option.choices ?? [];
  const items = values.map((value): Choice => ({ value, label: choiceLabel(value) }));
  const none: Choice = { value: undefined, label: l10n.t('Nothing Else') };
  return {
    name: option.name,
    title: optionTitle(option.name),
    preset,
    items: preset === undefined ? [none, ...items] : items,
  };
}

function periodStep(preset: string): Step {
  const periods = ['today', '7d', 'week', '30d', 'month', 'all'];
  const ordered = periods.includes(preset) ? periods : [preset, ...periods];
  const items = ordered.map((value): Choice => ({ value, label: periodLabel(value) }));
  return { name: 'period', title: l10n.t('Period'), preset, items };
}

function projectStep(reader: StoreReader): Step {
  const items = knownProjects(reader).map(
    (path): Choice => ({
      value: path,
      label: plainUiText(projectName(path)),
      description: plainUiText(oneLine(path)),
    }),
  );
  const all: Choice = { value: undefined, label: l10n.t('All projects') };
  return {
    name: 'project',
    title: l10n.t('Project'),
    preset: undefined,
    items: items.length < 2 ? [] : [all, ...items.sort(byLabel)],
  };
}

function modelStep(reader: StoreReader): Step {
  const items = reader
    .knownModels()
    .map((model): Choice => ({ value: model, label: plainUiText(oneLine(model)) }));
  const all: Choice = { value: undefined, label: l10n.t('All models') };
  return {
    name: 'model',
    title: l10n.t('Model'),
    preset: undefined,
    items: items.length < 2 ? [] : [all, ...items],
  };
}

function byLabel(a: Choice, b: Choice): number {
  return a.label.localeCompare(b.label);
}
