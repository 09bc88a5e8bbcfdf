import { formatDuration } from '../../model/calendar.ts';
import { type ReportContext, warnings } from '../../query/context.ts';
import { isAlive, type LeaseRow } from '../../store/connection/writerLease.ts';
import type { Job } from '../../store/query/storeReader.ts';
import type { Cell, Document, Table } from '../document/document.ts';

/** Who writes the store, and how its background jobs went: what `outlay workers` prints. */
export function workersReport(context: ReportContext): Document {
  return {
    title: 'Background work',
    sentences: [`Writer: ${writerText(context)}.`],
    tables: [jobTable(context)],
    notes: warnings(context),
    json: { schemaVersion: 1, ...workersJson(context) },
  };
}

/** The same as a part of `doctor`. */
export function workerTables(context: ReportContext): Table[] {
  return [
    {
      title: 'Writer',
      columns: [
        { key: 'writer', header: 'Who', unit: 'text', widest: 120, wraps: true, fills: true },
      ],
      rows: [[writerText(context)]],
    },
    jobTable(context),
  ];
}

/** Writer and jobs for programs. */
export function workersJson(context: ReportContext): object {
  const writer = currentWriter(context);
  return {
    writer: writer && {
      pid: writer.pid,
      host: writer.host,
      role: writer.role,
      since: isoOrNull(writer.since),
    },
    jobs: context.reader.jobs().map(({ name, startedAt, finishedAt, result }) => ({
      name,
      startedAt: isoOrNull(startedAt),
      finishedAt: isoOrNull(finishedAt),
      result,
    })),
  };
}

/** A time for programs. */
export function isoOrNull(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

function currentWriter({ reader, now }: ReportContext): LeaseRow | null {
  const lease = reader.lease();
  return lease !== undefined && isAlive(lease, now) ? lease : null;
}

function writerText(context: ReportContext): string {
  const writer = currentWriter(context);
  if (writer === null) return 'none at the moment';
  const length = formatDuration(Math.max(0, context.now - writer.since));
  return `process ${writer.pid} (${writer.role}), for ${length}`;
}

function jobTable({ reader }: ReportContext): Table {
  return {
    title: 'Jobs',
    columns: [
      { key: 'job', header: 'Job', unit: 'text' },
      { key: 'last_run', header: 'Last run', unit: 'time' },
      { key: 'took', header: 'Took', unit: 'text' },
      { key: 'result', header: 'Result', unit: 'text', widest: 120, wraps: true, fills: true },
    ],
    rows: reader.jobs().map(jobRow),
  };
}

function jobRow({ name, startedAt, finishedAt, result }: Job): Cell[] {
  const took = finishedAt === null ? 'not finished' : formatDuration(finishedAt - startedAt);
  return [name, startedAt, took, result];
}
