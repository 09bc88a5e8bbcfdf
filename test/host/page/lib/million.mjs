/** A store of a million messages in ten thousand sessions, made once and kept in the scratch. */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { scratch } from '../../../../scripts/shared/paths.mjs';
import { fillStore } from '../../../bench/bigStore.ts';

export function millionStore() {
  const file = path.join(scratch, 'million/outlay.db');
  if (existsSync(file)) return file;
  mkdirSync(path.dirname(file), { recursive: true });
  // Made beside and moved into place: an interrupted run leaves nothing that looks whole.
  const part = path.join(scratch, `million/part-${process.pid}.db`);
  rmSync(part, { force: true });
  fillStore(part, 1_000_000, Date.now(), 100);
  renameSync(part, file);
  return file;
}
