import {
  commands,
  type Disposable,
  type LogOutputChannel,
  l10n,
  ProgressLocation,
  Uri,
  window,
  workspace,
} from 'vscode';
import type { ReportResult } from '../../analysisThread/reportTask.ts';
import { dataFolder } from '../../dataFolder/paths.ts';
import { readPeers } from '../../dataFolder/readPeers.ts';
import { HumanError, messageOf } from '../../model/errors.ts';
import type { RawOptions } from '../../query/question.ts';
import type { ReportDefinition } from '../../reports/document/definition.ts';
import type { Format } from '../../reports/document/document.ts';
import { editorReports } from '../../reports/registry.ts';
import { readSnapshots } from '../../reports/spend/snapshots.ts';
import { makeReport } from '../core/analysis.ts';
import { inBackground } from '../core/background.ts';
import { commandIds } from '../core/commandIds.ts';
import type { DocumentLink } from '../core/documentHtml.ts';
import type { ReportDocuments } from '../core/readonlyDocuments.ts';
import type { SpendModel } from '../core/spendModel.ts';
import { errorText } from '../text/errorText.ts';
import { plainUiText } from '../text/plainUiText.ts';
import type { Sometimes } from './offered.ts';
import { panelOf } from './openAsPanel.ts';
import { chooseRefinement, chooseReport, refinements } from './pickers.ts';
import { panelLabel, reportTitle } from './strings.ts';

/** What another extension or a key binding may pass to a report's command. */
export interface ReportArgument {
  /** Options by flag name, as in the terminal: `{ "by": "agent", "period": "7d" }`. */
  readonly options?: RawOptions;
  /** With a format the text is returned and nothing is shown. */
  readonly format?: Format;
  /** UTC milliseconds; the present moment when left out. */
  readonly now?: number;
}

/** Reports in the editor: chosen from one list, shown with links that ask them anew, saved on demand. */
export class Reports implements Disposable {
  readonly #model: SpendModel;
  readonly #documents: ReportDocuments;
  readonly #log: LogOutputChannel;
  /** What each report was asked last, by its name. */
  readonly #shown = new Map<string, RawOptions>();

  constructor(model: SpendModel, documents: ReportDocuments, log: LogOutputChannel) {
    this.#model = model;
    this.#documents = documents;
    this.#log = log;
  }

  /**
   * Shows a report, asked for first unless it is named; with a format returns its text instead. What is
   * not said holds as in the terminal.
   */
  async show(name: string | undefined, argument: unknown): Promise<string | undefined> {
    const { options, format, now } = readArgument(argument);
    const definition = name === undefined ? await this.#choose() : definitionOf(name);
    if (definition === undefined) return undefined;
    const raw = options ?? {};
    // The caller of this API is a program: the error is thrown, not shown.
    if (format !== undefined) {
      const asked = { name: definition.name, raw };
      return (await makeReport(this.#model, asked, format, now ?? Date.now())).text;
    }
    // A report about one session says less than its panel, which asks which one.
    const opening = panelOf(definition.name, raw);
    if (definition.argument?.value === 'id' && raw.argument === undefined && opening) {
      await commands.executeCommand(opening.command, ...opening.arguments);
    } else await this.#show(definition, raw, now);
    return undefined;
  }

  async #choose(): Promise<ReportDefinition | undefined> {
    const found = new Set<Sometimes>();
    if (readSnapshots(dataFolder()).kept.length > 0) found.add('trend');
    if (readPeers(dataFolder(), process.env).events.length > 0) {
      found.add('federation').add('federation status');
    }
    return chooseReport(found);
  }

  async #show(definition: ReportDefinition, raw: RawOptions, now?: number): Promise<void> {
    const { name } = definition;
    const result = await this.#make({ name, raw }, 'markdown', now);
    if (result === undefined) return;
    this.#shown.set(name, raw);
    await this.#documents.show(reportTitle(definition), result.text, this.#links(definition, raw));
  }

