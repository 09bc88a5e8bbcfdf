import { isUtf8 } from 'node:buffer';
import { realpathSync, statSync } from 'node:fs';
import { frontmatterValue, withFrontmatter } from '../analysis/insights/frontmatter.ts';
import type { InsightAction } from '../analysis/insights/insight.ts';
import { type LedgerEntry, readLedger, updateLedger } from '../dataFolder/insightFile.ts';
import { writeFileAtomically } from '../platform/partFile.ts';
import { readRegular } from '../platform/regularFile.ts';
import type { AgentFile } from './agentFiles.ts';

/** Largest agent's file read, bytes; real ones have some thousand. */
const largestFile = 4 * 1024 * 1024;

/** The action of an insight that gives an agent another model. */
export type AgentModel = Extract<InsightAction, { kind: 'agent-model' }>;

/** Another model in the file that defines an agent. */
export interface AgentChange {
  readonly agent: string;
  readonly model: string;
  readonly file: string;
  /** What it names now; undefined where it leaves that to the session. */
  readonly modelNow: string | undefined;
  readonly before: string;
  /** The same as `before` where the file names that model already. */
  readonly after: string;
}

/** What an action makes of a file; undefined for a file without frontmatter. */
export function changeOf(
  { agent, model }: Pick<AgentModel, 'agent' | 'model'>,
  { file, text }: AgentFile,
): AgentChange | undefined {
  const after = withFrontmatter(text, 'model', model);
  if (after === undefined) return undefined;
  return { agent, model, file, modelNow: frontmatterValue(text, 'model'), before: text, after };
}

/**
 * Writes a change that was shown and notes for which insight, so that it can be undone. False where the
 * file is not what was shown any more, or has bytes in it that are no text: then nothing is written.
 */
export function writeChange(folder: string, id: string, change: AgentChange, now: number): boolean {
  const { agent, model, file, before, after } = change;
  if (contentOf(file) !== before) return false;
  // Noted first: a change nobody has noted could not be taken back.
  let noted: LedgerEntry = {};
  updateLedger(folder, id, (decided) => {
    noted = decided;
    return { ...decided, applied: { at: now, agent, model, file, before, after } };
  });
  try {
    replaceContent(file, after);
  } catch (error) {
    updateLedger(folder, id, () => noted);
    throw error;
  }
  return true;
}

/** What became of undoing: the file, and whether it is as it was before. */
export interface Undone {
  readonly file: string;
  /** False where somebody has changed the file since: it is left as it is. */
  readonly done: boolean;
}

/** Puts back the file that was changed for an insight; undefined where none was. */
export function undoChange(folder: string, id: string): Undone | undefined {
  const applied = readLedger(folder).ledger.get(id)?.applied;
  if (applied === undefined) return undefined;
  const { file, before, after } = applied;
  if (contentOf(file) !== after) return { file, done: false };
  replaceContent(file, before);
  updateLedger(folder, id, ({ applied: _, ...rest }) => rest);
  return { file, done: true };
}

/** A file's text; undefined for one that is not there, or whose bytes a text would not give again. */
function contentOf(file: string): string | undefined {
  try {
    const bytes = readRegular(file, largestFile);
    return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
  } catch {
    return undefined;
  }
}

/** A link stays one: what it leads to is written. */
function replaceContent(file: string, text: string): void {
  writeFileAtomically(realpathSync(file), text, statSync(file).mode & 0o777);
}
