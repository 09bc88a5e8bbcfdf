import { isObject } from '../model/objects.ts';

export type Json = Readonly<Record<string, unknown>>;

const nothing: Json = {};

/** A value that is to be an object; anything else has nothing in it. */
export function object(value: unknown): Json {
  return isObject(value) ? value : nothing;
}

/** A value that is to be text; '' for anything else. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A count of tokens; undefined for what is no whole number from 0 up. */
export function tokenCount(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;
}

/** An object written as JSON; undefined for anything else. */
export function parseObject(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
