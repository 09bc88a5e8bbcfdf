import { existsSync, mkdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type * as firestore from '@google-cloud/firestore';
import { HumanError, messageOf } from '../../model/errors.ts';
import { objectIn } from '../../platform/jsonFile.ts';

/** Google's client of Firestore's API, and how it is told what to do without. */
export interface GoogleClient {
  readonly client: InstanceType<typeof firestore.v1.FirestoreClient>;
  /** What each call is given: how long it may take, and that nothing is tried again behind our back. */
  readonly options: (ms: number) => object;
}

/** The version Outlay is tested with; another of this major version is taken as well. */
export const clientVersion = '9.4.1';
const packageName = '@google-cloud/firestore';

/** The folder of a data folder Google's client is installed in. */
export function clientFolder(dataFolder: string): string {
  return join(dataFolder, 'firestore');
}

/** The command that installs it there. */
export function installCommand(dataFolder: string): string {
  return `npm install --ignore-scripts --prefix "${clientFolder(dataFolder)}" ${packageName}@${clientVersion}`;
}

/**
 * Loads Google's client. It is 45 MB installed, and few need it: it is not in the package. It is taken from one
 * folder, in the person's own data folder and nowhere else, so that no workspace can bring one along. `database`:
 * `projects/…/databases/…`. Of the client the layer without conveniences (v1) is used: it writes whole dollars as
 * doubles, and takes a time for each call.
 */
export async function openClient(
  dataFolder: string,
  emulator: string,
  database: string,
): Promise<GoogleClient> {
  const { firestore, gax } = load(dataFolder);
  // It has retries of its own, for ten minutes: a push goes on later instead.
  const none = gax.createRetryOptions(
    [],
    gax.createBackoffSettings(100, 1, 100, null, 1, 100, 100),
  );
  const options = (ms: number): object => ({
    timeout: ms,
    retry: none,
    retryRequestOptions: { retries: 0, noResponseRetries: 0 },
    otherArgs: {
      headers: {
        'google-cloud-resource-prefix': database,
        ...(emulator !== '' && { authorization: 'Bearer owner' }),
      },
    },
  });
  const usual = { universeDomain: 'googleapis.com' };
  if (emulator !== '') {
    const at = emulator.lastIndexOf(':');
    const client = new firestore.v1.FirestoreClient({
      ...usual,
      servicePath: emulator.slice(0, at),
      port: Number(emulator.slice(at + 1)),
      sslCreds: gax.grpc.credentials.createInsecure(),
    });
    return { client, options };
  }
  checkCredentials(process.env.GOOGLE_APPLICATION_CREDENTIALS ?? '');
  const auth = new gax.GoogleAuth({ scopes: ['https://www.googleapis.com/auth/datastore'] });
  const client = new firestore.v1.FirestoreClient({ ...usual, auth });
  try {
    // Here they can be caught; at the first call inside the client they would be nobody's.
    await auth.getClient();
    await client.initialize();
  } catch (error) {
    throw new HumanError(
      'config',
      `Google's client has no credentials (${firstLine(messageOf(error))}). Name a key's file by its absolute path in GOOGLE_APPLICATION_CREDENTIALS, or run: gcloud auth application-default login`,
      { cause: error },
    );
  }
  return { client, options };
}

interface Loaded {
  readonly firestore: typeof firestore;
  // biome-ignore lint/suspicious/noExplicitAny: a dependency of the client's own, which we do not depend on
  readonly gax: any;
}

function load(dataFolder: string): Loaded {
  const folder = clientFolder(dataFolder);
  const home = join(folder, 'node_modules', packageName);
  if (!existsSync(join(home, 'package.json'))) {
    // For nobody else from the beginning: npm leaves the modes of a folder that is there.
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    throw new HumanError(
      'config',
      `Firestore needs Google's client, which is not installed. Run: ${installCommand(dataFolder)}`,
    );
  }
  checkOwner(folder);
  const version = versionIn(join(home, 'package.json'));
  if (version.split('.')[0] !== clientVersion.split('.')[0]) {
    throw new HumanError(
      'config',
      `Google's client of Firestore in ${folder} is of version ${version || 'unknown'}. Run: ${installCommand(dataFolder)}`,
    );
  }
  try {
    return {
      firestore: createRequire(join(folder, 'package.json'))(packageName),
      gax: createRequire(join(home, 'package.json'))('google-gax'),
    };
  } catch (error) {
    throw new HumanError(
      'config',
      `Google's client of Firestore in ${folder} cannot be loaded (${firstLine(messageOf(error))}). Run: ${installCommand(dataFolder)}`,
      { cause: error },
    );
  }
}

/** What others can write to is not run. */
function checkOwner(folder: string): void {
  if (process.platform === 'win32') return;
  const { uid, mode } = statSync(folder);
  // Whoever cannot enter the data folder writes to nothing in it, whatever npm left the modes at.
  const isClosed = (statSync(dirname(folder)).mode & 0o011) === 0;
  if (uid === process.getuid!() && (isClosed || (mode & 0o022) === 0)) return;
  throw new HumanError(
    'config',
    `${folder} belongs to somebody else, or others can write to it: Google's client is not loaded from there. If all in it is yours, run: chmod -R go-w "${folder}"`,
  );
}

function versionIn(file: string): string {
  const { version } = objectIn(file);
  return typeof version === 'string' ? version : '';
}

/** A relative path would be another file in each folder somebody stands in. */
function checkCredentials(file: string): void {
  if (file === '' || /^(?:\/|[A-Za-z]:[\\/]|\\\\)/.test(file)) return;
  throw new HumanError(
    'config',
    'GOOGLE_APPLICATION_CREDENTIALS is a relative path. Name the file by its absolute one.',
  );
}

function firstLine(text: string): string {
  return text.split('\n')[0]!.slice(0, 200);
}
