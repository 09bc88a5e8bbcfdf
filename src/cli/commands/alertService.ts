import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { type Command, Option } from 'commander';
import { dataFolder, homeFolder } from '../../dataFolder/paths.ts';
import { HumanError } from '../../model/errors.ts';
import { findProgram } from '../../platform/findProgram.ts';
import { writeFileAtomically } from '../../platform/partFile.ts';
import type { Document } from '../../reports/document/document.ts';
import { print } from '../support/answer.ts';
import { type Environment, findEnvironment } from '../support/environment.ts';
import { type CommonOptions, formatOf, withCommonOptions } from '../support/options.ts';
import { sayAtLength } from '../support/say.ts';
import {
  type Service,
  type ServicePlatform,
  serviceMark,
  serviceOf,
  servicePlatforms,
} from '../support/service.ts';

interface ServiceOptions extends CommonOptions {
  readonly yes?: true;
  readonly for?: ServicePlatform;
  readonly interval?: number;
  readonly budget?: number;
  readonly hourlyMax?: number;
  readonly dailyMax?: number;
}

/** Variables that say where everything is: the service is started without those of a terminal. */
const carried = ['OUTLAY_DATA_DIR', 'OUTLAY_STORE', 'CLAUDE_CONFIG_DIR'];

/** `outlay alerts install` and `uninstall`. */
export function addAlertService(group: Command): void {
  const commands = {
    install: 'Check for alerts in the background as a service of yours; shows what it would do.',
    uninstall: 'Undo "outlay alerts install" completely; shows what it would do.',
  } as const;
  for (const [name, text] of Object.entries(commands)) {
    const command = group.command(name).description(text);
    command
      .option('--yes', 'do it')
      .addOption(
        new Option('--for <platform>', 'show it for another system').choices([...servicePlatforms]),
      );
    withCommonOptions(command).action(() => {
      const options = command.optsWithGlobals<ServiceOptions>();
      if (name === 'install') install(options);
      else uninstall(options);
    });
  }
}

interface Planned {
  readonly environment: Environment;
  readonly service: Service;
  readonly platform: ServicePlatform;
  /** The system this runs on is the one it is for. */
  readonly here: boolean;
}

function plan(options: ServiceOptions): Planned {
  const environment = findEnvironment(options);
  const own = servicePlatforms.find((name) => name === process.platform);
  const platform = options.for ?? own;
  if (platform === undefined) {
    throw new HumanError(
      'usage',
      `There is no service for ${process.platform}. Run "outlay alerts --continuous" yourself.`,
    );
  }
  const service = serviceOf(platform, {
    command: commandOf(options, platform),
    env: Object.fromEntries(carried.flatMap((name) => variable(name))),
    home: homeFolder(),
    dataFolder: dataFolder(),
    configHome: process.env.XDG_CONFIG_HOME,
    uid: Math.max(0, userInfo().uid),
  });
  return { environment, service, platform, here: platform === own };
}

function variable(name: string): [string, string][] {
  const value = process.env[name];
  return value ? [[name, value]] : [];
}

/** The launcher survives updates of the editor; without one, the program that runs just now. */
function commandOf(options: ServiceOptions, platform: ServicePlatform): string[] {
  const launcher = join(dataFolder(), 'bin', platform === 'win32' ? 'outlay.cmd' : 'outlay');
  const own = existsSync(launcher)
    ? [launcher]
    : [process.execPath, realpathSync(process.argv[1] ?? '')];
  const given: readonly (readonly [string, string | number | undefined])[] = [
    ['--interval', options.interval],
    ['--budget', options.budget],
    ['--hourly-max', options.hourlyMax],
    ['--daily-max', options.dailyMax],
    ['--store', options.store],
    ['--time-zone', options.timeZone],
  ];
  const words = given.flatMap(([name, value]) =>
    value === undefined ? [] : [name, String(value)],
  );
  const folders = (options.configDir ?? []).flatMap((folder) => ['--config-dir', folder]);
  return [...own, 'alerts', '--continuous', '--quiet', ...words, ...folders];
}

function install(options: ServiceOptions): void {
  const planned = plan(options);
  const { service, here } = planned;
  const present = presentFile(service);
  if (present !== undefined && !present.includes(serviceMark)) throw notOurs(service);
  if (options.yes !== true || !here) {
    tell(planned, 'install', false);
    return;
  }
  writeService(service);
  try {
    for (const words of service.start) run(words);
  } catch (error) {
    // Half a service is none: everything is as before.
    remove(service);
    throw error;
  }
  tell(planned, 'install', true);
}

