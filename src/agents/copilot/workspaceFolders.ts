import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readRegular } from '../../platform/regularFile.ts';
import { entriesIn } from '../folders.ts';
import { parseObject, text } from '../json.ts';

/** Where VS Code and Copilot's extension keep a file or folder for each session of a workspace, named by its id. */
const sessionFolders = [
  'chatSessions',
  join('GitHub.copilot-chat', 'transcripts'),
  join('GitHub.copilot-chat', 'debug-logs'),
];

/** A workspace's description says little more than where it is. */
const largestDescription = 64 * 1024;

/** Workspaces that are looked through. */
const mostWorkspaces = 2_000;

/** Between two looks at all workspaces, while sessions are missing. */
const restMs = 5_000;

/**
 * Which folder a chat session was in. No span says it; but below `User/workspaceStorage` each workspace has a
 * folder that names it, and in it its sessions. Read again where a session is missing.
 */
export class WorkspaceFolders {
  readonly #storage: string;
  #storages = new Map<string, string>();
  readonly #folders = new Map<string, string>();
  #lookedAt = Number.NEGATIVE_INFINITY;

  /** @param user the folder `User` of an editor's data */
  constructor(user: string) {
    this.#storage = join(user, 'workspaceStorage');
  }

  /** The folder of a session's workspace; '' where it is not known, as for one without a folder. */
  folderOf(session: string): string {
    if (!this.#storages.has(session) && Date.now() - this.#lookedAt >= restMs) this.#look();
    const storage = this.#storages.get(session);
    if (storage === undefined) return '';
    const known = this.#folders.get(storage) ?? folderOfWorkspace(storage);
    this.#folders.set(storage, known);
    return known;
  }

  #look(): void {
    const found = new Map<string, string>();
    const workspaces = entriesIn(this.#storage).filter((entry) => entry.isDirectory());
    for (const { name } of workspaces.slice(0, mostWorkspaces)) {
      const storage = join(this.#storage, name);
      for (const folder of sessionFolders) {
        for (const entry of entriesIn(join(storage, folder))) {
          found.set(basename(entry.name, extname(entry.name)), storage);
        }
      }
    }
    this.#storages = found;
    this.#lookedAt = Date.now();
  }
}

/** The folder a workspace is of; of one with several, the folder its own file stands in. */
function folderOfWorkspace(storage: string): string {
  try {
    const read = readRegular(join(storage, 'workspace.json'), largestDescription);
    const { folder, workspace } = parseObject(read.toString()) ?? {};
    if (text(folder) !== '') return localPath(text(folder));
    const file = localPath(text(workspace));
    return file === '' ? '' : dirname(file);
  } catch {
    return '';
  }
}

/** A path of Windows, whoever reads it: VS Code writes the drive small. */
const onDrive = /^file:\/\/\/[a-z](?::|%3a)/i;

/** The path of a file's URI; '' for one of another host. */
function localPath(uri: string): string {
  if (!uri.startsWith('file:')) return '';
  try {
    const windows = process.platform === 'win32' || onDrive.test(uri);
    return fileURLToPath(uri, { windows }).replace(/^[a-z]:/, (drive) => drive.toUpperCase());
  } catch {
    return '';
  }
}
