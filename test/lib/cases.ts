import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { unpack } from './transcriptSets.ts';

const folder = join(import.meta.dirname, '..', 'fixtures', 'cases');
const packed = join(folder, 'cases.br');

/** What cases must come to, and the report each was rebuilt from; `usd` is an exact decimal. */
export const expectedCases = JSON.parse(
  readFileSync(join(folder, 'expected.json'), 'utf8'),
) as Readonly<
  Record<string, { readonly origin: string; readonly usd: string; readonly messages: number }>
>;

/** The files of every case, each below its name. */
export function filesOfCases(): Generator<[path: string, content: Buffer]> {
  return unpack(readFileSync(packed));
}

/** Unpacks a case below `target`, which becomes a configuration directory. */
export function unpackCase(name: string, target: string): void {
  let found = false;
  for (const [path, content] of unpack(readFileSync(packed))) {
    if (!path.startsWith(`${name}/`)) continue;
    found = true;
    const file = join(target, ...path.slice(name.length + 1).split('/'));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  if (!found) throw new Error(`There is no case "${name}".`);
}