function uninstall(options: ServiceOptions): void {
  const planned = plan(options);
  const { service, here } = planned;
  const present = presentFile(service);
  if (present !== undefined && !present.includes(serviceMark)) throw notOurs(service);
  if (options.yes !== true || !here) {
    tell(planned, 'uninstall', false);
    return;
  }
  if (present === undefined) {
    throw new HumanError('usage', `Nothing is installed: there is no ${service.file}.`);
  }
  remove(service);
  tell(planned, 'uninstall', true);
}

function writeService({ file, content, wide }: Service): void {
  if (!wide) {
    writeFileAtomically(file, content, 0o600);
    return;
  }
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `\ufeff${content}`, { encoding: 'utf16le', mode: 0o600 });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown reason';
    throw new HumanError('files', `${file} cannot be written (${code}).`, { cause: error });
  }
}

/** Stops what runs and takes the file away; what is not there any more is no failure. */
function remove(service: Service): void {
  for (const words of service.stop) attempt(words);
  rmSync(service.file, { force: true });
  // Folders that hold nothing any more, up to the home or the data folder: those of others stay.
  const ends = [homeFolder(), dataFolder()];
  for (let folder = dirname(service.file); !ends.includes(folder); folder = dirname(folder)) {
    try {
      rmdirSync(folder);
    } catch {
      break;
    }
  }
  for (const words of service.after) attempt(words);
}

function presentFile({ file, wide }: Service): string | undefined {
  try {
    return readFileSync(file, wide ? 'utf16le' : 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new HumanError('files', `${file} cannot be read.`);
  }
}

function notOurs({ file }: Service): HumanError {
  return new HumanError('files', `${file} was not written by Outlay; it is left alone.`);
}

function run(words: readonly string[]): void {
  const problem = attempt(words);
  if (problem === undefined) return;
  throw new HumanError(
    'files',
    `"${words.join(' ')}" failed (${problem}). Nothing is installed; "outlay alerts --continuous" runs it in a terminal.`,
  );
}

/** Runs a program by its absolute path; what went wrong, or undefined. */
function attempt([name = '', ...words]: readonly string[]): string | undefined {
  const program = findProgram(name);
  if (program === undefined) return `there is no ${name} on the PATH`;
  const result = spawnSync(program, words, { encoding: 'utf8', timeout: 30_000 });
  if (result.error !== undefined) return result.error.message;
  if (result.status === 0) return undefined;
  return (result.stderr || result.stdout).trim().split('\n')[0] || `exit ${result.status}`;
}

/** What was not tried where Outlay was made, on no system of which a service could be started. */
const untried: Readonly<Record<ServicePlatform, string>> = {
  linux:
    'The unit is one systemd takes (systemd-analyze verify); it was not started under one by those who made Outlay.',
  darwin:
    'The form for darwin was checked, but was not tried on such a system by those who made Outlay.',
  win32:
    'The form for win32 was checked, but was not tried on such a system by those who made Outlay.',
};

function tell(
  { environment, service, platform, here }: Planned,
  what: 'install' | 'uninstall',
  done: boolean,
): void {
  const { file, content } = service;
  const runs = (what === 'install' ? service.start : [...service.stop, ...service.after]).map(
    (words) => words.map((word) => (/\s/.test(word) ? `"${word}"` : word)).join(' '),
  );
  const sentences = done
    ? [what === 'install' ? `Installed: ${file}.` : `Uninstalled: ${file} is gone.`]
    : [
        here ? `Nothing is done yet: --yes does it.` : `Shown only: this is no ${platform}.`,
        what === 'install' ? `It would write ${file}:` : `It would delete ${file}.`,
      ];
  const notes = [
    untried[platform],
    ...(what === 'install'
      ? [
          'Secrets of this terminal (EMAIL_PASSWORD, SLACK_WEBHOOK_URL, OUTLAY_ALERT_…) are not written into it: give them to the service yourself, or let a window of the editor tell.',
        ]
      : []),
    ...environment.problems,
  ];
  const shown = what === 'install' && !done ? content : '';
  if (formatOf(environment.options) === 'table') {
    // As it is, with its indentation: this is what would be written.
    const parts = [...sentences, shown, done ? 'Run:' : 'It would run:', ...runs, '', ...notes];
    sayAtLength(`${parts.join('\n')}\n`);
    return;
  }
  const document: Document = {
    title: 'Service for alerts',
    sentences,
    tables: [
      {
        title: done ? 'What was run' : 'What it would run',
        columns: [{ key: 'command', header: 'Command', unit: 'text' }],
        rows: runs.map((line) => [line]),
      },
    ],
    notes,
    json: {
      schemaVersion: 1,
      platform,
      done,
      tried: false,
      file,
      content: what === 'install' ? content : null,
      commands: runs,
      notes,
    },
  };
  print(environment, document);
}
