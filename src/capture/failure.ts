import { isObject } from '../model/objects.ts';

/** What a call failed with, in a word: an HTTP status, else what kept it from an answer. Never a message. */
export function failureOf(error: unknown): string {
  if (!isObject(error)) return 'error';
  const { status, name } = error;
  if (Number.isInteger(status)) return String(status);
  // Classes of the SDKs do not set their names.
  const names = [name, error.constructor?.name].map(String).join(' ');
  if (/abort/i.test(names)) return 'aborted';
  if (/timeout/i.test(names)) return 'timeout';
  return /connection/i.test(names) ? 'connection' : 'error';
}
