import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import {
  lacksServer,
  readPlace,
  readServerNote,
  type ServerPlace,
} from '../../dataFolder/guardServer.ts';
import { writeLauncher } from '../../dataFolder/launcherFiles.ts';
import { launcherFiles } from '../../dataFolder/launcherScript.ts';
import { guardEvents } from '../../guard/hookInput.ts';
import { answersHealth } from '../../guard/http/callServer.ts';
import {
  type GuardPlaces,
  installedAt,
  launcherPath,
  obstaclesOf,
  sessionGuards,
  unguardedText,
} from '../../guard/install/guardStatus.ts';
import type { InstallWishes } from '../../guard/install/hookEntries.ts';
import {
  carryOutInstall,
  carryOutUninstall,
  type InstallScope,
  planInstall,
  planUninstall,
  type SettingsChange,
  serverFor,
  settingsFile,
} from '../../guard/install/installFiles.ts';
import { lineDiff } from '../../guard/install/lineDiff.ts';
import { runGuard } from '../../guard/main.ts';
import { localTime } from '../../model/calendar.ts';
import { HumanError } from '../../model/errors.ts';
import { homePath } from '../../query/context.ts';
import type { GuardTransport } from '../../settings/guardSettings.ts';
import { plainText } from '../../text/plainText.ts';
import { bringUpToDate, print, withContext } from '../support/answer.ts';
import { now } from '../support/clock.ts';
import { type Environment, findEnvironment } from '../support/environment.ts';
import { type CommonOptions, formatOf, withCommonOptions } from '../support/options.ts';
import { sayAtLength } from '../support/say.ts';

interface ScopeOptions extends CommonOptions {
  readonly user?: true;
  readonly project?: true;
  readonly local?: true;
  readonly yes?: true;
  readonly transport?: GuardTransport;
}

const examples = `
Examples:
  outlay guard install          the change to ~/.claude/settings.json, shown
  outlay guard install --yes    the same, made
  outlay guard status           where it is installed, and which sessions it saw
  outlay guard uninstall --yes  takes it out again`;

/** `outlay guard install|uninstall|status`, and `outlay guard EVENT`, which Claude Code starts. */
export function addGuard(program: Command): void {
  const guard = program
    .command('guard')
    .description("Let budgets act: hooks in Claude Code's settings that ask, refuse or stop.")
    .argument('[event]', 'answer a hook of Claude Code, whose input stands on standard input')
    .option('--strict', 'refuse what cannot be judged (of an event)')
    // Whatever it is given for an event it does not know, a hook is not to fail.
    .allowUnknownOption()
    .allowExcessArguments()
    .addHelpText('after', examples)
    .action((event: string | undefined, options: { strict?: true }) => {
      if (event === undefined) guard.help();
      else runGuard([event, ...(options.strict ? ['--strict'] : [])]);
    });
  const install = withScope(guard.command('install'))
    .description('Show the change that installs the guard; --yes makes it.')
    .addOption(
      new Option(
        '--transport <how>',
        'how single calls of tools are asked about (setting outlay.guard.transport)',
      ).choices(['process', 'http']),
    )
    .option('--yes', 'write the settings');
  withCommonOptions(install).action(() => change(true, install.optsWithGlobals<ScopeOptions>()));
  const uninstall = withScope(guard.command('uninstall'))
    .description('Show the change that takes the guard out again; --yes makes it.')
    .option('--yes', 'write the settings');
  withCommonOptions(uninstall).action(() =>
    change(false, uninstall.optsWithGlobals<ScopeOptions>()),
  );
  const status = guard
    .command('status')
    .description('Where the guard is installed, and which sessions it has seen.');
  withCommonOptions(status).action(() => tellStatus(status.optsWithGlobals<CommonOptions>()));
}

function withScope(command: Command): Command {
  return command
    .option('--user', "in the user's settings, for all projects (default)")
    .option('--project', 'in .claude/settings.json of this folder, which others may share')
    .option('--local', 'in .claude/settings.local.json of this folder');
}

function scopeOf(options: ScopeOptions): InstallScope {
  const chosen = (['user', 'project', 'local'] as const).filter((name) => options[name]);
  if (chosen.length > 1) {
    throw new HumanError(
      'usage',
      `Choose one of ${chosen.map((name) => `--${name}`).join(' and ')}.`,
    );
  }
  return chosen[0] ?? 'user';
}

