import { l10n, type QuickPickItem, window } from 'vscode';
import type { FilterName, OptionDefinition } from '../../query/options.ts';
import { knownProjects, projectPath } from '../../query/projects.ts';
import type { RawOptions } from '../../query/question.ts';
import type { ReportDefinition } from '../../reports/document/definition.ts';
import { editorReports } from '../../reports/registry.ts';
import type { StoreReader } from '../../store/query/storeReader.ts';
import { oneLine, projectName, titleText } from '../text/names.ts';
import { plainUiText } from '../text/plainUiText.ts';
import { choiceLabel, optionTitle, periodLabel, reportTitle } from './strings.ts';

interface Choice extends QuickPickItem {
  /** Undefined: nothing is narrowed. */
  readonly value: string | undefined;
}

/** Sessions offered to choose from. */
const shownSessions = 200;

/** Asks which report; undefined when left with Escape. */
export async function chooseReport(): Promise<ReportDefinition | undefined> {
  const items = editorReports.map((definition) => ({
    label: reportTitle(definition),
    description: `outlay ${definition.name}`,
    definition,
  }));
  const title = l10n.t('Show a report');
  return (await window.showQuickPick(items, { title, matchOnDescription: true }))?.definition;
}

/** Asks what a report is to be about, step by step; undefined when left with Escape. */
export async function chooseQuestion(
  definition: ReportDefinition,
  reader: StoreReader | undefined,
): Promise<RawOptions | undefined> {
  const raw: Record<string, string> = {};
  for (const step of stepsOf(definition, reader)) {
    const picked = await window.showQuickPick(step.items, {
      title: `${reportTitle(definition)}: ${step.title}`,
      matchOnDescription: true,
    });
    if (picked === undefined) return undefined;
    if (picked.value !== undefined) raw[step.name] = picked.value;
  }
  return raw;
}

interface Step {
  readonly name: string;
  readonly title: string;
  readonly items: readonly Choice[];
}

function stepsOf(definition: ReportDefinition, reader: StoreReader | undefined): Step[] {
  const steps: Step[] = [];
  if (definition.argument?.value === 'id' && reader !== undefined) steps.push(sessionStep(reader));
  for (const option of definition.options) {
    if (option.kind === 'choice') steps.push(optionStep(option));
  }
  if (definition.period !== undefined) steps.push(periodStep(definition.period));
  const may = (filter: FilterName): boolean => definition.filters.includes(filter);
  if (reader !== undefined && may('project')) steps.push(projectStep(reader));
  if (reader !== undefined && may('model')) steps.push(modelStep(reader));
  return steps.filter(({ items }) => items.length > 1);
}

function sessionStep(reader: StoreReader): Step {
  const items = reader.sessions(shownSessions).map((session): Choice => {
    const project = projectName(projectPath(session));
    const id = titleText({ title: null, sid: session.sid });
    return {
      value: session.sid,
      label: plainUiText(titleText(session)),
      description: plainUiText([project, id].join(' · ')),
    };
  });
  return { name: 'argument', title: l10n.t('which session?'), items };
}

/** The default first, so that Enter takes it; an option without one may be left out. */
function optionStep(option: OptionDefinition): Step {
  const preset = typeof option.default === 'string' ? option.default : undefined;
  const choices = option.choices ?? [];
  const values = preset === undefined ? choices : [preset, ...choices.filter((c) => c !== preset)];
  const items = values.map((value): Choice => ({ value, label: choiceLabel(value) }));
  const none: Choice = { value: undefined, label: l10n.t('Nothing more') };
  return {
    name: option.name,
    title: optionTitle(option.name),
    items: preset === undefined ? [none, ...items] : items,
  };
}

function periodStep(preset: string): Step {
  const periods = ['today', '7d', 'week', '30d', 'month', 'all'];
  const ordered = [preset, ...periods.filter((period) => period !== preset)];
  const items = ordered.map((value): Choice => ({ value, label: periodLabel(value) }));
  return { name: 'period', title: l10n.t('which period?'), items };
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
    title: l10n.t('which project?'),
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
    title: l10n.t('which model?'),
    items: items.length < 2 ? [] : [all, ...items],
  };
}

function byLabel(a: Choice, b: Choice): number {
  return a.label.localeCompare(b.label);
}
