import { homedir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { HumanError } from '../model/errors.ts';
import type { Format } from '../reports/document.ts';
import type { RawOptions } from '../reports/question.ts';
import type { ReportResult, ReportTask } from '../reports/reportTask.ts';
import type { ReportOutcome } from '../reports/reportWorker.ts';
import { dataFolder } from '../watchers/places.ts';
import { readSettings, settingsSentence } from './settings.ts';
import type { SpendModel } from './spendModel.ts';

/** Makes a report on a thread of its own. Throws a `HumanError` where a choice cannot be used. */
export async function makeReport(
  model: Pick<SpendModel, 'storeFile'>,
  { name, raw }: { readonly name: string; readonly raw: RawOptions },
  format: Format,
  now: number,
): Promise<ReportResult> {
  const { settings, problems } = readSettings();
  const task: ReportTask = {
    name,
    raw,
    format,
    storeFile: model.storeFile,
    dataFolder: dataFolder(),
    // What VS Code gives is a proxy, which goes into no other thread.
    settings: { ...settings, priceOverrides: plain(settings.priceOverrides) },
    now,
    home: homedir(),
    problems: problems.map(settingsSentence),
  };
  const worker = new Worker(join(import.meta.dirname, 'report.cjs'), {
    name: 'outlay-report',
    workerData: task,
  });
  const outcome = await new Promise<ReportOutcome>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('The thread ended before the report was made.')));
  });
  if (outcome.type === 'done') return outcome.result;
  if (outcome.reason === undefined) throw new Error(outcome.text);
  throw new HumanError(outcome.reason, outcome.text);
}

function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