  /** Above a report: what it was asked, each a way to ask it anew, and where else it goes. */
  #links(definition: ReportDefinition, raw: RawOptions): DocumentLink[] {
    const { name } = definition;
    const links = refinements(definition, this.#model.reader, raw).map(
      ({ name: step, title, current }): DocumentLink => ({
        label: l10n.t('{0}: {1}', title, current),
        command: commandIds.refineReport,
        arguments: [name, step],
      }),
    );
    links.push({ label: l10n.t('Save…'), command: commandIds.saveReport, arguments: [name] });
    const panel = panelOf(name, raw)?.command;
    const label = panel === undefined ? undefined : panelLabel(panel);
    if (label !== undefined) {
      links.push({ label, command: commandIds.openReportPanel, arguments: [name] });
    }
    return links;
  }

  /** A link of a shown report asks for its period, a grouping or a filter anew. */
  async refine(name: unknown, step: unknown): Promise<void> {
    const shown = this.#shownAs(name);
    if (shown === undefined || typeof step !== 'string') return;
    const { definition, raw } = shown;
    const asked = await chooseRefinement(definition, this.#model.reader, raw, step);
    if (asked !== undefined) await this.#show(definition, asked);
  }

  /** A report that was shown, with what it was asked last. */
  #shownAs(name: unknown): { definition: ReportDefinition; raw: RawOptions } | undefined {
    const definition = typeof name === 'string' ? definitionOf(name) : undefined;
    const raw = definition && this.#shown.get(definition.name);
    return definition === undefined || raw === undefined ? undefined : { definition, raw };
  }

  async #make(
    shown: { readonly name: string; readonly raw: RawOptions },
    format: Format,
    now = Date.now(),
  ): Promise<ReportResult | undefined> {
    const definition = definitionOf(shown.name);
    const make = (): Promise<ReportResult> => makeReport(this.#model, shown, format, now);
    try {
      if (definition?.slow !== true) return await make();
      const title = l10n.t('{0}: reading the transcripts…', reportTitle(definition));
      const location = ProgressLocation.Notification;
      return await window.withProgress({ location, title }, make);
    } catch (error) {
      if (error instanceof HumanError)
        inBackground(window.showErrorMessage(plainUiText(errorText(error))));
      else {
        this.#log.error(`Report ${shown.name}: ${messageOf(error)}`);
        inBackground(
          window.showErrorMessage(l10n.t('The report could not be created; the log says why.')),
        );
      }
      return undefined;
    }
  }

  /** Saves a report that was shown, in a format of the user's choice, rebuilt. */
  async save(name: unknown): Promise<void> {
    const shown = this.#shownAs(name);
    if (shown === undefined) return;
    const asked = { name: shown.definition.name, raw: shown.raw };
    const items: { label: string; format: Format; ending: string }[] = [
      { label: l10n.t('Markdown'), format: 'markdown', ending: 'md' },
      { label: l10n.t('CSV'), format: 'csv', ending: 'csv' },
      { label: l10n.t('JSON'), format: 'json', ending: 'json' },
    ];
    const picked = await window.showQuickPick(items, { title: l10n.t('Save the report as') });
    if (picked === undefined) return;
    const folder = workspace.workspaceFolders?.[0]?.uri;
    const file = `outlay-${asked.name}.${picked.ending}`;
    const target = await window.showSaveDialog({
      defaultUri: folder === undefined ? Uri.file(file) : Uri.joinPath(folder, file),
      filters: { [picked.label]: [picked.ending] },
    });
    if (target === undefined) return;
    const result = await this.#make(asked, picked.format);
    if (result === undefined) return;
    await workspace.fs.writeFile(target, Buffer.from(result.text));
  }

  /** Opens the panel of what a report that was shown is about. */
  async openPanel(name: unknown): Promise<void> {
    const shown = this.#shownAs(name);
    const opening = shown && panelOf(shown.definition.name, shown.raw);
    if (opening === undefined) return;
    await commands.executeCommand(opening.command, ...opening.arguments);
  }

  dispose(): void {
    this.#shown.clear();
  }
}

function definitionOf(name: string): ReportDefinition | undefined {
  return editorReports.find((definition) => definition.name === name);
}

function readArgument(argument: unknown): ReportArgument {
  if (typeof argument !== 'object' || argument === null) return {};
  const { options, format, now } = argument as ReportArgument;
  return {
    ...(typeof options === 'object' && options !== null && { options }),
    ...(typeof format === 'string' && { format }),
    ...(typeof now === 'number' && { now }),
  };
}
