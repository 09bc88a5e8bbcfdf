import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { AnalysisThread } from '../analysisThread/client.ts';
import type { ServedTask, StoreState } from '../analysisThread/servedTask.ts';
import type { TaskOrigin } from '../analysisThread/taskContext.ts';
import { TeamAsking } from '../analysisThread/teamAsking.ts';
import { TeamSchedule } from '../analysisThread/teamSchedule.ts';
import { resolveStorePath } from '../dataFolder/paths.ts';
import {
  forgetServeNote,
  readServeNote,
  serveToken,
  writeServeNote,
} from '../dataFolder/serveFiles.ts';
import { HumanError, messageOf } from '../model/errors.ts';
import { listenOnLoopback, loopbackAddress } from '../platform/loopback.ts';
import type { IndexerConfig } from '../watchers/messages.ts';
import { Access } from './http/access.ts';
import { servedApp } from './http/app.ts';
import { CommitLog } from './live/commitLog.ts';
import { StoreFollower } from './live/storeFollower.ts';
import { pageSource } from './pages/pages.ts';
import { Questions } from './questions.ts';

/** What the server needs to know of the machine and its settings, read anew whenever it asks. */
export interface ServeSurroundings {
  readonly origin: Omit<TaskOrigin, 'behind'>;
  /** Configuration directories of Claude Code. */
  readonly roots: readonly string[];
  /** Undefined where nothing new is to be read. */
  readonly indexer: IndexerConfig | undefined;
}

export interface ServeOptions {
  readonly port: number;
  /** Ports after that one are tried where it is taken. */
  readonly nextFree: boolean;
  /** No answer is older, milliseconds. */
  readonly interval: number;
  /** Further names it may be asked by. */
  readonly hosts: readonly string[];
  /** The language of the pages, as POSIX writes it: `de_DE.UTF-8`. */
  readonly locale: string;
  /** Makes another token. */
  readonly newToken: boolean;
  readonly version: string;
  readonly surroundings: () => ServeSurroundings;
  /** UTC milliseconds. */
  readonly now: () => number;
  /** Says what went wrong, a sentence each. */
  readonly complain: (sentence: string) => void;
}

/** A server that runs. */
export interface Served {
  readonly port: number;
  /** Where a person goes: the token stands behind the #, which no browser sends anywhere. */
  readonly address: string;
  /** Stops answering, ends the streams, gives the lease back. */
  readonly stop: () => Promise<void>;
}

/** Ports tried after one that is taken. */
const mostPorts = 50;
const mostConnections = 512;
/** How long answers under way may take once the server is to stop. */
const longestEndMs = 2000;

/** Serves on loopback until it is stopped. */
export async function serveOutlay(options: ServeOptions): Promise<Served> {
  const { surroundings, now, complain, version } = options;
  const { dataFolder, storeFile } = surroundings().origin;
  const token = serveToken(dataFolder, { renew: options.newToken });
  const answers = new AnalysisThread();
  const states = new AnalysisThread();
  const log = new CommitLog();
  const readState = async (): Promise<StoreState> => {
    const task: ServedTask = { ...surroundings().origin, what: 'state' };
    const { result } = await states.ask({ type: 'served', task });
    if (result.what === 'state') return result.state;
    throw new Error('Another answer came than was asked for.');
  };
  let follower: StoreFollower | undefined;
  const origin = (): TaskOrigin => {
    const { origin: found, indexer } = surroundings();
    follower?.configure(indexer);
    return { ...found, ...behindNote(found, follower?.isBehind === true) };
  };
  const questions = new Questions(answers, origin, options.interval);
  const asking = new TeamAsking({ thread: states, onAnswer: () => {} });
  const app = servedApp({
    questions,
    log,
    version,
    access: new Access({ token, hosts: options.hosts }),
    pages: pageSource({
      questions,
      origin,
      roots: () => surroundings().roots,
      distFolder: import.meta.dirname,
      locale: options.locale,
      look: (team) => asking.look(surroundings().origin, team),
    }),
    alertSettings: () => {
      const { settings, problems } = surroundings().origin;
      return { alerts: settings.alerts, problems };
    },
    health: () => ({
      pid: process.pid,
      version,
      revision: log.revision ?? null,
      behind: follower?.isBehind === true,
    }),
    fault: (error) => complain(`A request failed: ${messageOf(error)}`),
  });
  const server = createAdaptorServer({
    fetch: app.fetch,
    overrideGlobalObjects: false,
    serverOptions: {
      maxHeaderSize: 16 * 1024,
      headersTimeout: 5000,
      requestTimeout: 10_000,
      keepAliveTimeout: 5000,
    },
  }) as Server;
  server.maxConnections = mostConnections;
  try {
    const port = await listen(server, options, dataFolder);
    follower = new StoreFollower({ storeFile, log, readState, now, complain });
    follower.configure(surroundings().indexer);
    const team = new TeamSchedule({
      thread: states,
      origin: () => teamOrigin(surroundings()),
      tell: complain,
    });
    writeServeNote(dataFolder, { pid: process.pid, port, version, store: storeFile });
    const stop = async (): Promise<void> => {
      team.stop();
      asking.stop();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      log.close();
      server.closeIdleConnections();
      const late = setTimeout(() => server.closeAllConnections(), longestEndMs);
      await closed;
      clearTimeout(late);
      await Promise.all([follower?.stop(), answers.close(), states.close()]);
      forgetServeNote(dataFolder);
    };
    return { port, address: `http://${loopbackAddress}:${port}/#token=${token}`, stop };
  } catch (error) {
    server.close();
    await Promise.all([follower?.stop(), answers.close(), states.close()]);
    throw error;
  }
}

/** Where this machine's own store is served and followed: what another one holds is no team's. */
function teamOrigin({ origin, indexer }: ServeSurroundings): TaskOrigin | undefined {
  const isOwn = origin.accounts === undefined && origin.storeFile === ownStore(origin);
  return isOwn && indexer !== undefined ? origin : undefined;
}

function ownStore({ settings }: Pick<TaskOrigin, 'settings'>): string {
  return resolveStorePath({ setting: settings.storePath });
}

/** Before everything is read, figures say that they may be too low. */
function behindNote(
  { problems }: Pick<TaskOrigin, 'problems'>,
  behind: boolean,
): Pick<TaskOrigin, 'behind' | 'problems'> {
  if (!behind) return { problems };
  const note = 'Transcripts are still being read: figures may be too low for a moment.';
  return { behind, problems: [...problems, note] };
}

/** The port it listens at. A port that is taken is an error, unless the next one will do. */
async function listen(
  server: Server,
  { port, nextFree }: ServeOptions,
  dataFolder: string,
): Promise<number> {
  const last = nextFree ? Math.min(65_535, port + mostPorts) : port;
  for (let tried = port; tried <= last; tried += 1) {
    if (!(await listenOnLoopback(server, tried))) continue;
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : tried;
  }
  const own = readServeNote(dataFolder);
  const who =
    own?.port === port
      ? `Outlay itself serves there (process ${own.pid})`
      : 'Another program listens there, or it may not be had';
  const tried = nextFree ? `Ports ${port} to ${last} are` : `Port ${port} is`;
  throw new HumanError(
    'usage',
    `${tried} taken: ${who}. Name another one with --port, or let --next-free look for one.`,
  );
}
