import { mainModel } from '../../analysis/insights/measure.ts';
import type { FoundRun } from '../../insights/runs.ts';
import { nanoToUsd } from '../../model/money.ts';
import { isoTime } from '../../query/context.ts';
import type { Selection } from '../../query/select.ts';
import type { Table } from '../document/document.ts';
import { shownAgent, shownModel } from '../document/shown.ts';

/** Runs in which something went wrong, latest first. */
export function failedRunsTable({ names }: Selection, failed: readonly FoundRun[]): Table {
  return {
    title: 'Runs with errors',
    columns: [
      { key: 'at', header: 'First error', unit: 'time' },
      { key: 'session', header: 'ID', unit: 'text', prefix: 8, details: true },
      { key: 'project', header: 'Project', unit: 'text', widest: 30, leaves: 1 },
      { key: 'agent', header: 'Agent', unit: 'text', widest: 30, shown: shownAgent },
      { key: 'model', header: 'Model', unit: 'text', widest: 30, leaves: 3, shown: shownModel },
      { key: 'messages', header: 'Messages', unit: 'count' },
      { key: 'cost_usd', header: 'Cost', unit: 'usd', strong: true },
      { key: 'api_errors', header: 'API', unit: 'count', idle: true, leaves: 3 },
      { key: 'tool_errors', header: 'Tool', unit: 'count', idle: true, leaves: 3 },
      { key: 'interrupted', header: 'Interrupted', unit: 'count', idle: true, leaves: 3 },
      { key: 'codes', header: 'What', unit: 'text', widest: 40, fills: true },
    ],
    order: ['cost_usd', 'agent', 'codes', 'project', 'model'],
    rows: latestFirst(failed).map((run) => [
      firstError(run),
      names.place(run.sessionNumber).sid,
      run.project,
      run.agent,
      mainModel(run),
      run.messages,
      run.nano,
      run.errors.api,
      run.errors.tool,
      run.errors.interrupted,
      codesOf(run).join(', '),
    ]),
  };
}

/** The same for programs. */
export function failedRunsJson(failed: readonly FoundRun[]): object[] {
  return latestFirst(failed).map((run) => ({
    firstErrorAt: isoTime(firstError(run)),
    sessionId: run.session,
    project: run.project,
    agent: run.agent,
    model: mainModel(run),
    messages: run.messages,
    cost_usd: nanoToUsd(run.nano),
    apiErrors: run.errors.api,
    toolErrors: run.errors.tool,
    interrupted: run.errors.interrupted,
    codes: codesOf(run),
  }));
}

function latestFirst(failed: readonly FoundRun[]): FoundRun[] {
  return failed.toSorted((a, b) => firstError(b) - firstError(a) || (a.key < b.key ? -1 : 1));
}

function firstError({ failures }: FoundRun): number {
  return failures[0]!.at;
}

function codesOf({ failures }: FoundRun): string[] {
  return [...new Set(failures.map(({ code }) => code))].filter((code) => code !== '');
}
