import { formatDuration } from '../../model/calendar.ts';
import { count, type ReportContext, warnings } from '../../query/context.ts';
import type { Document } from '../document/document.ts';

/** What a run over the transcripts came to. */
export interface IndexingResult {
  /** Transcripts on disk. */
  readonly transcripts: number;
  /** Of them with something new. */
  readonly fresh: number;
  readonly tookMs: number;
  /** Another process writes and has not read everything yet. */
  readonly behind: boolean;
  readonly roots: readonly { readonly path: string; readonly exists: boolean }[];
}

/** What `outlay index` prints; without facts nothing was read, and the notes say why. */
export function indexReport(context: ReportContext, facts: IndexingResult | undefined): Document {
  const kept = context.reader.kept();
  const found =
    facts === undefined
      ? 'Nothing was read.'
      : `${count(facts.transcripts, 'transcript')} found, ${facts.fresh} with something new, read in ${facts.tookMs < 1000 ? `${facts.tookMs} ms` : formatDuration(facts.tookMs)}.`;
  const missing = (facts?.roots ?? []).filter(({ exists }) => !exists);
  const notes = [
    ...missing.map(({ path }) => `${path} has no folder "projects" yet.`),
    ...warnings(context),
  ];
  return {
    title: 'Index',
    sentences: [
      found,
      `The store keeps ${count(kept.messages, 'message')} of ${count(kept.sessions, 'session')}.`,
    ],
    tables: [],
    notes,
    json: {
      schemaVersion: 1,
      transcripts: facts?.transcripts ?? null,
      fresh: facts?.fresh ?? null,
      tookMs: facts?.tookMs ?? null,
      behind: facts?.behind ?? false,
      messages: kept.messages,
      sessions: kept.sessions,
      notes,
    },
  };
}
