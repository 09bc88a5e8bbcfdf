/** What the launcher runs: the editor's own runtime, and the bundle of the terminal command. */
export interface LauncherTarget {
  readonly runtime: string;
  readonly bundle: string;
}

const notice = 'Written by Outlay whenever the editor starts; what you change here does not last.';
/** Said when an update or removal has taken away what the launcher ran. One sentence, with a remedy. */
const goneText =
  'outlay: the editor or its extension Outlay was updated or removed since this command was written; open the editor with Outlay once, and it is written anew.';
const goneCode = 3;

/** What follows `outlay guard` and is no hook: the terminal command's. */
const commandsOfGuard = ['', 'install', 'uninstall', 'status', 'help'];

/** A bundle beside the terminal command's, which starts several times as fast. */
function beside(bundle: string, name: string): string {
  return bundle.replace(/[^\\/]*$/, `${name}.cjs`);
}

/** The bundle that answers hooks. */
export function guardBundle(bundle: string): string {
  return beside(bundle, 'guard');
}

/** The launcher for every shell of Unix, and for those of Windows that are like them. */
export function shellScript({ runtime, bundle }: LauncherTarget): string {
  return `#!/bin/sh
# ${notice}
runtime=${shellQuoted(runtime)}
bundle=${shellQuoted(bundle)}
# Hooks of Claude Code are answered by a bundle of their own, which starts sooner.
if [ "$1" = guard ]; then
  case "$2" in
    ${commandsOfGuard.map((name) => `'${name}'`).join(' | ')} | -*) ;;
    *) bundle=${shellQuoted(guardBundle(bundle))} ;;
  esac
fi
if [ ! -x "$runtime" ] || [ ! -f "$bundle" ]; then
  printf '%s\\n' ${shellQuoted(goneText)} >&2
  exit ${goneCode}
fi
# Options meant for the programs of this terminal, such as a debugger's, are not meant for Outlay.
unset NODE_OPTIONS
case "$1 $2" in
  'statusline ' | 'statusline --chain')
    fast=${shellQuoted(beside(bundle, 'statusline'))}
    if [ -f "$fast" ]; then bundle=$fast; fi
    ;;
esac
ELECTRON_RUN_AS_NODE=1
export ELECTRON_RUN_AS_NODE
exec "$runtime" "$bundle" "$@"
`;
}

/** Inside single quotes nothing has a meaning but the quote itself. */
function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * The launcher for the shells of Windows. A path below the user's home is written by its variable:
 * command files are read in the code page of the console, where a name such as José may not exist.
 */
export function batchScript({ runtime, bundle }: LauncherTarget, home: string): string {
  const lines = [
    '@echo off',
    `rem ${notice}`,
    'setlocal DisableDelayedExpansion',
    `set "runtime=${batchQuoted(runtime, home)}"`,
    `set "bundle=${batchQuoted(bundle, home)}"`,
    'if not "%~1"=="guard" goto run',
    ...commandsOfGuard.map((name) => `if "%~2"=="${name}" goto run`),
    `set "bundle=${batchQuoted(guardBundle(bundle), home)}"`,
    ':run',
    'if not exist "%runtime%" goto gone',
    'if not exist "%bundle%" goto gone',
    'set "NODE_OPTIONS="',
    `set "fast=${batchQuoted(beside(bundle, 'statusline'), home)}"`,
    'if not "%~1"=="statusline" goto start',
    'if not "%~2"=="" if not "%~2"=="--chain" goto start',
    'if exist "%fast%" set "bundle=%fast%"',
    ':start',
    'set "ELECTRON_RUN_AS_NODE=1"',
    '"%runtime%" "%bundle%" %*',
    'exit /b %ERRORLEVEL%',
    ':gone',
    `echo ${goneText} 1>&2`,
    `exit /b ${goneCode}`,
  ];
  return `${lines.join('\r\n')}\r\n`;
}

/** Windows allows no quote in a path; the per cent sign is all that is left to escape. */
function batchQuoted(path: string, home: string): string {
  const inHome = home !== '' && path.toLowerCase().startsWith(`${home.toLowerCase()}\\`);
  const escaped = (inHome ? path.slice(home.length) : path).replaceAll('%', '%%');
  return inHome ? `%USERPROFILE%${escaped}` : escaped;
}

/** The launcher's files by name, as a platform needs them. */
export function launcherFiles(
  target: LauncherTarget,
  platform: NodeJS.Platform,
  home: string,
): ReadonlyMap<string, string> {
  const files = new Map([['outlay', shellScript(target)]]);
  if (platform === 'win32') files.set('outlay.cmd', batchScript(target, home));
  return files;
}

/** Every name a launcher's file may have, for whoever removes them. */
export const launcherNames = ['outlay', 'outlay.cmd'] as const;
