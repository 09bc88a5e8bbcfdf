import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';

/** Where the stored sets are. */
const folder = join(import.meta.dirname, '..', 'fixtures', 'transcripts');

/** What an independent program found in a set; `usd` are exact decimals. */
export interface ExpectedSet {
  readonly files: number;
  readonly usageRecords: number;
  readonly messages: number;
  readonly usd: string;
  readonly outputLowerBound: number;
  readonly models: Readonly<
    Record<
      string,
      {
        readonly messages: number;
        readonly usd: string;
        readonly input: number;
        readonly output: number;
        readonly cacheWrite5m: number;
        readonly cacheWrite1h: number;
        readonly cacheRead: number;
      }
    >
  >;
}

/** What Claude Code itself says each session of its set cost. */
export type ClientTruth = Readonly<
  Record<string, { readonly label: string; readonly clientTotalUsd: number }>
>;

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(join(folder, name), 'utf8'));
}

/** The sets by name, with what each must come to. */
export const expectedSets = readJson('expected.json') as Readonly<Record<string, ExpectedSet>>;
/** The set that the real client wrote. */
export const clientSet = 'client-2.1.330';
export const clientTruth = readJson('truth.json') as ClientTruth;

/** The files of a set. */
export function filesOfSet(set: string): Generator<[path: string, content: Buffer]> {
  return unpack(readFileSync(join(folder, `${set}.br`)));
}

/** Unpacks a set below `target`, which becomes a configuration directory. */
export function unpackSet(set: string, target: string): void {
  for (const [path, content] of filesOfSet(set)) {
    const file = join(target, ...path.split('/'));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

/**
 * One compressed file out of a folder: a line of JSON with the path and length of each file, then
 * their bytes one after the other, all of it under Brotli. Bytes come back exactly, torn ones too.
 */
export function pack(source: string): Buffer {
  return packFiles(filesBelow(source));
}

function filesBelow(source: string): [path: string, content: Buffer][] {
  const paths = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .map((path) => join(source, path))
    .filter((path) => statSync(path).isFile())
    .sort();
  return paths.map((path) => [relative(source, path).split(sep).join('/'), readFileSync(path)]);
}

/** The same of files by their paths. */
export function packFiles(files: readonly (readonly [path: string, content: Buffer])[]): Buffer {
  const index = files.map(([path, content]) => [path, content.length]);
  const contents = files.map(([, content]) => content);
  const plain = Buffer.concat([Buffer.from(`${JSON.stringify(index)}\n`), ...contents]);
  return brotliCompressSync(plain, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
    },
  });
}

/** The files of a packed folder. */
export function* unpack(packed: Buffer): Generator<[path: string, content: Buffer]> {
  const plain = brotliDecompressSync(packed);
  const lineEnd = plain.indexOf(0x0a);
  const index = JSON.parse(plain.toString('utf8', 0, lineEnd)) as [string, number][];
  let at = lineEnd + 1;
  for (const [path, length] of index) {
    yield [path, plain.subarray(at, at + length)];
    at += length;
  }
}
