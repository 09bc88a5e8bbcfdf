import { statSync } from 'node:fs';
import { isAbsolute, join, resolve, win32 } from 'node:path';

/** How a program is started without a shell: what `spawn` is given. */
export interface ProgramCall {
  readonly file: string;
  readonly args: readonly string[];
  /** Windows: the arguments are quoted already. */
  readonly verbatim: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The call of a program by its name or path. On Windows `claude` may stand for a command file
 * (`claude.cmd`), which only `cmd.exe` can run: then each argument is quoted for it, so that it reaches the
 * program as it is.
 */
export function programCall(
  name: string,
  args: readonly string[],
  {
    platform = process.platform,
    env = process.env as Environment,
    isFile = isRegular,
  }: {
    readonly platform?: NodeJS.Platform;
    readonly env?: Environment;
    readonly isFile?: (path: string) => boolean;
  } = {},
): ProgramCall {
  if (platform !== 'win32') return { file: name, args, verbatim: false };
  const file = windowsFile(name, env, isFile) ?? name;
  if (!/\.(?:cmd|bat)$/i.test(file)) return { file, args, verbatim: false };
  const line = [quotedCommand(file), ...args.map(quotedForCommandFile)].join(' ');
  return {
    file: env.ComSpec ?? env.COMSPEC ?? 'cmd.exe',
    args: ['/d', '/s', '/v:off', '/c', `"${line}"`],
    verbatim: true,
  };
}

/** Where a name leads: its own folder, else the PATH, with the endings Windows tries. */
function windowsFile(
  name: string,
  env: Environment,
  isFile: (path: string) => boolean,
): string | undefined {
  const endings = ['', ...(env.PATHEXT ?? '.COM;.EXE;.BAT;.CMD').split(';')];
  const hasEnding = /\.[^.\\/]+$/.test(name);
  const tried = (path: string): string | undefined =>
    endings
      .slice(hasEnding ? 0 : 1)
      .map((ending) => path + ending.toLowerCase())
      .find(isFile);
  if (/[\\/]/.test(name)) return tried(process.platform === 'win32' ? resolve(name) : name);
  const path = env.PATH ?? env.Path ?? '';
  for (const folder of path.split(';')) {
    if (!isAbsolute(folder) && !win32.isAbsolute(folder)) continue;
    const found = tried(
      process.platform === 'win32' ? join(folder, name) : win32.join(folder, name),
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Characters that mean something to `cmd.exe`. */
const special = /[()\][%!^"`<>&|;, *?]/g;

function quotedCommand(file: string): string {
  return file.replace(special, '^$&');
}

/** An argument for a command file that passes it on: it is read by `cmd.exe` twice. */
function quotedForCommandFile(argument: string): string {
  const quoted = `"${argument.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\*)$/, '$1$1')}"`;
  return quoted.replace(special, '^$&').replace(special, '^$&');
}

function isRegular(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
