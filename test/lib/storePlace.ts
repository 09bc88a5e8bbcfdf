import assert from 'node:assert/strict';
import { closeSync, openSync, readdirSync, writeSync } from 'node:fs';
import { basename } from 'node:path';
import { HumanError } from '../../src/model/errors.ts';
import type { Engine } from '../../src/platform/sqlite/open.ts';
import { openForReading, openForWriting } from '../../src/store/connection/openStore.ts';
import { difference, dumpStore } from './dumpStore.ts';
import { ingestAll } from './ingest.ts';
import { type TempDir, tempDir } from './tempDir.ts';
import { clientSet, unpackSet } from './transcriptSets.ts';

/** A folder with a set of transcripts and room for a store. */
export function workplace(set = clientSet): TempDir & { readonly store: string } {
  const dir = tempDir();
  unpackSet(set, dir.path);
  return { ...dir, store: dir.at('data', 'outlay.db') };
}

/** Opens the store, reads all transcripts into it, and gives what it says then. */
export function build(dir: TempDir, store: string, engine: Engine): string {
  const { db } = openForWriting(store, { engine });
  try {
    ingestAll(db, dir.path);
    return dumpStore(db);
  } finally {
    db.close();
  }
}

export function dumpOf(store: string, engine: Engine): string {
  const db = openForReading(store, { engine })!;
  try {
    return dumpStore(db);
  } finally {
    db.close();
  }
}

export function filesBeside(store: string): string[] {
  return readdirSync(store.slice(0, -basename(store).length)).sort();
}

/** Overwrites part of a file that is not open. */
export function scribble(file: string, from: number, length: number): void {
  const fd = openSync(file, 'r+');
  writeSync(fd, Buffer.alloc(length, 0x5a), 0, length, from);
  closeSync(fd);
}

export function same(actual: string, expected: string): void {
  assert.equal(actual === expected, true, difference(actual, expected));
}

/** An error meant for a person. */
export function human(words: RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof HumanError, String(error));
    assert.match(error.message, words);
    return true;
  };
}
