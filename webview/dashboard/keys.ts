/**
 * Keys of bars and rows that say what a click on them means. What they are made of comes from
 * transcripts and may hold anything, so they are JSON, not texts put together.
 */
export function barKey(filter: string, name: string): string {
  return JSON.stringify([filter, name]);
}

/** The value a bar narrows its dimension to; '' for one that stands for no value. */
export function filterOf(key: string): string {
  return stringsIn(key)[0] ?? '';
}

export function rowKey(sid: string, message: string, index: number): string {
  return JSON.stringify([sid, message, String(index)]);
}

/** The session a row opens, and the message to show there, '' for none. */
export function rowTarget(key: string): { readonly sid: string; readonly message: string } {
  const [sid = '', message = ''] = stringsIn(key);
  return { sid, message };
}

function stringsIn(key: string): string[] {
  return JSON.parse(key) as string[];
}
