import { HumanError, messageOf } from '../../model/errors.ts';
import { isObject } from '../../model/objects.ts';
import type { FirestoreAddress } from './address.ts';
import { type GoogleClient, openClient } from './client.ts';
import {
  encoded,
  encodedFields,
  type Field,
  type Fields,
  fieldsOf,
  type ReadDocument,
} from './values.ts';

/** One change of a document. */
export type Write =
  | { readonly kind: 'put'; readonly path: string; readonly fields: Fields; readonly only?: State }
  | { readonly kind: 'delete'; readonly path: string; readonly only?: State };

/** What a document has to be for a write to happen: not there, or as it was when it was read. */
type State = 'absent' | { readonly updateTime: unknown };

/** Which documents of a collection. Conditions are combined with AND. */
export interface Query {
  readonly collection: string;
  readonly where: readonly (readonly [field: string, op: Op, value: Field])[];
  /** Only these fields are read; none for the ids alone. */
  readonly only?: readonly string[];
  readonly orderBy?: string;
  readonly limit: number;
}
type Op = 'EQUAL' | 'GREATER_THAN_OR_EQUAL' | 'LESS_THAN';

/** Most writes in one commit: Firestore's was 500 for years, and what older servers and emulators keep to. */
export const mostWrites = 450;

/** A database of Firestore. Failures are `HumanError`s that say what to do and hold no secret. */
export class FirestoreDatabase {
  readonly place: string;
  readonly #google: GoogleClient;
  readonly #name: string;
  readonly #ms: number;
  #now: number | undefined;

  private constructor(google: GoogleClient, name: string, place: string, ms: number) {
    this.#google = google;
    this.#name = name;
    this.#ms = ms;
    this.place = place;
  }

  /** `ms`: how long one call may take. */
  static async open(address: FirestoreAddress, dataFolder: string, ms: number) {
    const { project, database, emulator } = address;
    const name = `projects/${project}/databases/${database}`;
    const place = emulator === '' ? project : emulator;
    try {
      const google = await within(openClient(dataFolder, emulator, name), 2 * ms);
      return new FirestoreDatabase(google, name, place, ms);
    } catch (error) {
      throw firestoreError(place, error);
    }
  }

  /** What the service's clock said when it last answered, UTC milliseconds. */
  get now(): number {
    return this.#now ?? Date.now();
  }

  /** Documents by their paths; those that are not there are left out. */
  async get(...paths: readonly string[]): Promise<Map<string, ReadDocument>> {
    const documents = paths.map((path) => this.#pathOf(path));
    const found = new Map<string, ReadDocument>();
    await this.#ask(async ({ client, options }) => {
      const request = { database: this.#name, documents: [...documents] };
      for await (const answer of client.batchGetDocuments(request, options(this.#ms))) {
        this.#hear(answer);
        const document = readDocument((answer as { found?: unknown }).found);
        if (document !== undefined) found.set(document.path, document);
      }
    });
    return new Map(
      paths.flatMap((path, at) => {
        const document = found.get(documents[at]!);
        return document === undefined ? [] : [[path, document]];
      }),
    );
  }

  /** Makes all changes or none, and answers with the state each document has then. */
  async commit(writes: readonly Write[]): Promise<readonly unknown[]> {
    const request = { database: this.#name, writes: writes.map((write) => this.#written(write)) };
    return this.#ask(async ({ client, options }) => {
      // Documents many machines write to at once: somebody is asked to do it again.
      for (let attempt = 1; ; attempt += 1) {
        try {
          const [answer] = await client.commit(request, options(this.#ms));
          return (answer.writeResults ?? []).map(({ updateTime }) => updateTime);
        } catch (error) {
          if (codeOf(error) !== code.aborted || attempt >= 6) throw error;
          await pause(50 * 2 ** attempt * (0.5 + Math.random()));
        }
      }
    });
  }

  /** Documents that meet a query. */
  async query({ collection, where, only, orderBy, limit }: Query): Promise<ReadDocument[]> {
    const filters = where.map(([fieldPath, op, value]) => ({
      fieldFilter: { field: { fieldPath }, op, value: encoded(value) },
    }));
    const structuredQuery = {
      from: [{ collectionId: collection }],
      ...(filters.length === 1 && { where: filters[0] }),
      ...(filters.length > 1 && { where: { compositeFilter: { op: 'AND', filters } } }),
      ...(only !== undefined && {
        select: {
          fields: (only.length === 0 ? ['__name__'] : only).map((fieldPath) => ({ fieldPath })),
        },
      }),
      ...(orderBy !== undefined && {
        orderBy: [{ field: { fieldPath: orderBy }, direction: 'ASCENDING' }],
      }),
      limit: { value: limit },
    };
    const found: ReadDocument[] = [];
    await this.#ask(async ({ client, options }) => {
      const request = { parent: `${this.#name}/documents`, structuredQuery };
      for await (const answer of client.runQuery(request as object, options(this.#ms))) {
        this.#hear(answer);
        const document = readDocument((answer as { document?: unknown }).document);
        if (document !== undefined) found.push(document);
      }
    });
    return found;
  }

  async close(): Promise<void> {
    await this.#google.client.close().catch(() => {});
  }

  #hear({ readTime }: { readonly readTime?: unknown }): void {
    const { at } = fieldsOf({ at: { timestampValue: readTime } });
    if (at instanceof Date) this.#now = at.getTime();
  }

  #pathOf(path: string): string {
    return `${this.#name}/documents/${path}`;
  }

  #written(write: Write): object {
    const name = this.#pathOf(write.path);
    const { only } = write;
    return {
      ...(write.kind === 'delete'
        ? { delete: name }
        : { update: { name, fields: encodedFields(write.fields) } }),
      ...(only !== undefined && {
        currentDocument: only === 'absent' ? { exists: false } : { updateTime: only.updateTime },
      }),
    };
  }

