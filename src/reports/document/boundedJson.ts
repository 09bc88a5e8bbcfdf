import { isObject } from '../../model/objects.ts';

/** How many entries of a list are missing; the same list of several parents is one. */
export interface LeftOut {
  /** Where it stands: `sessions`, or `sessions[].agents`. */
  readonly list: string;
  readonly count: number;
}

export interface BoundedJson {
  readonly value: unknown;
  readonly leftOut: readonly LeftOut[];
}

export interface JsonBounds {
  /** UTF-8 bytes of the value, written without spaces. */
  readonly bytes: number;
  /** Entries of each list at the top. */
  readonly items?: number | undefined;
}

/** Text of a transcript may have any length. */
const longestText = 400;
/** An object with more keys is a list by name: its entries may be left out. */
const mostFields = 30;
/** So much of the heaviest list stays: little is cut too much, and what is far too long is not cut for ever. */
const keptShares = { least: 0.1, most: 0.8 };

/** Characters that no person sees and a model reads: tags of Unicode. */
const hidden = /[\u{e0000}-\u{e007f}]/gu;

/**
 * A JSON value that is no larger than it may be. Ends of lists are left out, always of the one that takes
 * most, and counted; texts are cut. Only where that is not enough fields go too.
 */
export function boundedJson(value: unknown, { bytes, items }: JsonBounds): BoundedJson {
  const leftOut = new Map<string, number>();
  let bounded = firstItems(withShortTexts(value), items, leftOut);
  for (const isCut of [isList, () => true]) {
    for (let size = sizeOf(bounded); size > bytes; size = sizeOf(bounded)) {
      const heaviest = heaviestOf(bounded, isCut);
      if (heaviest === undefined) break;
      const share = Math.max(keptShares.least, Math.min(keptShares.most, (2 * bytes) / size));
      const keep = Math.floor((heaviest.longest - 1) * share);
      bounded = cut(bounded, heaviest.place, keep, leftOut);
    }
  }
  if (sizeOf(bounded) > bytes) bounded = null;
  return { value: bounded, leftOut: [...leftOut].map(([list, count]) => ({ list, count })) };
}

type Container = readonly unknown[] | Readonly<Record<string, unknown>>;

function isContainer(value: unknown): value is Container {
  return Array.isArray(value) || isObject(value);
}

/** What may lose entries and still be what it was. */
function isList(value: Container): boolean {
  return Array.isArray(value) || Object.keys(value).length > mostFields;
}

function withShortTexts(value: unknown): unknown {
  if (typeof value === 'string') return shortText(value);
  if (Array.isArray(value)) return value.map(withShortTexts);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(
    ([key, each]) => [key.replace(hidden, ''), withShortTexts(each)] as const,
  );
  return Object.fromEntries(entries);
}

function shortText(text: string): string {
  const seen = text.replace(hidden, '');
  return seen.length > longestText ? `${seen.slice(0, longestText - 1).toWellFormed()}…` : seen;
}

function firstItems(
  value: unknown,
  items: number | undefined,
  leftOut: Map<string, number>,
): unknown {
  if (items === undefined || !isObject(value)) return value;
  const entries = Object.entries(value).map(([key, each]) => {
    if (!Array.isArray(each) || each.length <= items) return [key, each] as const;
    add(leftOut, key, each.length - items);
    return [key, each.slice(0, items)] as const;
  });
  return Object.fromEntries(entries);
}

function add(leftOut: Map<string, number>, list: string, count: number): void {
  leftOut.set(list, (leftOut.get(list) ?? 0) + count);
}

/** Bytes of a value as JSON without spaces. */
function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '');
}

interface Weight {
  /** Bytes of its entries without those of lists inside them. */
  bytes: number;
  /** Entries of the longest with this place. */
  longest: number;
}

/** The place whose lists have most bytes of their own; undefined where all are empty. */
function heaviestOf(
  value: unknown,
  isCut: (container: Container) => boolean,
): (Weight & { readonly place: string }) | undefined {
  const weights = new Map<string, Weight>();
  weigh(value, '', isCut, weights);
  let found: (Weight & { readonly place: string }) | undefined;
  for (const [place, weight] of weights) {
    if (weight.longest > 0 && weight.bytes > (found?.bytes ?? 0)) found = { place, ...weight };
  }
  return found;
}

/** Notes the weight of each list below a value; returns the bytes that belong to the list above. */
function weigh(
  value: unknown,
  place: string,
  isCut: (container: Container) => boolean,
  weights: Map<string, Weight>,
): number {
  if (!isContainer(value)) return sizeOf(value) + 1;
  let own = 2;
  for (const [key, each] of Object.entries(value)) {
    const name = Array.isArray(value) ? 0 : Buffer.byteLength(key) + 4;
    own += name + weigh(each, placeOf(value, place, key), isCut, weights);
  }
  if (!isCut(value)) return own;
  const weight = weights.get(place) ?? { bytes: 0, longest: 0 };
  weight.bytes += own;
  weight.longest = Math.max(weight.longest, Object.keys(value).length);
  weights.set(place, weight);
  return 2;
}

/** Where an entry stands: indices and names of entries do not matter. */
function placeOf(parent: Container, place: string, key: string): string {
  if (Array.isArray(parent)) return `${place}[]`;
  if (isList(parent)) return `${place}.*`;
  return place === '' ? key : `${place}.${key}`;
}

/** The value with all lists of a place cut to so many entries; what they lose is counted. */
function cut(value: unknown, place: string, keep: number, leftOut: Map<string, number>): unknown {
  const at = (each: unknown, here: string): unknown => {
    if (!isContainer(each)) return each;
    const entries = Object.entries(each);
    const isHere = here === place;
    if (!isHere && !place.startsWith(here)) return each;
    const kept = isHere ? entries.slice(0, keep) : entries;
    const gone = entries.length - kept.length;
    if (gone > 0) add(leftOut, here === '' ? '(all)' : here, gone);
    const mapped = kept.map(([key, inner]) => [key, at(inner, placeOf(each, here, key))] as const);
    return Array.isArray(each) ? mapped.map(([, inner]) => inner) : Object.fromEntries(mapped);
  };
  return at(value, '');
}