function placesOf({ folder, roots }: Environment): GuardPlaces {
  const root = roots.find(({ agent }) => agent === 'claude') ?? roots[0]!;
  return {
    configDir: root.path,
    project: process.cwd(),
    dataFolder: folder,
    platform: process.platform,
    env: process.env,
  };
}

async function change(installs: boolean, options: ScopeOptions): Promise<void> {
  const environment = findEnvironment(options);
  const places = placesOf(environment);
  const scope = scopeOf(options);
  const file = settingsFile(scope, places);
  const { guardStrict: strict, guardMaxHops: maxHops, guardTransport } = environment.settings;
  const transport = options.transport ?? guardTransport;
  const launcher = launcherPath(places.dataFolder, places.platform);
  const server = installs ? serverFor(transport, scope, places.dataFolder) : undefined;
  const wishes: InstallWishes = { launcher, platform: places.platform, strict, maxHops, server };
  const planned = installs ? planInstall(file, wishes) : planUninstall(file, places.dataFolder);
  const obstacles = installs ? obstaclesOf(places, server !== undefined) : [];
  if (obstacles.length > 0) {
    throw new HumanError(
      'config',
      `The guard would not run, so it is not installed. ${obstacles.join(' ')}`,
    );
  }
  const same = planned.before === planned.after;
  const writes = options.yes === true && !same;
  if (writes) {
    if (installs) {
      await ensureLauncher(places);
      carryOutInstall(planned, places.dataFolder, wishes, now());
    } else carryOutUninstall(planned, places.dataFolder);
  }
  tellChange(environment, scope, planned, { installs, written: writes, server });
}

/** The editor writes it; without an editor this is the first to need it. */
async function ensureLauncher({ dataFolder, platform }: GuardPlaces): Promise<void> {
  if (existsSync(launcherPath(dataFolder, platform))) return;
  const bundle = import.meta.filename;
  const files = launcherFiles({ runtime: process.execPath, bundle }, platform, homedir());
  await writeLauncher(join(dataFolder, 'bin'), files);
}

function tellChange(
  environment: Environment,
  scope: InstallScope,
  { file, before, after }: SettingsChange,
  {
    installs,
    written,
    server,
  }: {
    readonly installs: boolean;
    readonly written: boolean;
    readonly server: ServerPlace | undefined;
  },
): void {
  const shown = plainText(file);
  const token = server?.token ?? readPlace(environment.folder)?.token;
  const diff = lineDiff(before ?? '', after ?? '').map((line) =>
    // A terminal keeps what it has shown.
    token === undefined ? line : line.replaceAll(token, '…'),
  );
  if (before !== after && formatOf(environment.options) === 'table') {
    // As it stands in the file, indentation included: sentences have none.
    const head = [`--- ${shown}`, `+++ ${after === undefined ? '(removed)' : shown}`];
    sayAtLength([...head, ...diff, '', ''].join('\n'));
  }
  const sentences =
    before === after
      ? [installs ? `The guard is installed in ${shown}.` : `The guard is not in ${shown}.`]
      : [
          written
            ? `${installs ? 'Installed' : 'Taken out'}. Sessions that run take it up within seconds.`
            : 'Nothing is written yet: --yes writes it.',
        ];
  const json = { schemaVersion: 1, scope, file, installed: installs, diff, written };
  print(environment, {
    title: 'Guard',
    sentences,
    tables: [],
    notes: environment.problems,
    json: { ...json, notes: environment.problems },
  });
}

