import { existsSync, statSync } from 'node:fs';
import { commands, env, l10n, type QuickPickItem, Uri, window, workspace } from 'vscode';
import type { AgentLog, LogLocation, RecordLocation } from '../../agents/agentLog.ts';
import { agentLog, knownRoot } from '../../agents/registry.ts';
import { memoize } from '../../model/memoize.ts';
import { hostOf } from '../../model/records.ts';
import type { PanelTextPart } from '../../protocol/session.ts';
import { projectPath } from '../../query/projects.ts';
import { sessionFiles } from '../../store/query/sessionList.ts';
import type { SessionSummary } from '../../store/query/storeReader.ts';
import { plainLines } from '../../text/plainText.ts';
import { inBackground } from '../core/background.ts';
import type { SpendModel } from '../core/spendModel.ts';
import type { OutlinedFile } from '../sessionPanel/outlines.ts';
import type { PanelActions, SessionPanels } from '../sessionPanel/sessionPanel.ts';
import { formatOf } from '../text/format.ts';
import { oneLine, projectName, titleText } from '../text/names.ts';
import { plainUiText } from '../text/plainUiText.ts';
import type { TranscriptDocuments } from './transcriptDocuments.ts';

/** Sessions offered when a command is started without one. */
const offered = 200;

/** A transcript that is on disk, with whose it is. */
interface Transcript extends LogLocation {
  readonly path: string;
  readonly log: AgentLog;
}

/**
 * What can be done with a session. Each action takes what its caller has: an item of the tree, an
 * id, or nothing, and then asks.
 */
export class SessionActions implements PanelActions {
  readonly #model: SpendModel;
  readonly #panels: SessionPanels;
  readonly #transcripts: TranscriptDocuments;

  constructor(model: SpendModel, panels: SessionPanels, transcripts: TranscriptDocuments) {
    this.#model = model;
    this.#panels = panels;
    this.#transcripts = transcripts;
    panels.actions = this;
  }

  /** Opens the session's panel, at a message where the id of one is given. */
  async open(item: unknown, messageId?: unknown): Promise<void> {
    const session = await this.#session(item);
    if (session === undefined) return;
    const at = typeof messageId === 'string' && messageId !== '' ? messageId : undefined;
    this.#panels.open(session.sid, titleText(session), at);
  }

  /** Opens the session's transcript at its end. */
  async openTranscript(item: unknown): Promise<void> {
    const session = await this.#session(item, l10n.t('Open a transcript'));
    if (session === undefined) return;
    const files = this.#transcriptsOf(session.sid);
    const own = files.find(({ sessionId, agentId }) => sessionId === session.sid && agentId === '');
    const shared = files.find(({ sessionId }) => sessionId === '');
    if (own !== undefined && isFile(own.path)) await this.#show(own, undefined);
    else if (own !== undefined || shared !== undefined) sayKeptIn((own ?? shared)!.path);
    else sayGone(session);
  }

  /** Opens the transcript at the line a message was counted from. */
  async openMessage(sid: string, messageId: string, agentId: string): Promise<void> {
    const session = this.#model.reader?.sessionById(sid);
    if (session === undefined) return;
    for (const transcript of this.#ownFirst(sid, agentId)) {
      const place = await transcript.log.findRecord(transcript.path, { messageId });
      if (place === undefined) continue;
      await this.#show(transcript, place);
      return;
    }
    sayGone(session);
  }

  /** Transcripts of a session a panel may read words of; none where no words are to be kept or shown. */
  outlinedFiles(sid: string): readonly OutlinedFile[] {
    return this.#model.spend.settings.storeTitles ? this.#transcriptsOf(sid) : [];
  }

  /** Reads what a message says from the transcript it stands in. */
  async readText(
    sid: string,
    messageId: string,
    agentId: string,
  ): Promise<PanelTextPart[] | undefined> {
    for (const { log, path } of this.#ownFirst(sid, agentId)) {
      // A file may vanish between the look for it and the reading.
      const parts = await log.readMessageText(path, { messageId }).catch(() => undefined);
      if (parts === undefined) continue;
      return parts.map((part) => ({
        ...part,
        name: oneLine(part.name, 60),
        text: plainLines(part.text),
      }));
    }
    return undefined;
  }

  async copyId(item: unknown): Promise<void> {
    const session = await this.#session(item);
    if (session !== undefined) await env.clipboard.writeText(session.sid);
  }

  async copyResumeCommand(item: unknown): Promise<void> {
    const session = await this.#session(item);
    const command = session && (await resumeCommand(session));
    if (command !== undefined) await env.clipboard.writeText(command);
  }

  /** Goes on with the session in a terminal of the folder it was started in. */
  async resumeInTerminal(item: unknown): Promise<void> {
    const session = await this.#session(item);
    const command = session && (await resumeCommand(session));
    if (session === undefined || command === undefined) return;
    const { cwd, root } = session;
    if (!existsSync(cwd)) {
      inBackground(
        window.showWarningMessage(
          l10n.t('The folder of this session no longer exists: {0}', plainUiText(cwd)),
        ),
      );
      return;
    }
    const { homeVariable: variable } = agentLog(knownRoot(root));
    const source = this.#model.spend.roots.find(({ path }) => path === root)?.source;
    const terminal = window.createTerminal({
      name: command.replace(/ \S+$/, ''),
      cwd,
      // It looks for the session in its own configuration folder.
      ...(variable !== undefined &&
        source !== undefined &&
        source !== 'default' && { env: { [variable]: root } }),
    });
    terminal.show();
    terminal.sendText(command);
  }

