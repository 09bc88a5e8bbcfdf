import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { serveTokenFile } from '../../dataFolder/serveFiles.ts';
import type { ServeSurroundings } from '../../serve/serve.ts';
import { now } from '../support/clock.ts';
import type { Environment } from '../support/environment.ts';
import { readAgain, rethrow, taskOrigin } from '../support/longLived.ts';
import { type CommonOptions, withStoreOptions } from '../support/options.ts';
import { complain, say, sayJsonLine } from '../support/say.ts';

interface ServeCommandOptions extends CommonOptions {
  readonly port: number;
  readonly nextFree?: true;
  readonly interval: number;
  readonly allowHost?: readonly string[];
  readonly newToken?: true;
}

/** The port unless another one is named, and the age answers may have, in seconds. */
const usualPort = 8080;
const usualInterval = 3;

const examples = `
Examples:
  outlay serve                        the API and the dashboard at http://127.0.0.1:8080, until stopped
  outlay serve --port 9000            at another port
  outlay serve --next-free            at the next port that is free
  curl -H "Authorization: Bearer $(cat TOKENFILE)" 'http://127.0.0.1:8080/api/v1/usage/summary?period=7d'

It listens on this machine alone. docs/serve.md says how to reach it from elsewhere, docs/api.md what it answers.`;

/** `outlay serve` */
export function addServe(program: Command): void {
  const command = program
    .command('serve')
    .description(
      'Answer other programs and browsers on this machine: HTTP API, live events, pages.',
    )
    .option('--port <port>', 'where to listen; 0 for any', port, usualPort)
    .option('--next-free', 'try the ports after it where it is taken')
    .option('--interval <seconds>', 'how old an answer may be', seconds, usualInterval)
    .option('--allow-host <name>', 'may be asked under this name too: a forwarded port', hostName)
    .option('--new-token', 'make another token; the old one is no good any more')
    .option('--json', 'say where as a line of JSON');
  withStoreOptions(command)
    .addHelpText('after', examples)
    .action((options: ServeCommandOptions) => run(options, program.version() ?? ''));
}

async function run(options: ServeCommandOptions, version: string): Promise<void> {
  const surroundings = readAgain(options);
  const { folder, problems, switchedOff } = surroundings.environment();
  const { serveOutlay } = loadServer();
  const started = serveOutlay({
    port: options.port,
    nextFree: options.nextFree === true,
    interval: options.interval * 1000,
    hosts: options.allowHost ?? [],
    locale: localeOf(process.env),
    newToken: options.newToken === true,
    version,
    surroundings: () => surroundingsOf(surroundings.environment()),
    now: () => now(),
    complain,
  });
  const served = await started.catch(rethrow);
  for (const problem of [...problems, ...(switchedOff ? [switchedOff] : [])]) complain(problem);
  const tokenFile = serveTokenFile(folder);
  if (options.json) {
    const { port: listening, address } = served;
    sayJsonLine({ schemaVersion: 1, address, port: listening, pid: process.pid, tokenFile });
  } else {
    say(`Outlay serves at ${served.address}`);
    if (options.quiet !== true) {
      say(`The API is at http://127.0.0.1:${served.port}/docs, its token in ${tokenFile}.`);
      say('Ctrl-C stops it.');
    }
  }
  await ended();
  await served.stop();
}

/** The language somebody's terminal speaks, as POSIX says it. */
function localeOf({ LC_ALL, LC_MESSAGES, LANG }: NodeJS.ProcessEnv): string {
  return LC_ALL || LC_MESSAGES || LANG || '';
}

/** Resolves when somebody wants the program to end; who insists is not kept waiting. */
function ended(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(1));
        resolve();
      });
    }
  });
}

/** The server is a bundle of its own: no other command waits for what it loads. */
function loadServer(): typeof import('../../serve/serve.ts') {
  const require = createRequire(join(import.meta.dirname, 'x'));
  return require('./serve.cjs') as typeof import('../../serve/serve.ts');
}

function surroundingsOf(environment: Environment): ServeSurroundings {
  const { options, indexer, roots } = environment;
  const isRead = options.index && environment.switchedOff === undefined;
  const switchedOff = environment.switchedOff === undefined ? [] : [environment.switchedOff];
  return {
    origin: taskOrigin(environment, switchedOff),
    roots: roots.map(({ path }) => path),
    indexer: isRead ? { ...indexer, mode: 'watch' } : undefined,
  };
}

function port(text: string): number {
  const value = Number(text);
  if (/^\d{1,5}$/.test(text) && value <= 65_535) return value;
  throw new InvalidArgumentError('It must be a port: a whole number from 0 to 65535.');
}

function hostName(text: string, before: readonly string[] = []): readonly string[] {
  if (/^[a-z\d](?:[a-z\d.-]{0,251}[a-z\d])?$/i.test(text)) return [...before, text];
  throw new InvalidArgumentError('It must be the name of a host, without a port.');
}

function seconds(text: string): number {
  const value = Number(text);
  if (/^\d{1,4}(\.\d{1,3})?$/.test(text) && value <= 3600) return value;
  throw new InvalidArgumentError('It must be seconds from 0 to 3600.');
}
