import { existsSync } from 'node:fs';
import { basename, isAbsolute, join } from 'node:path';
import { realPath } from '../../platform/realPath.ts';
import type { DefaultRoots, Discovery, LogFile, Machine, Root, RootSource } from '../agentLog.ts';
import { databaseAt } from '../database.ts';
import { addFile } from '../folders.ts';

/** The database VS Code's chat writes its spans to, where `github.copilot.chat.otel.dbSpanExporter.enabled` is on. */
const databaseName = 'agent-traces.db';

/** The folder of Copilot's extension below `User/globalStorage`: profiles share it. */
const extensionFolder = 'github.copilot-chat';

/** What builds of VS Code call their folder of user data. */
const editors = ['Code', 'Code - Insiders', 'VSCodium', 'VSCodium - Insiders', 'Code - OSS'];

/** Data folders of VS Code's server, to which windows of other machines connect. */
const servers = ['.vscode-server', '.vscode-server-insiders', '.vscodium-server', '.vscode-remote'];

/** Copilot's folder in the user data of every VS Code there may be: on macOS, Windows and Linux, and of its servers. */
export function defaultRoots({ env, home }: Machine): DefaultRoots {
  const folders = [
    join(home, 'Library', 'Application Support'),
    named(env.APPDATA) ?? join(home, 'AppData', 'Roaming'),
    named(env.XDG_CONFIG_HOME) ?? join(home, '.config'),
    named(env.VSCODE_APPDATA),
  ].filter((folder) => folder !== undefined);
  const portable = named(env.VSCODE_PORTABLE);
  const agent = named(env.VSCODE_AGENT_FOLDER);
  const data = [
    ...(portable === undefined ? [] : [join(portable, 'user-data')]),
    ...folders.flatMap((folder) => editors.map((editor) => join(folder, editor))),
    ...(agent === undefined ? [] : [join(agent, 'data')]),
    ...servers.map((server) => join(home, server, 'data')),
  ];
  const paths = data.map((folder) => join(folder, 'User', 'globalStorage', extensionFolder));
  return { paths, source: 'default' };
}

function named(folder: string | undefined): string | undefined {
  return folder !== undefined && isAbsolute(folder) ? folder : undefined;
}

export function recognizes(directory: string): boolean {
  return basename(directory) === extensionFolder || existsSync(join(directory, databaseName));
}

/** A root that is not there while no traces are written. */
export function rootAt(directory: string, source: RootSource): Root {
  const path = realPath(directory);
  const exists = existsSync(join(path, databaseName));
  return { agent: 'copilot-traces', path, logFolder: path, source, exists };
}

export function discover({ logFolder }: Pick<Root, 'logFolder'>): Discovery {
  const found: Discovery = { files: [], metaFiles: [], unreadable: [] };
  addFile(found, join(logFolder, databaseName), databaseAt);
  return found;
}

export function fileAt(path: string): LogFile | undefined {
  return databaseAt(path);
}

export function kindOf(path: string): 'transcript' | 'part' | undefined {
  if (basename(path) === databaseName) return 'transcript';
  return basename(path) === `${databaseName}-wal` ? 'part' : undefined;
}
