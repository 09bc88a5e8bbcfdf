import { join } from 'node:path';
import type { ClientPriceList, ClientPriceSource } from '../../model/clientPrices.ts';
import { readRegular } from '../../platform/regularFile.ts';
import { KeySet, scanObject, skipSpace } from './scan/jsonScanner.ts';

/** Largest file read, bytes: `.claude.json` keeps something of every project. */
const largestFile = 64 * 1024 * 1024;

/** Largest price list parsed, bytes. */
const largestList = 1024 * 1024;

/** Where an administrator sets what holds for everybody on the machine. */
const managedFolders: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  darwin: '/Library/Application Support/ClaudeCode',
  win32: 'C:\\Program Files\\ClaudeCode',
};

function managedFiles(platform: NodeJS.Platform): string[] {
  return [join(managedFolders[platform] ?? '/etc/claude-code', 'managed-settings.json')];
}

/**
 * What Claude Code itself knows of prices, managed settings first: those, and the list it was served, which
 * it keeps in `.claude.json` in a configuration directory or the home folder. Nothing where there is no
 * such file, list or JSON.
 */
export function readClientPrices(
  folders: readonly string[],
  managed: readonly string[] = managedFiles(process.platform),
): ClientPriceList[] {
  const served = [...new Set(folders)].map((folder) => join(folder, '.claude.json'));
  return [
    ...listsIn('managed', managed, 'modelPricing'),
    ...listsIn('client', served, 'additionalModelCostsCache'),
  ];
}

function listsIn(
  source: ClientPriceSource,
  files: readonly string[],
  key: string,
): ClientPriceList[] {
  return files.flatMap((file) => {
    const data = valueIn(file, key);
    return data === undefined ? [] : [{ source, data }];
  });
}

/** The value of a key of the object in a file, which is all of it that is parsed. */
function valueIn(file: string, key: string): unknown {
  try {
    const bytes = readRegular(file, largestFile);
    // Native code sees at once that there is nothing, as most often.
    if (!bytes.includes(`"${key}"`)) return undefined;
    const keys = new KeySet([key]);
    const spans = keys.spans();
    const end = scanObject(bytes, skipSpace(bytes, 0, bytes.length), bytes.length, keys, spans);
    const [start, stop] = [spans.start(0), spans.end(0)];
    const isWhole = end > 0 && skipSpace(bytes, end, bytes.length) === bytes.length;
    if (!isWhole || start < 0 || stop - start > largestList) return undefined;
    return JSON.parse(bytes.toString('utf8', start, stop));
  } catch {
    return undefined;
  }
}
