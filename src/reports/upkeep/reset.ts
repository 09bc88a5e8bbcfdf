import { count, type ReportContext, warnings } from '../../query/context.ts';
import type { ResetLoss } from '../../store/upkeep/reset.ts';
import type { Document } from '../document/document.ts';

/** A reset, asked about or done. */
export interface ResetQuestion {
  readonly store: string;
  /** What it takes away, counted before; undefined where there was no store. */
  readonly loss: ResetLoss | undefined;
  readonly done: boolean;
  /** Backups that stay beside the store. */
  readonly backups: number;
  /** What to do to have it done. */
  readonly remedy: string;
}

/** What `outlay reset` prints: what is lost for good, and what is read again. */
export function resetReport(context: ReportContext, question: ResetQuestion): Document {
  const { store, loss, done, backups } = question;
  const kept = context.reader.kept();
  const notes = [
    ...(backups > 0 ? [`${count(backups, 'backup')} beside the store stay as they are.`] : []),
    ...warnings(context),
  ];
  const held = done
    ? `The store keeps ${count(kept.messages, 'message')} of ${count(kept.sessions, 'session')} now.`
    : `Nothing is changed: ${question.remedy}`;
  return {
    title: 'Reset',
    sentences:
      loss === undefined
        ? [`There is no store ${store} yet, so there is nothing to reset.`]
        : [...lossSentences(loss, done), held],
    tables: [],
    notes,
    json: {
      schemaVersion: 1,
      store,
      reset: done,
      loss: loss ?? null,
      messages: kept.messages,
      sessions: kept.sessions,
      notes,
    },
  };
}

function lossSentences(loss: ResetLoss, done: boolean): string[] {
  const { messages, sessions, transcripts, gone, outside } = loss;
  const what = `${count(messages, 'message')} of ${count(sessions, 'session')}, read from ${count(transcripts, 'transcript')}`;
  const sentences = [done ? `The store was emptied of ${what}.` : `A reset takes away ${what}.`];
  if (gone > 0) {
    sentences.push(
      `${count(gone, 'transcript is', 'transcripts are')} no longer on disk: what only the store knew of them ${done ? 'is lost' : 'would be lost'}.`,
    );
  }
  if (outside > 0) {
    sentences.push(
      `${count(outside, 'transcript is', 'transcripts are')} in configuration directories that are not read now, and ${done ? 'were' : 'would'} not ${done ? 'read' : 'be read'} again.`,
    );
  }
  if (gone + outside < transcripts) {
    const rest = gone + outside > 0 ? 'All others are' : 'All transcripts are';
    sentences.push(`${rest} on disk, stay there, and are read again.`);
  }
  return sentences;
}
