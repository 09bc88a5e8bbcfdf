import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskOrigin } from '../../analysisThread/taskContext.ts';
import { homeFolder } from '../../dataFolder/paths.ts';
import { HumanError } from '../../model/errors.ts';
import { now } from './clock.ts';
import { type Environment, findEnvironment } from './environment.ts';
import type { CommonOptions } from './options.ts';
import { complain } from './say.ts';

/** What commands have in common that go on answering: servers for programs and for agents. */

/** Settings are looked at again when their file has changed; prices and folders after so long. */
const environmentMs = 30_000;

/** Another bundle has an error class of its own by the same name. */
export function rethrow(error: unknown): never {
  if (!(error instanceof Error) || error.name !== 'HumanError') throw error;
  throw new HumanError((error as HumanError).reason, error.message);
}

/** The environment, found anew when the settings have changed or it is old. */
export function readAgain(options: CommonOptions): { readonly environment: () => Environment } {
  let known = findEnvironment(options);
  let stamp = stampOf(known);
  let readAt = performance.now();
  return {
    environment: () => {
      const isYoung = performance.now() - readAt < environmentMs;
      if (isYoung && stampOf(known) === stamp) return known;
      try {
        known = findEnvironment(options);
      } catch (error) {
        // What holds goes on holding: the next look finds the folder again, say.
        if (!(error instanceof HumanError)) throw error;
        complain(error.message);
      }
      stamp = stampOf(known);
      readAt = performance.now();
      return known;
    },
  };
}

function stampOf({ folder }: Environment): string {
  const stats = statSync(join(folder, 'config.json'), { throwIfNoEntry: false });
  // Whoever writes it replaces it: another file is another number.
  return `${stats?.ino} ${stats?.size} ${stats?.mtimeMs}`;
}

/** Where and when a question is asked on the analysing thread, with what is wrong beside the settings. */
export function taskOrigin(
  environment: Environment,
  problems: readonly string[],
): Omit<TaskOrigin, 'behind'> {
  const { options, settings, zone, storeFile, folder, indexer, roots } = environment;
  return {
    storeFile,
    dataFolder: folder,
    keptFolder: folder,
    settings: { ...settings, zone },
    clientModels: indexer.clientModels ?? [],
    now: now(),
    home: homeFolder(),
    problems: [...environment.problems, ...problems],
    folders: [process.cwd()],
    ...(options.configDir !== undefined && { accounts: roots.map(({ path }) => path) }),
  };
}
