import { isAmount, isObject } from '../model/objects.ts';
import { openBlocks, unpackBlock } from '../platform/blockedGzip.ts';
import { hostFormat, isHostName, type OriginLine } from './format.ts';

/**
 * Whose a block is, by its first line; undefined for one that does not say it. A newer format is an error that
 * says so.
 */
export function readOrigin(line: unknown): OriginLine | undefined {
  if (!isObject(line)) return undefined;
  const { outlay, format, host, product, account } = line;
  if (outlay !== 'host' || !isAmount(format)) return undefined;
  if (format > hostFormat) {
    throw new Error(`of a newer Outlay (format ${Math.min(format, 9_999)}): update it here`);
  }
  if (typeof host !== 'string' || !isHostName(host)) return undefined;
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  return { outlay, format, host, product: text(product), account: text(account) };
}

/** What can be said of a file before it is taken in. */
export type Inspection =
  | { readonly kind: 'whole'; readonly host: string }
  | { readonly kind: 'foreign' | 'cut' | 'damaged' | 'several hosts' };

/** Goes through all blocks of a file. Throws the file system's errors, and one for a newer format. */
export function inspectHostFile(path: string): Inspection {
  const file = openBlocks(path);
  try {
    if (!file.isBlocked || file.size === 0) return { kind: 'foreign' };
    let host = '';
    for (const found of file.blocks) {
      if (found.kind !== 'block') return { kind: found.kind === 'cut' ? 'cut' : 'damaged' };
      const content = unpackBlock(found.bytes);
      if (content === undefined) return { kind: 'damaged' };
      const origin = originIn(content);
      if (origin === undefined) return { kind: host === '' ? 'foreign' : 'damaged' };
      if (host !== '' && origin.host !== host) return { kind: 'several hosts' };
      host = origin.host;
    }
    return host === '' ? { kind: 'foreign' } : { kind: 'whole', host };
  } finally {
    file.close();
  }
}

function originIn(content: Buffer): OriginLine | undefined {
  const end = content.indexOf(0x0a);
  let line: unknown;
  try {
    line = JSON.parse(content.toString('utf8', 0, end < 0 ? content.length : end));
  } catch {
    return undefined;
  }
  return readOrigin(line);
}
