import {
  commands,
  type Disposable,
  EventEmitter,
  type TextDocumentContentProvider,
  Uri,
  ViewColumn,
  type WebviewPanel,
  window,
  workspace,
} from 'vscode';
import { documentCommands } from './documentCommands.ts';
import { type DocumentLink, documentHtml } from './documentHtml.ts';

const scheme = 'outlay';
const viewType = 'outlay.document';

/** Documents to read: nothing to save, no scripts, and shown again under the same tab. */
export class ReportDocuments implements TextDocumentContentProvider, Disposable {
  readonly #changed = new EventEmitter<Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #registration = workspace.registerTextDocumentContentProvider(scheme, this);
  readonly #contents = new Map<string, string>();
  readonly #panels = new Map<string, WebviewPanel>();
  readonly #media: Uri;

  constructor(extension: Uri) {
    this.#media = Uri.joinPath(extension, 'media');
  }

  /** The Markdown a document was made of. */
  provideTextDocumentContent(uri: Uri): string {
    return this.#contents.get(uri.path) ?? '';
  }

  /** Shows Markdown, rendered, below its links. The name is the tab's title. */
  async show(name: string, markdown: string, links: readonly DocumentLink[] = []): Promise<void> {
    const uri = Uri.from({ scheme, path: `/${name}.md` });
    this.#contents.set(uri.path, markdown);
    this.#changed.fire(uri);
    let body: string;
    try {
      body = await commands.executeCommand<string>('markdown.api.render', markdown);
    } catch {
      // Who has switched off VS Code's Markdown reads it as it is written.
      await window.showTextDocument(uri);
      return;
    }
    const panel = this.#panel(name);
    const style = Uri.joinPath(this.#media, 'document.css');
    panel.webview.html = documentHtml(panel.webview, style, { title: name, body, links });
    panel.reveal();
  }

  #panel(name: string): WebviewPanel {
    const open = this.#panels.get(name);
    if (open !== undefined) return open;
    const panel = window.createWebviewPanel(viewType, name, ViewColumn.Active, {
      enableScripts: false,
      enableFindWidget: true,
      enableCommandUris: [...documentCommands],
      localResourceRoots: [this.#media],
    });
    const icon = (theme: string): Uri => Uri.joinPath(this.#media, `glyph-${theme}.svg`);
    panel.iconPath = { light: icon('light'), dark: icon('dark') };
    this.#panels.set(name, panel);
    panel.onDidDispose(() => this.#panels.delete(name));
    return panel;
  }

  dispose(): void {
    for (const panel of [...this.#panels.values()]) panel.dispose();
    this.#registration.dispose();
    this.#changed.dispose();
  }
}
