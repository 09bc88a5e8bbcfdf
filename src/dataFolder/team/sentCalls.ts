import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { isObject } from '../../model/objects.ts';
import { objectIn } from '../../platform/jsonFile.ts';
import { writeFileAtomically } from '../../platform/partFile.ts';

/** Calls of the last days as they stand in Firestore: by day, in which revision, and a hash of each by its name. */
export type SentCalls = Readonly<
  Record<string, { readonly revision: number; readonly calls: Readonly<Record<string, string>> }>
>;

/** How many days are kept: those that still change by themselves. */
const keptDays = 3;
/** Most calls of all of them: what a day has more of is asked for again. */
const mostCalls = 20_000;

export function sentCallsFile(folder: string): string {
  return join(folder, 'team-calls.json');
}

/**
 * Spares asking Firestore, which counts each document read, what it has of a day that is sent again and again. A
 * cache: it counts for a day only while the ledger has the same revision, and losing it costs a question.
 */
export function readSentCalls(folder: string): SentCalls {
  const days = Object.entries(objectIn(sentCallsFile(folder))).filter(
    (entry): entry is [string, SentCalls[string]] =>
      isObject(entry[1]) &&
      typeof entry[1].revision === 'number' &&
      isObject(entry[1].calls) &&
      Object.values(entry[1].calls).every((hash) => typeof hash === 'string'),
  );
  return Object.fromEntries(days);
}

export function writeSentCalls(folder: string, sent: SentCalls): void {
  const kept: Record<string, SentCalls[string]> = {};
  let calls = 0;
  for (const day of Object.keys(sent).sort().slice(-keptDays).reverse()) {
    calls += Object.keys(sent[day]!.calls).length;
    if (calls > mostCalls) break;
    kept[day] = sent[day]!;
  }
  writeFileAtomically(sentCallsFile(folder), `${JSON.stringify(kept)}\n`, 0o600);
}

export function removeSentCalls(folder: string): void {
  rmSync(sentCallsFile(folder), { force: true });
}
