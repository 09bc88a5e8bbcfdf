import { basename } from 'node:path';
import {
  commands,
  type Disposable,
  TabInputTextDiff,
  type TextDocumentContentProvider,
  Uri,
  window,
  workspace,
} from 'vscode';
import type { AgentChange } from '../../insights/agentChange.ts';
import { plainUiText } from '../text/plainUiText.ts';

const scheme = 'outlay-change';

/** Shows a file beside what it would be, in the editor's own comparison. Nothing there can be saved. */
export class ChangePreview implements TextDocumentContentProvider, Disposable {
  readonly #registration = workspace.registerTextDocumentContentProvider(scheme, this);
  readonly #contents = new Map<string, string>();
  /** Each comparison is a document of its own: an open one keeps what it was shown. */
  #shown = 0;

  provideTextDocumentContent(uri: Uri): string {
    return this.#contents.get(uri.toString()) ?? '';
  }

  /** Opens the comparison; answers with what closes it again. */
  async show({ file, modelNow, model, after }: AgentChange): Promise<() => Promise<void>> {
    this.#shown += 1;
    const name = basename(file);
    const uri = Uri.from({ scheme, path: `/${name}`, query: String(this.#shown) });
    this.#contents.set(uri.toString(), after);
    const title = `${plainUiText(name)}: ${plainUiText(modelNow ?? '–')} → ${plainUiText(model)}`;
    await commands.executeCommand('vscode.diff', Uri.file(file), uri, title, { preview: true });
    return async () => {
      this.#contents.delete(uri.toString());
      const tabs = window.tabGroups.all
        .flatMap((group) => group.tabs)
        .filter(
          ({ input }) =>
            input instanceof TabInputTextDiff && input.modified.toString() === uri.toString(),
        );
      await window.tabGroups.close(tabs);
    };
  }

  dispose(): void {
    this.#registration.dispose();
    this.#contents.clear();
  }
}
