import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { commands, type Disposable, env, l10n, Uri, window, workspace } from 'vscode';
import {
  type AgentChange,
  type AgentModel,
  changeOf,
  undoChange,
  writeChange,
} from '../../insights/agentChange.ts';
import {
  type AgentFile,
  agentFiles,
  isBuiltIn,
  projectFolders,
} from '../../insights/agentFiles.ts';
import { inBackground } from '../core/background.ts';
import type { SpendModel } from '../core/spendModel.ts';
import { errorText } from '../text/errorText.ts';
import { plainUiText } from '../text/plainUiText.ts';
import { ChangePreview } from './changePreview.ts';

/** Gives an agent another model, with the comparison shown and agreed to first, and takes it back. */
export class InsightChanges implements Disposable {
  readonly #model: SpendModel;
  readonly #preview = new ChangePreview();
  /** Done after a file has been written or put back. */
  readonly #written: () => void;
  #applying = false;

  constructor(model: SpendModel, written: () => void) {
    this.#model = model;
    this.#written = written;
  }

  /**
   * Shows the change, asks, and writes it; for an agent without a file, says which setting there is.
   * One at a time: who clicks twice is asked once.
   */
  async apply(id: string, action: AgentModel): Promise<void> {
    if (this.#applying) return;
    this.#applying = true;
    try {
      await this.#apply(id, action);
    } finally {
      this.#applying = false;
    }
  }

  async #apply(id: string, action: AgentModel): Promise<void> {
    const files = await this.filesOf(action.agent);
    if (files.length === 0) {
      if (isBuiltIn(action.agent)) await this.configure(action);
      else sayNoFile(action.agent);
      return;
    }
    if (!this.#mayWrite()) return;
    const chosen = await choose(action.agent, files);
    const change = chosen && prepare(action, chosen);
    if (change === undefined || !(await this.#agreed(change))) return;
    this.write(id, change);
  }

  /** Files that define an agent, in the projects sessions started in and the configuration folders. */
  filesOf(agent: string): Promise<AgentFile[]> {
    const projects = projectFolders(this.#model.reader?.projects() ?? []);
    return agentFiles(agent, projects, this.#model.readRoots());
  }

  /** Writes a change that was agreed to, unless the file is another one by now; says what came of it. */
  write(id: string, change: AgentChange): boolean {
    if (!this.#mayWrite() || isUnsaved(change.file)) return false;
    const { file, model } = change;
    try {
      if (!writeChange(this.#model.keptFolder, id, change, Date.now())) {
        inBackground(
          window.showWarningMessage(
            l10n.t(
              '{0} no longer matches the comparison, so nothing was written.',
              plainUiText(file),
            ),
          ),
        );
        return false;
      }
    } catch (error) {
      inBackground(window.showErrorMessage(plainUiText(errorText(error))));
      return false;
    }
    this.#written();
    const words = l10n.t(
      '{0} now has "model: {1}".',
      plainUiText(basename(file)),
      plainUiText(model),
    );
    inBackground(this.#offerUndo(id, file, words));
    return true;
  }

  /** Puts the file back, unless somebody has changed it since; says what came of it. */
  undo(id: string): boolean {
    if (!this.#mayWrite()) return false;
    try {
      const undone = undoChange(this.#model.keptFolder, id);
      if (undone === undefined) {
        inBackground(
          window.showInformationMessage(l10n.t('There is no change to undo for this insight.')),
        );
        return false;
      }
      const file = plainUiText(undone.file);
      inBackground(
        undone.done
          ? window.showInformationMessage(l10n.t('{0} has been restored.', file))
          : window.showWarningMessage(
              l10n.t('{0} has been changed since then, so it was not restored.', file),
            ),
      );
      if (undone.done) this.#written();
      return undone.done;
    } catch (error) {
      inBackground(window.showErrorMessage(plainUiText(errorText(error))));
      return false;
    }
  }

  /** Says which setting gives a built-in agent another model, and brings it near. */
  async configure({ agent, model }: AgentModel): Promise<void> {
    const copy = l10n.t('Copy Setting');
    const open = l10n.t('Open settings.json');
    const setting = `"env": { "CLAUDE_CODE_SUBAGENT_MODEL": ${JSON.stringify(model)} }`;
    const name = plainUiText(agent);
    const detail = [
      l10n.t('{0} is built into Claude Code, so no file of yours sets its model.', name),
      l10n.t(
        'In Claude Code’s settings.json, {0} holds for all subagents. To change {1} alone, define it yourself in .claude/agents/{1}.md with "model: {2}".',
        setting,
        name,
        plainUiText(model),
      ),
    ].join('\n\n');
    const settings = settingsFile(this.#model.readRoots());
    const picked = await window.showInformationMessage(
      l10n.t('Set the model of {0} by hand', name),
      { modal: true, detail },
      copy,
      ...(settings === undefined ? [] : [open]),
    );
    if (picked === copy) await env.clipboard.writeText(setting);
    if (picked === open && settings !== undefined) await window.showTextDocument(settings);
  }

  /** Shows the comparison and asks; it is closed again whatever the answer. */
  async #agreed(change: AgentChange): Promise<boolean> {
    if (isUnsaved(change.file)) return false;
    const close = await this.#preview.show(change);
    const { agent, model, modelNow, file } = change;
    const yes = l10n.t('Change Model');
    const name = plainUiText(agent);
    const question =
      modelNow === undefined
        ? l10n.t(
            'Set the model of {0} to {1} instead of using the session’s?',
            name,
            plainUiText(model),
          )
        : l10n.t(
            'Change the model of {0} from {2} to {1}?',
            name,
            plainUiText(model),
            plainUiText(modelNow),
          );
    const detail = [
      l10n.t('This changes {0} as the comparison shows.', plainUiText(file)),
      l10n.t(
        'Check whether {0} still does its work well. "Undo Change" restores the file.',
        plainUiText(model),
      ),
    ].join('\n\n');
    const picked = await window.showWarningMessage(question, { modal: true, detail }, yes);
    await close();
    return picked === yes;
  }

  async #offerUndo(id: string, file: string, words: string): Promise<void> {
    const undo = l10n.t('Undo');
    const open = l10n.t('Open File');
    const picked = await window.showInformationMessage(words, undo, open);
    if (picked === undo) this.undo(id);
    if (picked === open) await window.showTextDocument(Uri.file(file));
  }

  /** Whether files may be written at all: not in a workspace nobody trusts. The demo's are its own. */
  #mayWrite(): boolean {
    if (workspace.isTrusted || this.#model.spend.demo) return true;
    inBackground(askForTrust());
    return false;
  }

  dispose(): void {
    this.#preview.dispose();
  }
}

async function askForTrust(): Promise<void> {
  const manage = l10n.t('Manage Workspace Trust');
  const picked = await window.showWarningMessage(
    l10n.t('This workspace is not trusted, so Outlay changes no agent files from here.'),
    manage,
  );
  if (picked === manage) await commands.executeCommand('workbench.trust.manage');
}

function sayNoFile(agent: string): void {
  inBackground(
    window.showWarningMessage(
      l10n.t(
        'No file defines {0}: Outlay looked in .claude/agents of its projects and in agents of the configuration folders. Change an agent of a plugin in the plugin.',
        plainUiText(agent),
      ),
    ),
  );
}

async function choose(agent: string, files: readonly AgentFile[]): Promise<AgentFile | undefined> {
  if (files.length === 1) return files[0];
  const items = files.map((file) => ({
    label: plainUiText(basename(file.file)),
    description: plainUiText(file.file),
    file,
  }));
  const title = l10n.t(
    'Several files define {0}. Which one should be changed?',
    plainUiText(agent),
  );
  return (await window.showQuickPick(items, { title, matchOnDescription: true }))?.file;
}

/** The change to a file; says so where there is none to make. */
function prepare(action: AgentModel, chosen: AgentFile): AgentChange | undefined {
  const change = changeOf(action, chosen);
  const file = plainUiText(chosen.file);
  if (change === undefined) {
    inBackground(
      window.showWarningMessage(
        l10n.t('{0} has no front matter, so its model cannot be set there.', file),
      ),
    );
    return undefined;
  }
  if (change.after !== change.before) return change;
  inBackground(
    window.showInformationMessage(
      l10n.t('{0} already has "model: {1}".', file, plainUiText(action.model)),
    ),
  );
  return undefined;
}

/** An editor holds another text than the disk: writing would set the two against each other. */
function isUnsaved(file: string): boolean {
  const open = workspace.textDocuments.find(
    ({ uri, isDirty }) => isDirty && uri.scheme === 'file' && uri.fsPath === file,
  );
  if (open === undefined) return false;
  inBackground(
    window.showWarningMessage(
      l10n.t('{0} has unsaved changes. Save or revert them first.', plainUiText(file)),
    ),
  );
  return true;
}

/** Claude Code's own settings: the file there is, else the one it would read. */
function settingsFile(roots: readonly string[]): Uri | undefined {
  const files = roots.map((root) => join(root, 'settings.json'));
  const there = files.find((file) => existsSync(file));
  if (there !== undefined) return Uri.file(there);
  return files[0] === undefined ? undefined : Uri.file(files[0]).with({ scheme: 'untitled' });
}