  /** Shows the session's project: in this window's explorer, else as a folder. */
  async revealProject(item: unknown): Promise<void> {
    const session = await this.#session(item);
    if (session === undefined) return;
    const path = [session.cwd, session.gitRoot].find((folder) => folder && existsSync(folder));
    if (path === undefined || path === null) {
      const gone = plainUiText(projectPath(session));
      inBackground(
        window.showWarningMessage(l10n.t('The project’s folder no longer exists: {0}', gone)),
      );
      return;
    }
    const uri = Uri.file(path);
    if (workspace.getWorkspaceFolder(uri) !== undefined) {
      await commands.executeCommand('revealInExplorer', uri);
      return;
    }
    const open = l10n.t('Open in New Window');
    const answer = await window.showInformationMessage(
      l10n.t('{0} is not in this window.', plainUiText(path)),
      open,
    );
    if (answer === open) {
      await commands.executeCommand('vscode.openFolder', uri, { forceNewWindow: true });
    }
  }

  /** Transcripts of a session that are still on disk. */
  #transcriptsOf(sid: string): Transcript[] {
    const { reader } = this.#model;
    if (reader === undefined) return [];
    const rootOf = memoize(knownRoot);
    const named = sessionFiles(reader.db, sid);
    const names = new Set(named.map(({ path }) => path));
    const own = reader.sessionById(sid)?.root;
    const placed = ({ path, root: directory }: { path: string; root: string }): Transcript => {
      const root = rootOf(directory);
      const log = agentLog(root);
      return { ...log.locationOf(root, path), path, log };
    };
    // Other agents call their files otherwise; a database holds many sessions, whose names it does not bear.
    const others = reader
      .transcripts()
      .filter(({ path, root }) => root === own && !names.has(path))
      .map(placed)
      .filter(({ sessionId }) => sessionId === '' || sessionId === sid);
    return [...named.map(placed), ...others].filter(({ path }) => existsSync(path));
  }

  /** The same, the agent's own file first: copies of its messages may stand in others. */
  #ownFirst(sid: string, agentId: string): Transcript[] {
    const other = (file: Transcript): number => Number(file.agentId !== agentId);
    return this.#transcriptsOf(sid).sort((a, b) => other(a) - other(b));
  }

  async #show({ log, path }: Transcript, place: RecordLocation | undefined): Promise<void> {
    try {
      await this.#transcripts.open(log, path, place);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      inBackground(
        window.showErrorMessage(
          l10n.t(
            'The transcript {0} cannot be opened: {1}',
            plainUiText(path),
            plainUiText(reason),
          ),
        ),
      );
    }
  }

  /** The session an argument stands for; without one it is asked for. */
  async #session(
    item: unknown,
    title = l10n.t('Open a session'),
  ): Promise<SessionSummary | undefined> {
    const { reader } = this.#model;
    const sid = idOf(item);
    if (sid !== undefined) return reader?.sessionById(sid);
    return this.#pick(reader?.sessions(offered) ?? [], title);
  }

  async #pick(
    sessions: readonly SessionSummary[],
    title: string,
  ): Promise<SessionSummary | undefined> {
    if (sessions.length === 0) {
      inBackground(window.showInformationMessage(l10n.t('There are no sessions yet.')));
      return undefined;
    }
    const format = formatOf(this.#model.spend.settings);
    const now = Date.now();
    const own = this.#model.spend.overview?.session?.summary.sid;
    const items = sessions.map((session): QuickPickItem & { session: SessionSummary } => {
      const money = format.money(session.nano + session.background, session.endedAt);
      const age = format.age(now - session.endedAt);
      return {
        session,
        label: plainUiText(titleText(session)),
        description: [money, age, plainUiText(projectName(projectPath(session)))].join(' · '),
      };
    });
    // This window's session is the one most often meant.
    items.sort((a, b) => Number(b.session.sid === own) - Number(a.session.sid === own));
    const picked = await window.showQuickPick(items, {
      title,
      placeHolder: l10n.t('Title or project'),
      matchOnDescription: true,
    });
    return picked?.session;
  }
}

/** Fire and forget. */
function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** A database or a folder of small files is nothing an editor shows. */
function sayKeptIn(path: string): void {
  inBackground(
    window.showInformationMessage(
      l10n.t(
        'This session is no file of its own: it is kept in {0}. The session panel opens each message’s record.',
        plainUiText(path),
      ),
    ),
  );
}

function sayGone(session: SessionSummary): void {
  inBackground(
    window.showInformationMessage(
      l10n.t(
        'The transcript of "{0}" no longer exists: Claude Code deletes transcripts after 30 days by default. Its figures are kept.',
        plainUiText(titleText(session)),
      ),
    ),
  );
}

function idOf(item: unknown): string | undefined {
  if (typeof item === 'string') return item;
  const sid = (item as { readonly sid?: unknown } | undefined)?.sid;
  return typeof sid === 'string' ? sid : undefined;
}

/**
 * The command that goes on with a session. An id comes from a file's content: one that is more than
 * letters, digits and dashes never reaches a shell.
 */
async function resumeCommand(
  session: Pick<SessionSummary, 'sid' | 'root'>,
): Promise<string | undefined> {
  const { sid, root } = session;
  if (/^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/.test(sid)) {
    const command = agentLog(knownRoot(root)).resumeCommand(sid);
    if (command !== undefined) return command;
    await window.showErrorMessage(
      l10n.t('These are calls of a program, not a conversation: there is nothing to resume.'),
    );
    return undefined;
  }
  const host = hostOf(sid);
  if (host !== '') {
    await window.showInformationMessage(
      l10n.t('This session is of {0}: it is resumed there.', plainUiText(host)),
    );
    return undefined;
  }
  await window.showErrorMessage(
    l10n.t('This session’s ID is not one that Claude Code assigns, so it cannot be resumed.'),
  );
  return undefined;
}
