import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import * as z from 'zod/mini';
import { HumanError, messageOf } from '../../model/errors.ts';
import { zlib } from '../../platform/lazyBuiltins.ts';

/** The counts of a model, or of all, that an item must come to. `usd` is an exact decimal. */
const modelSums = z.object({
  messages: z.number(),
  usd: z.string(),
  input: z.number(),
  output: z.number(),
  cacheWrite5m: z.number(),
  cacheWrite1h: z.number(),
  cacheRead: z.number(),
});

const itemShape = z.object({
  name: z.string(),
  origin: z.string(),
  usd: z.string(),
  messages: z.number(),
  models: z.optional(z.record(z.string(), modelSums)),
});

/** A configuration directory whose right figures are known. */
export type GoldenItem = z.infer<typeof itemShape>;

/** The corpus that ships with Outlay, unpacked for as long as it is used. */
export interface GoldenCorpus extends Disposable {
  readonly items: readonly GoldenItem[];
  /** The program's own version, which stands beside it. */
  readonly version: string;
  /** Where the configuration directory of an item is. */
  folderOf(item: GoldenItem): string;
}

/** Beside the bundle's folder, or at the root of the sources. */
function goldenFolder(): string {
  const places = [join('..', 'golden'), join('..', '..', '..', 'golden')];
  const found = places
    .map((place) => join(import.meta.dirname, place))
    .find((place) => existsSync(join(place, 'expected.json')));
  if (found !== undefined) return found;
  throw new HumanError(
    'files',
    'The golden corpus is missing: it ships with Outlay, in the folder "golden". Install Outlay again.',
  );
}

/** Unpacks the corpus into a folder of its own. */
export function openGoldenCorpus(source = goldenFolder()): GoldenCorpus {
  const folder = mkdtempSync(join(tmpdir(), 'outlay-golden-'));
  const dispose = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  try {
    const items = z
      .array(itemShape)
      .parse(JSON.parse(readFileSync(join(source, 'expected.json'), 'utf8')));
    const manifest = readFileSync(join(source, '..', 'package.json'), 'utf8');
    const { version } = z.object({ version: z.string() }).parse(JSON.parse(manifest));
    unpack(readFileSync(join(source, 'corpus.br')), folder);
    return {
      items,
      version,
      folderOf: ({ name }) => join(folder, name),
      [Symbol.dispose]: dispose,
    };
  } catch (error) {
    dispose();
    throw new HumanError(
      'files',
      `The golden corpus ${source} cannot be read (${messageOf(error).slice(0, 200)}). Install Outlay again.`,
      { cause: error },
    );
  }
}

/**
 * A line of JSON with the path and length of each file, then their bytes one after the other, all of it
 * under Brotli.
 */
function unpack(packed: Buffer, folder: string): void {
  const plain = zlib().brotliDecompressSync(packed);
  const lineEnd = plain.indexOf(0x0a);
  const index = z
    .array(z.tuple([z.string(), z.number()]))
    .parse(JSON.parse(plain.toString('utf8', 0, lineEnd)));
  let at = lineEnd + 1;
  for (const [path, length] of index) {
    const file = resolve(folder, ...path.split('/'));
    if (relative(folder, file).startsWith('..')) throw new Error(`${path} leads out of it`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, plain.subarray(at, at + length));
    at += length;
  }
}