  async #ask<T>(work: (google: GoogleClient) => Promise<T>): Promise<T> {
    try {
      // Looking for a token has no time of its own.
      return await within(work(this.#google), 4 * this.#ms);
    } catch (error) {
      throw firestoreError(this.place, error);
    }
  }
}

function readDocument(document: unknown): (ReadDocument & { readonly path: string }) | undefined {
  if (!isObject(document) || typeof document.name !== 'string') return undefined;
  const id = document.name.slice(document.name.lastIndexOf('/') + 1);
  return {
    path: document.name,
    id,
    fields: fieldsOf(document.fields),
    updateTime: document.updateTime,
  };
}

async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error('late'), { code: code.late })), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Codes of gRPC (google.rpc.Code). */
const code = {
  invalid: 3,
  late: 4,
  notFound: 5,
  exists: 6,
  denied: 7,
  exhausted: 8,
  precondition: 9,
  aborted: 10,
  unavailable: 14,
  unauthenticated: 16,
} as const;

function codeOf(error: unknown): number | undefined {
  const cause = error instanceof HumanError ? error.cause : error;
  return isObject(cause) && typeof cause.code === 'number' ? cause.code : undefined;
}

/** Whether a write did not happen because its document was another by then, or there already. */
export function isRival(error: unknown): boolean {
  const found = codeOf(error);
  const isOther = (found === code.precondition && !isUnfit(error)) || found === code.exists;
  return isOther || isGone(error);
}

/** Whether a document that was to be changed is not there any more. */
function isGone(error: unknown): boolean {
  const cause = error instanceof HumanError ? error.cause : error;
  return codeOf(error) === code.notFound && /no (document|entity) to/i.test(messageOf(cause));
}

/** Whether the database is of a kind that answers no such question: in Datastore mode, or without indexes. */
function isUnfit(error: unknown): boolean {
  const cause = error instanceof HumanError ? error.cause : error;
  return /Datastore mode|index/i.test(messageOf(cause));
}

function firestoreError(place: string, error: unknown): Error {
  if (error instanceof HumanError) return error;
  return new HumanError('store', sentenceOf(place, error), { cause: error });
}

function sentenceOf(place: string, error: unknown): string {
  const service = `The team's Firestore ${place}`;
  const message = messageOf(error).split('\n')[0]!.slice(0, 200);
  if (codeOf(error) === code.precondition && isUnfit(error)) {
    return `${service} cannot keep a ledger (${message}). It has to be a database in native mode, of the Standard edition.`;
  }
  switch (isGone(error) ? code.precondition : codeOf(error)) {
    case code.denied:
      return `${service} refuses this to your Google account. Who runs the project gives it the role "Cloud Datastore User".`;
    case code.unauthenticated:
      return `${service} does not take your Google credentials (any more). Log in again: gcloud auth application-default login, or name a key's file in GOOGLE_APPLICATION_CREDENTIALS.`;
    case code.notFound:
      return `${service} has no such database. Check project and database in the connection string.`;
    case code.exhausted:
      return `${service} has used up its quota. What is not sent yet follows later.`;
    case code.late:
      return `${service} took too long. What is not sent yet follows later.`;
    case code.unavailable:
      return `${service} cannot be reached. What is not sent yet follows later.`;
    case code.aborted:
    case code.precondition:
    case code.exists:
      return `${service} is being written to by another program for this machine. What is not sent yet follows later.`;
    default:
      return `${service} failed (${message}).`;
  }
}
