import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { hunkOf } from '../../analysis/insights/frontmatter.ts';
import { readClientReports } from '../../dataFolder/clientReports.ts';
import { dataFolder, homeFolder } from '../../dataFolder/paths.ts';
import { writeStatusLineFigures } from '../../dataFolder/statusLineFile.ts';
import { readStatusLine } from '../../statusline/figures.ts';
import {
  installChange,
  makeChange,
  type SettingsChange,
  uninstallChange,
} from '../../statusline/install.ts';
import { readInstall, settingsBackup } from '../../statusline/installRecord.ts';
import { main } from '../../statusline/main.ts';
import {
  giveLockBack,
  holdsLock,
  leaveLock,
  refreshLimitMs,
  takeLock,
} from '../../statusline/refresher.ts';
import { bringUpToDate, withContext } from '../support/answer.ts';
import { findEnvironment } from '../support/environment.ts';
import {
  type CommonOptions,
  formatOf,
  withCommonOptions,
  withStoreOptions,
} from '../support/options.ts';
import { sayAtLength, sayJson } from '../support/say.ts';

interface StatusLineOptions extends CommonOptions {
  readonly chain?: string | true;
  readonly fresh?: true;
  readonly refresh?: true;
}

interface InstallOptions extends CommonOptions {
  readonly yes?: true;
  /** False with `--no-chain`. */
  readonly chain: boolean;
}

const help = `
Claude Code starts it with its own JSON on standard input. It answers at once with the last figures, reads
them anew in the background, and always ends with 0.

Examples:
  outlay statusline install          shows what would change in Claude Code's settings.json
  outlay statusline install --yes    changes it; your present status line is shown above Outlay's
  outlay statusline uninstall --yes  puts back what was there`;

/** `outlay statusline` and what puts it into Claude Code. */
export function addStatusLine(program: Command): void {
  const group = program
    .command('statusline')
    .description('One line for Claude Code: session, day, budget, rate, cache, context.')
    .option(
      '--chain [command]',
      'run this command as well, or the one from before the installation',
    )
    .option('--fresh', 'read what is new before answering, instead of behind it')
    .addOption(new Option('--refresh', 'read the figures again and print nothing').hideHelp())
    .addHelpText('after', help);
  withStoreOptions(group).action(run);
  const install = group
    .command('install')
    .description("Show the change of Claude Code's settings.json; --yes makes it.")
    .option('--yes', 'write the file')
    .option('--no-chain', 'do not go on running the status line that is there');
  withCommonOptions(install).action(() => installIt(install.optsWithGlobals<InstallOptions>()));
  const uninstall = group
    .command('uninstall')
    .description('Show how the status line that was there comes back; --yes does it.')
    .option('--yes', 'write the file');
  withCommonOptions(uninstall).action(() => takeOut(uninstall.optsWithGlobals<InstallOptions>()));
}

async function run(options: StatusLineOptions): Promise<void> {
  if (options.refresh) {
    await refreshBehind(options);
    return;
  }
  const { chain } = options;
  const passed = chain === undefined ? [] : ['--chain', ...(chain === true ? [] : [chain])];
  const before = options.fresh ? () => refresh(options) : undefined;
  await main(passed, process.argv[1] ?? '', before);
}

/** In a process nobody waits for: it ends in time, says nothing and leaves no lock. */
async function refreshBehind(options: CommonOptions): Promise<void> {
  const folder = dataFolder();
  if (!holdsLock(folder) && !takeLock(folder)) return;
  const end = (isRead: boolean): never => {
    if (isRead) giveLockBack(folder);
    else leaveLock(folder);
    process.exit(0);
  };
  setTimeout(() => end(false), refreshLimitMs);
  end(
    await refresh(options).then(
      () => true,
      () => false,
    ),
  );
}

async function refresh(options: CommonOptions): Promise<void> {
  const environment = findEnvironment({ ...options, quiet: true });
  const { folder } = environment;
  const freshness = await bringUpToDate(environment);
  const reports = readClientReports(folder);
  const figures = withContext(environment, freshness, (context) =>
    readStatusLine(context, reports),
  );
  writeStatusLineFigures(folder, figures);
}

function installIt(options: InstallOptions): void {
  const folder = dataFolder();
  const file = settingsFile(options);
  const change = installChange(file, ownCommand(folder), { chain: options.chain, folder });
  if (change === undefined) {
    tell(options, [`${file} has Outlay's status line already.`], { file, written: false });
    return;
  }
  tellChange(options, change, folder, {
    ask: 'Nothing is written yet: "outlay statusline install --yes" writes it.',
    done: `Written: ${file}. Claude Code takes it up within seconds; "outlay statusline uninstall" takes it out again.`,
  });
}

function takeOut(options: InstallOptions): void {
  const folder = dataFolder();
  const change = uninstallChange(folder);
  if (change === undefined) {
    tell(options, ["Outlay's status line is not installed."], { written: false });
    return;
  }
  const { file, before, after } = change;
  if (before === after) {
    // Nothing of ours is left in it: what is remembered of it may go.
    makeChange(change, folder);
    const text = `${file} has another status line by now, or none: it is left as it is.`;
    tell(options, [text], { file, written: false });
    return;
  }
  tellChange(options, change, folder, {
    ask: 'Nothing is written yet: "outlay statusline uninstall --yes" writes it.',
    done: `Written: ${file} is as it was.`,
  });
}

function tellChange(
  options: InstallOptions,
  change: SettingsChange,
  folder: string,
  words: { readonly ask: string; readonly done: string },
): void {
  const { file, before, after, record } = change;
  const diff = [`--- ${file}`, `+++ ${file}`, ...hunkOf(before ?? '', after ?? '')];
  const chain = record?.chain;
  const kept = chain === undefined ? [] : [`Shown above it, as before: ${chain}`];
  if (options.yes) makeChange(change, folder);
  const backup =
    options.yes && record !== undefined && before !== undefined
      ? [`The file as it was: ${settingsBackup(folder)}.`]
      : [];
  const end = options.yes ? words.done : words.ask;
  const facts = { file, diff, chain: chain ?? null, written: options.yes === true };
  tell(options, [...diff, ...kept, end, ...backup], facts);
}

function tell(options: CommonOptions, lines: readonly string[], json: object): void {
  if (formatOf(options) === 'json') sayJson({ schemaVersion: 1, ...json });
  else sayAtLength(`${lines.join('\n')}\n`);
}

/** The user's own settings of Claude Code; never a workspace's. */
function settingsFile({ configDir }: CommonOptions): string {
  const installed = readInstall(dataFolder())?.file;
  const [named] = configDir ?? [];
  if (named === undefined && installed !== undefined) return installed;
  const [variable] = (process.env.CLAUDE_CONFIG_DIR ?? '').split(',');
  return join(named ?? (variable?.trim() || join(homeFolder(), '.claude')), 'settings.json');
}

/** How Claude Code is to start it: by the launcher, which survives updates, where there is one. */
function ownCommand(folder: string): string {
  const onWindows = process.platform === 'win32';
  const launcher = join(folder, 'bin', onWindows ? 'outlay.cmd' : 'outlay');
  const program = existsSync(launcher) ? [launcher] : [process.execPath, process.argv[1] ?? ''];
  return [...program.map((path) => quoted(path, onWindows)), 'statusline'].join(' ');
}

/** A path for a shell. On Windows it is another one each time: slashes work in all of them. */
function quoted(path: string, onWindows: boolean): string {
  if (onWindows) return `"${path.replaceAll('\\', '/')}"`;
  return /^[\w/.@%+:,-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
