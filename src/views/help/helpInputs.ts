import { env } from 'vscode';
import { bundledCatalogue } from '../../pricing/catalogue.ts';
import { daysOld } from '../../pricing/days.ts';
import { isAlive } from '../../store/connection/writerLease.ts';
import type { StoreReader } from '../../store/query/storeReader.ts';
import type { SpendSums } from '../../store/schema/sums.ts';
import type { Spend } from '../core/spend.ts';
import type { SpendModel } from '../core/spendModel.ts';
import { storeProblem } from '../core/storeState.ts';
import { type Format, formatOf } from '../text/format.ts';
import { type TranscriptsOnDisk, transcriptsOnDisk } from './transcriptsOnDisk.ts';

/** Everything, in whole quarters of an hour: the rollups answer without looking at messages. */
const always = { from: 0, to: 9_000_000_000 * 900_000 } as const;

/** What the store says, over everything it keeps. Money in nano-dollars, times UTC milliseconds. */
export interface StoreInputs {
  readonly messages: number;
  readonly sessions: number;
  readonly firstAt: number | null;
  readonly lastAt: number | null;
  readonly sums: SpendSums;
  readonly background: number;
  /** Messages' cost that Claude Code's own totals do not reach yet. */
  readonly unconfirmed: number;
  /** Forks whose parent's total was never written. */
  readonly irreconcilable: number;
  readonly unpriced: readonly { readonly model: string; readonly messages: number }[];
  readonly rejectedLines: number;
  /** Transcripts that have been read and are no longer on disk. */
  readonly goneTranscripts: number;
  /** The process that writes the store just now. */
  readonly writer: { readonly pid: number; readonly role: string } | undefined;
}

/** What the answers of the help stand on: this window, this machine, just now. */
export interface HelpInputs {
  readonly now: number;
  readonly format: Format;
  readonly spend: Spend;
  readonly storeFile: string;
  /** Why the store cannot be used, '' when it can. */
  readonly problem: string;
  /** Transcripts below all roots. */
  readonly transcripts: number;
  /** Undefined while the store cannot be read. */
  readonly store: StoreInputs | undefined;
  readonly disk: TranscriptsOnDisk;
  /** Sessions whose Claude Code is known to run. */
  readonly running: number;
  /** `CLAUDE_CONFIG_DIR` as this editor has it, '' when it has none. */
  readonly configDirVariable: string;
  /** Name of the remote this window works on, '' on this machine itself. */
  readonly remote: string;
  /** Day the built-in prices were last checked, and how many days ago that is. */
  readonly catalogueDate: string;
  readonly catalogueDays: number;
}

/** Gathers the facts. Looks at every transcript's size, so it takes as long as the disk does. */
export async function helpInputs(model: SpendModel): Promise<HelpInputs> {
  const { spend, reader } = model;
  const { roots } = spend;
  const now = Date.now();
  const { checked } = bundledCatalogue;
  const disk = await transcriptsOnDisk(
    roots.map(({ path }) => path),
    reader?.knownSizes() ?? new Map(),
  );
  return {
    now,
    format: formatOf(spend.settings),
    spend,
    storeFile: model.storeFile,
    problem: storeProblem(spend),
    transcripts: [...disk.counts.values()].reduce((sum, count) => sum + count, 0),
    // The reader may have been closed while the disk was looked at.
    store: model.reader === undefined ? undefined : storeFacts(model.reader, now),
    disk,
    running: model.running.size,
    configDirVariable: process.env.CLAUDE_CONFIG_DIR ?? '',
    remote: env.remoteName ?? '',
    catalogueDate: checked,
    catalogueDays: daysOld(checked, now),
  };
}

function storeFacts(reader: StoreReader, now: number): StoreInputs {
  const sessions = reader.sessions();
  const lease = reader.lease();
  const writes = lease !== undefined && isAlive(lease, now);
  return {
    ...reader.kept(),
    sums: reader.spend(always, undefined),
    background: reader.background(always, undefined),
    unconfirmed: sessions.reduce((sum, session) => sum + session.unconfirmed, 0),
    irreconcilable: sessions.filter((session) => session.irreconcilable).length,
    unpriced: reader.unpricedModels(always, undefined),
    rejectedLines: reader.rejectedLines(),
    goneTranscripts: reader.fileCounts().gone,
    writer: writes ? { pid: lease.pid, role: lease.role } : undefined,
  };
}
