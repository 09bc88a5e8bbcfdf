import {
  commands,
  type Disposable,
  type LogOutputChannel,
  l10n,
  Uri,
  window,
  workspace,
} from 'vscode';
import type { ReportResult } from '../../analysisThread/reportTask.ts';
import { HumanError, messageOf } from '../../model/errors.ts';
import type { RawOptions } from '../../query/question.ts';
import type { Format } from '../../reports/document/document.ts';
import { editorReports } from '../../reports/registry.ts';
import { makeReport } from '../core/analysis.ts';
import { inBackground } from '../core/background.ts';
import type { ReportDocuments } from '../core/readonlyDocuments.ts';
import type { SpendModel } from '../core/spendModel.ts';
import { errorText } from '../text/errorText.ts';
import { plainUiText } from '../text/plainUiText.ts';
import { panelOf } from './openAsPanel.ts';
import { chooseQuestion, chooseReport } from './pickers.ts';
import { reportTitle } from './strings.ts';

/** What a report was asked: enough to ask it again. */
interface Shown {
  readonly name: string;
  readonly raw: RawOptions;
}

/** What another extension or a key binding may pass to a report's command. */
export interface ReportArgument {
  /** Options by flag name, as in the terminal: `{ "by": "agent", "period": "7d" }`. */
  readonly options?: RawOptions;
  /** With a format the text is returned and nothing is shown. */
  readonly format?: Format;
  /** UTC milliseconds; the present moment when left out. */
  readonly now?: number;
}

/** Set while a report can be saved, and while it has a panel: for buttons in the title bar. */
const shownKey = 'outlay.reportShown';
const panelKey = 'outlay.reportHasPanel';

/** Reports in the editor: asked for in quick picks, shown as Markdown, saved on demand. */
export class Reports implements Disposable {
  readonly #model: SpendModel;
  readonly #documents: ReportDocuments;
  readonly #log: LogOutputChannel;
  #shown: Shown | undefined;

  constructor(model: SpendModel, documents: ReportDocuments, log: LogOutputChannel) {
    this.#model = model;
    this.#documents = documents;
    this.#log = log;
  }

  /** Asks for a report, by name or first for the name, and shows it; with a format returns its text. */
  async show(name: string | undefined, argument: unknown): Promise<string | undefined> {
    const { options, format, now } = readArgument(argument);
    const definition = name === undefined ? await chooseReport() : definitionOf(name);
    if (definition === undefined) return undefined;
    const raw = options ?? (await chooseQuestion(definition, this.#model.reader));
    if (raw === undefined) return undefined;
    // The caller of this API is a program: the error is thrown, not shown.
    if (format !== undefined) {
      const asked = { name: definition.name, raw };
      return (await makeReport(this.#model, asked, format, now ?? Date.now())).text;
    }
    const result = await this.#make({ name: definition.name, raw }, 'markdown', now);
    if (result === undefined) return undefined;
    this.#shown = { name: definition.name, raw };
    await commands.executeCommand('setContext', shownKey, true);
    const hasPanel = panelOf(definition.name, raw) !== undefined;
    await commands.executeCommand('setContext', panelKey, hasPanel);
    await this.#documents.show(reportTitle(definition), result.text);
    return undefined;
  }

  async #make(shown: Shown, format: Format, now = Date.now()): Promise<ReportResult | undefined> {
    try {
      return await makeReport(this.#model, shown, format, now);
    } catch (error) {
      if (error instanceof HumanError)
        inBackground(window.showErrorMessage(plainUiText(errorText(error))));
      else {
        this.#log.error(`Report ${shown.name}: ${messageOf(error)}`);
        inBackground(
          window.showErrorMessage(l10n.t('The report could not be made; the log says why.')),
        );
      }
      return undefined;
    }
  }

  /** Saves the report shown last, in a format of the user's choice, rebuilt. */
  async save(): Promise<void> {
    const shown = this.#shown;
    if (shown === undefined) return;
    const items: { label: string; format: Format; ending: string }[] = [
      { label: l10n.t('Markdown'), format: 'markdown', ending: 'md' },
      { label: l10n.t('CSV'), format: 'csv', ending: 'csv' },
      { label: l10n.t('JSON'), format: 'json', ending: 'json' },
    ];
    const picked = await window.showQuickPick(items, { title: l10n.t('Save the report as') });
    if (picked === undefined) return;
    const folder = workspace.workspaceFolders?.[0]?.uri;
    const file = `outlay-${shown.name}.${picked.ending}`;
    const target = await window.showSaveDialog({
      defaultUri: folder === undefined ? Uri.file(file) : Uri.joinPath(folder, file),
      filters: { [picked.label]: [picked.ending] },
    });
    if (target === undefined) return;
    const result = await this.#make(shown, picked.format);
    if (result === undefined) return;
    await workspace.fs.writeFile(target, Buffer.from(result.text));
  }

  /** Opens the panel of what the report shown last is about. */
  async openPanel(): Promise<void> {
    const { name, raw } = this.#shown ?? {};
    const opening = name === undefined ? undefined : panelOf(name, raw!);
    if (opening === undefined) return;
    await commands.executeCommand(opening.command, ...opening.arguments);
  }

  dispose(): void {
    this.#shown = undefined;
  }
}

function definitionOf(name: string): (typeof editorReports)[number] | undefined {
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
