import { writeFileSync } from 'node:fs';
import type { MessageLine } from '../../src/model/records.ts';
import type { SqlDatabase } from '../../src/platform/sqlite/types.ts';
import { chunksOf, soleWriter } from './ingest.ts';
import { random } from './random.ts';
import { ingestPlainly, placed, writeWorld } from './schedule.ts';
import type { WorldFile } from './world.ts';

/** The usage lines of a world, as its files stand on disk. */
export function linesOf(folder: string, files: readonly WorldFile[]): MessageLine[] {
  writeWorld(folder, files);
  return files.flatMap((file) => {
    const { path, projects } = placed(folder, file);
    return [...chunksOf(projects, path)].flatMap(({ batch }) => batch.messages);
  });
}

/**
 * Reads the beginnings of files into `some`, cut by a seed, and whole files into `all`. Answers with
 * the lines `some` has not read, and some of those it has, as somebody reads who begins too early.
 */
export function storeLines(
  folder: string,
  files: readonly WorldFile[],
  cut: number,
  repeat: number,
  some: SqlDatabase,
  all: SqlDatabase,
): MessageLine[] {
  const dice = random(cut);
  const writer = soleWriter(some);
  for (const file of files) {
    const { path, projects, root } = placed(folder, file);
    const ends = [...newlines(file.content)];
    const end = ends[dice.below(ends.length)] ?? 0;
    writeFileSync(path, file.content.subarray(0, end));
    for (const chunk of chunksOf(projects, path)) {
      writer.ingest([{ file: { path, root, mtimeMs: 1_000_000 }, chunk }]);
    }
  }
  ingestPlainly(all, folder, files);
  return files.flatMap((file, index) => {
    const { path, projects } = placed(folder, file);
    const again = (repeat >> (index % 20)) % 2 === 1;
    const bookmark = again ? undefined : writer.files.find(path)?.bookmark;
    return [...chunksOf(projects, path, bookmark)].flatMap(({ batch }) => batch.messages);
  });
}

function* newlines(content: Buffer): Generator<number> {
  yield 0;
  for (let at = content.indexOf(10); at >= 0; at = content.indexOf(10, at + 1)) yield at + 1;
}
