import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import {
  type Disposable,
  EventEmitter,
  l10n,
  Selection,
  type TextDocumentContentProvider,
  TextEditorRevealType,
  Uri,
  window,
  workspace,
} from 'vscode';
import type { AgentLog, RecordLocation } from '../../agents/agentLog.ts';

const scheme = 'outlay-transcript';

/** VS Code does not hand larger files to extensions, and is slow with them. */
const largestFile = 50 * 1024 * 1024;

/** A longer line is neither coloured nor shown in full by an editor. */
const longestLine = 20_000;

/**
 * Opens transcripts at a record: as the file itself where an editor can show it, else as a trimmed
 * read-only excerpt.
 */
export class TranscriptDocuments implements TextDocumentContentProvider, Disposable {
  readonly #changed = new EventEmitter<Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #registration = workspace.registerTextDocumentContentProvider(scheme, this);
  readonly #contents = new Map<string, string>();

  provideTextDocumentContent(uri: Uri): string {
    return (
      this.#contents.get(uri.path) ??
      l10n.t('This excerpt belonged to another window. Open it again from Outlay.')
    );
  }

  /** Opens a transcript of an agent, at a record when one is given. The file has to be there. */
  async open(log: AgentLog, path: string, place: RecordLocation | undefined): Promise<void> {
    const { size } = await stat(path);
    if (size > largestFile || (place !== undefined && place.length > longestLine)) {
      await this.#openExcerpt(log, path, place ?? { line: -1, offset: size, length: 0 });
      return;
    }
    await showAt(Uri.file(path), place?.line);
  }

  async #openExcerpt(log: AgentLog, path: string, place: RecordLocation): Promise<void> {
    const { lines, wanted } = await log.readExcerpt(path, place.offset);
    const head = [
      l10n.t('Excerpt of {0}', path),
      place.line < 0
        ? l10n.t(
            'The file is too large for the editor. These are its last lines; long ones are cut.',
          )
        : l10n.t('Line {0} and the lines around it; long ones are cut.', String(place.line + 1)),
      '',
    ];
    const text = lines.map(({ text: line, cut }) =>
      cut === 0 ? line : `${line} … ${l10n.t('({0} more bytes)', String(cut))}`,
    );
    const where = place.line < 0 ? '' : ` ${place.line + 1}`;
    const uri = Uri.from({ scheme, path: `/${basename(path)}${where}` });
    this.#contents.set(uri.path, [...head, ...text].join('\n'));
    this.#changed.fire(uri);
    await showAt(uri, head.length + Math.min(wanted, text.length - 1));
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
    this.#contents.clear();
  }
}

async function showAt(uri: Uri, line: number | undefined): Promise<void> {
  const document = await workspace.openTextDocument(uri);
  const at = line ?? Math.max(0, document.lineCount - 1);
  const selection = new Selection(at, 0, at, 0);
  const editor = await window.showTextDocument(document, { preview: true, selection });
  editor.revealRange(selection, TextEditorRevealType.InCenter);
}
