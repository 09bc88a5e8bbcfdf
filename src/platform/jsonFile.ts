import { readFileSync } from 'node:fs';
import { isObject } from '../model/objects.ts';

/** What a text of JSON says; undefined where it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The object a file of JSON holds; an empty one where there is none that can be read. */
export function objectIn(file: string): Readonly<Record<string, unknown>> {
  try {
    const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isObject(content) ? content : {};
  } catch {
    return {};
  }
}
