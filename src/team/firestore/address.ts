import { HumanError } from '../../model/errors.ts';
import { isOff, isOn } from '../../text/onOff.ts';

/** Where a ledger in Firestore is, and as whom a machine sends. It holds no key: Google's client finds that. */
export interface FirestoreAddress {
  /** The Google Cloud project. */
  readonly project: string;
  /** The database; `(default)` is what a project has without a name. */
  readonly database: string;
  /** '' where the string names none. */
  readonly member: string;
  /** `host:port` of an emulator on this machine; '' for Google's service. */
  readonly emulator: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

export function isFirestore(connection: string): boolean {
  return /^firestore:/i.test(connection.trim());
}

/** Reads `firestore://project/database?member=ada`. `what` names the string in a sentence. */
export function parseFirestore(text: string, what: string): FirestoreAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !isFirestore(text)) throw refusal(what, 'is no connection string');
  if (url.username !== '' || url.password !== '' || url.port !== '') {
    throw refusal(what, 'has more than project, database and member');
  }
  const unknown = [...url.searchParams.keys()].find((name) => !options.has(name));
  if (unknown !== undefined) throw refusal(what, `has the option ${unknown}, which is not known`);
  const address = {
    project: url.hostname,
    database: url.pathname.replace(/^\//, '') || defaultDatabase,
    member: url.searchParams.get('member') ?? '',
    emulator: url.searchParams.get('emulator') ?? '',
  };
  if (!projects.test(address.project)) throw refusal(what, 'names no project');
  if (address.database !== defaultDatabase && !databases.test(address.database)) {
    throw refusal(what, 'names no database');
  }
  if (address.member !== '' && !members.test(address.member)) {
    throw refusal(what, 'names no member (lower-case letters, digits, dots, hyphens, underscores)');
  }
  if (address.emulator !== '') checkEmulator(address.emulator, what);
  return address;
}

export function firestoreText({ project, database, member, emulator }: FirestoreAddress): string {
  const url = new URL(`firestore://${project}`);
  if (database !== defaultDatabase) url.pathname = `/${database}`;
  if (member !== '') url.searchParams.set('member', member);
  if (emulator !== '') url.searchParams.set('emulator', emulator);
  return url.href;
}

/**
 * The connection `FRESH_USE_FIRESTORE` stands for, with the project of `GOOGLE_CLOUD_PROJECT`; undefined where it
 * is not on. It says where a machine joins. By itself it sends nothing.
 */
export function firestoreOf(env: Environment): string | undefined {
  if (firestoreWish(env) !== true) return undefined;
  const project = firstOf(env.GOOGLE_CLOUD_PROJECT, env.GCLOUD_PROJECT);
  if (project === '') {
    throw new HumanError(
      'usage',
      'FRESH_USE_FIRESTORE is on, and no project is named: set GOOGLE_CLOUD_PROJECT.',
    );
  }
  if (!projects.test(project)) {
    throw new HumanError('usage', 'GOOGLE_CLOUD_PROJECT is no id of a project in Google Cloud.');
  }
  return `firestore://${project}`;
}

/** What `FRESH_USE_FIRESTORE` says: on, off, or nothing. Throws a `HumanError` for anything else. */
export function firestoreWish(env: Environment): boolean | undefined {
  const wish = env.FRESH_USE_FIRESTORE ?? '';
  if (wish.trim() === '') return undefined;
  if (isOn(wish)) return true;
  if (isOff(wish)) return false;
  throw new HumanError('usage', 'FRESH_USE_FIRESTORE is neither true nor false.');
}

/** A connection string as a machine keeps it: of Firestore with the emulator, which the environment may name. */
export function settled(connection: string, what: string, env: Environment): string {
  if (!isFirestore(connection)) return connection;
  return firestoreText(withEmulator(parseFirestore(connection, what), env));
}

/**
 * The address with the emulator `FIRESTORE_EMULATOR_HOST` names. What is said to an emulator is not encrypted, and
 * any program may set a variable: only one on this machine is asked.
 */
function withEmulator(address: FirestoreAddress, env: Environment): FirestoreAddress {
  const emulator = firstOf(env.FIRESTORE_EMULATOR_HOST);
  if (emulator === '') return address;
  checkEmulator(emulator, 'FIRESTORE_EMULATOR_HOST');
  return { ...address, emulator };
}

/** Throws where the environment names another emulator than the one a machine has joined, or Google's service. */
export function checkSameEmulator({ emulator }: FirestoreAddress, env: Environment): void {
  const named = firstOf(env.FIRESTORE_EMULATOR_HOST);
  if (named === '' || named === emulator) return;
  throw new HumanError(
    'config',
    `FIRESTORE_EMULATOR_HOST names an emulator this machine has not joined (${emulator === '' ? 'it has joined Firestore itself' : `it has joined ${emulator}`}). Unset it, or leave and join again.`,
  );
}

const defaultDatabase = '(default)';
const projects = /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/;
const databases = /^[a-z][a-z0-9-]{2,61}[a-z0-9]$/;
const members = /^[a-z0-9][a-z0-9._-]{0,31}$/;
const options = new Set(['member', 'emulator']);
const emulators = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\]):\d{1,5}$/;

function checkEmulator(emulator: string, what: string): void {
  if (emulators.test(emulator)) return;
  throw new HumanError(
    'config',
    `${what} names an emulator that is not on this machine: it looks like 127.0.0.1:8080.`,
  );
}

function firstOf(...texts: readonly (string | undefined)[]): string {
  return texts.map((text) => (text ?? '').trim()).find((text) => text !== '') ?? '';
}

function refusal(what: string, why: string): HumanError {
  return new HumanError(
    'config',
    `${what} ${why}. It looks like firestore://project?member=ada, or firestore://project/database?member=ada.`,
  );
}
