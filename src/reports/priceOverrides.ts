import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../model/errors.ts';

/** Where a user's own prices may stand. */
export interface OverrideSources {
  /** The setting `outlay.prices.overrides`, as written. */
  readonly setting: unknown;
  /** The setting `outlay.prices.file`; '' when there is none. */
  readonly file: string;
  /** Holds what `outlay prices import` stored. */
  readonly dataFolder: string;
}

type Json = Record<string, unknown>;

/** File in the data folder that `outlay prices import` writes. */
export function importedPricesFile(dataFolder: string): string {
  return join(dataFolder, 'prices.json');
}

/**
 * The user's prices from all places as one object for `parsePriceOverrides`: the setting before the
 * named file before what was imported, model by model. A file that cannot be read is named, and the
 * others hold.
 */
export function mergeOverrides(sources: OverrideSources): { data: unknown; problems: string[] } {
  const problems: string[] = [];
  const imported = importedPricesFile(sources.dataFolder);
  const layers: unknown[] = [];
  if (existsSync(imported)) layers.push(readPrices(imported, problems));
  if (sources.file !== '') layers.push(readPrices(sources.file, problems));
  layers.push(sources.setting);
  return { data: layers.reduce<Json>(mergeLayer, {}), problems };
}

function mergeLayer(below: Json, layer: unknown): Json {
  if (!isObject(layer)) return below;
  const models = new Map<string, unknown>();
  for (const source of [below, layer]) {
    for (const key of ['overrides', 'models']) {
      const entries = source[key];
      if (!isObject(entries)) continue;
      for (const [model, entry] of Object.entries(entries)) models.set(model, entry);
    }
  }
  const { overrides: _overrides, models: _models, ...rest } = { ...below, ...layer };
  return { ...rest, models: Object.fromEntries(models) };
}

function readPrices(file: string, problems: string[]): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    problems.push(
      `Prices in ${file} are not in force: ${messageOf(error)}. Mend the file or change "outlay.prices.file".`,
    );
    return undefined;
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
