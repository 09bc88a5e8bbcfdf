import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { unpack } from './transcriptSets.ts';

const packed = join(import.meta.dirname, '..', 'fixtures', 'cases', 'cases.br');

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
