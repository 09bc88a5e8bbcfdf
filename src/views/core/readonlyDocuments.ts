import {
  commands,
  type Disposable,
  EventEmitter,
  type TextDocumentContentProvider,
  Uri,
  workspace,
} from 'vscode';

const scheme = 'outlay';

/** Reports as read-only documents: nothing to save, and shown again under the same tab. */
export class ReportDocuments implements TextDocumentContentProvider, Disposable {
  readonly #changed = new EventEmitter<Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #registration = workspace.registerTextDocumentContentProvider(scheme, this);
  readonly #contents = new Map<string, string>();

  provideTextDocumentContent(uri: Uri): string {
    return this.#contents.get(uri.path) ?? '';
  }

  /** Shows Markdown, rendered. The name is the tab's title. */
  async show(name: string, markdown: string): Promise<void> {
    const uri = Uri.from({ scheme, path: `/${name}.md` });
    this.#contents.set(uri.path, markdown);
    this.#changed.fire(uri);
    await commands.executeCommand('markdown.showPreview', uri);
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
  }
}
