import { isObject } from '../../model/objects.ts';

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