async function tellStatus(options: CommonOptions): Promise<void> {
  const environment = findEnvironment(options);
  const places = placesOf(environment);
  const freshness = await bringUpToDate(environment);
  const installed = installedAt(places, guardEvents.length);
  const http = installed.some((each) => each.http);
  const obstacles = obstaclesOf(places, http);
  const server = http ? await serverState(places.dataFolder) : undefined;
  const document = withContext(environment, freshness, (context) => {
    const anywhere = installed.some((each) => each.installed);
    const sessions = sessionGuards(context.db, places, anywhere, context.now);
    const open = sessions.filter(({ guarded }) => !guarded);
    const where = installed.filter((each) => each.installed);
    const sentences = [
      ...(where.length === 0
        ? ['The guard is not installed: no budget acts. "outlay guard install" shows the change.']
        : where.map(
            ({ scope, file, strict, http, partly, launcherGone }) =>
              `Installed in the ${scope} settings ${homePath(file, context.home)}${strict ? ', strict' : ''}${http ? ', with a server' : ''}.${partly ? ' Some of its hooks are missing: "outlay guard install --yes" adds them.' : ''}${launcherGone ? ' What it starts is gone: open the editor once, or install it again.' : ''}`,
          )),
      ...(server === undefined ? [] : [serverText[server]]),
      ...obstacles,
      ...installed.filter(({ problem }) => problem !== '').map(({ problem }) => plainText(problem)),
      ...(sessions.length === 0
        ? ['No session has spent anything in the last 24 hours.']
        : [
            open.length === 0
              ? 'Every session of the last 24 hours is guarded.'
              : `${open.length} of ${sessions.length} sessions of the last 24 hours ${open.length === 1 ? 'is' : 'are'} not guarded.`,
          ]),
    ];
    return {
      title: 'Guard',
      sentences,
      tables: [
        {
          title: 'Sessions of the last 24 hours',
          columns: [
            { key: 'session', header: 'session', unit: 'text' as const, prefix: 8 },
            { key: 'folder', header: 'folder', unit: 'text' as const, widest: 40 },
            { key: 'last', header: 'last message', unit: 'time' as const },
            { key: 'guarded', header: 'guarded', unit: 'text' as const },
            { key: 'why', header: 'why not', unit: 'text' as const, widest: 60 },
          ],
          rows: sessions.map(({ sid, cwd, lastAt, guarded, reason }) => [
            sid,
            homePath(cwd, context.home),
            lastAt,
            guarded ? 'yes' : 'not guarded',
            reason === undefined ? '' : unguardedText[reason],
          ]),
        },
      ],
      notes: [
        ...sessions
          .filter(({ failures }) => failures > 0)
          .map(
            ({ sid, failures, answeredAt }) =>
              `The guard could not judge ${failures} ${failures === 1 ? 'time' : 'times'} in session ${sid.slice(0, 8)}, last answered ${answeredAt === null ? 'never' : localTime(answeredAt, context.zone)}.`,
          ),
        ...sessions
          .filter(({ missed }) => missed > 0)
          .map(
            ({ sid, missed }) =>
              `In session ${sid.slice(0, 8)} the server was not asked about ${missed} ${missed === 1 ? 'call' : 'calls'} of a tool.`,
          ),
        ...freshness.problems,
        ...environment.problems,
      ],
      json: {
        schemaVersion: 1,
        installed: installed.map(({ problem, ...each }) => ({ ...each, problem: problem || null })),
        server: server ?? null,
        obstacles,
        sessions: sessions.map(({ lastAt, answeredAt, reason, ...each }) => ({
          ...each,
          lastAt: new Date(lastAt).toISOString(),
          answeredAt: answeredAt === null ? null : new Date(answeredAt).toISOString(),
          reason: reason === undefined ? null : unguardedText[reason],
        })),
        notes: [...freshness.problems, ...environment.problems],
      },
    };
  });
  print(environment, document);
}

type ServerState = 'runs' | 'notYet' | 'portTaken' | 'silent' | 'noPlace';

const serverText: Readonly<Record<ServerState, string>> = {
  runs: 'Its server runs.',
  notYet: 'Its server does not run; the next prompt starts it.',
  portTaken:
    'Another program has the port of its server, so single calls of tools are not asked about. Install the guard again: another port is then chosen.',
  silent:
    'Its server does not answer, so single calls of tools are not asked about. End its process; the next prompt starts another.',
  noPlace:
    'Where its server listens is no longer known: "outlay guard install --yes" writes it again.',
};

async function serverState(dataFolder: string): Promise<ServerState> {
  const place = readPlace(dataFolder);
  if (place === undefined) return 'noPlace';
  if (await answersHealth(place)) return 'runs';
  const note = readServerNote(dataFolder);
  if (note?.portTaken) return 'portTaken';
  return lacksServer(dataFolder) ? 'notYet' : 'silent';
}
