import { homedir } from 'node:os';
import type { PanelTask } from '../../analysisThread/panelTask.ts';
import type { ReportResult } from '../../analysisThread/reportTask.ts';
import type { TaskPlace } from '../../analysisThread/taskContext.ts';
import { dataFolder } from '../../dataFolder/places.ts';
import type { RawOptions } from '../../query/question.ts';
import type { Format } from '../../reports/document/document.ts';
import { readSettings, settingsSentence } from './settingsModel.ts';
import type { SpendModel } from './spendModel.ts';

/** Whose store is asked, and on which thread. */
type Asker = Pick<SpendModel, 'storeFile' | 'keptFolder' | 'analysis'>;

/** Makes a report on a thread of its own. Throws a `HumanError` where a choice cannot be used. */
export async function makeReport(
  model: Asker,
  { name, raw }: { readonly name: string; readonly raw: RawOptions },
  format: Format,
  now: number,
): Promise<ReportResult> {
  const task = { ...placeOf(model, now), name, raw, format };
  const answered = await model.analysis.ask({ type: 'report', task });
  if (answered.type !== 'report') throw new Error('Another answer came than was asked for.');
  return answered.result;
}

/** A question of a panel without where and when it is asked. */
export type PanelQuestion = PanelTask extends infer T
  ? T extends PanelTask
    ? Pick<T, 'panel' | 'question'>
    : never
  : never;

/** What a panel shows, from the same thread. The caller knows the shape of what it asked for. */
export async function panelData<D>(model: Asker, asked: PanelQuestion, now: number): Promise<D> {
  const task = { ...placeOf(model, now), ...asked } as PanelTask;
  const answered = await model.analysis.ask({ type: 'panel', task });
  if (answered.type !== 'panel') throw new Error('Another answer came than was asked for.');
  return answered.data as D;
}

function placeOf({ storeFile, keptFolder }: Asker, now: number): TaskPlace {
  const { settings, problems } = readSettings();
  return {
    storeFile,
    dataFolder: dataFolder(),
    keptFolder,
    // What VS Code gives is a proxy, which goes into no other thread.
    settings: { ...settings, priceOverrides: plain(settings.priceOverrides) },
    now,
    home: homedir(),
    problems: problems.map(settingsSentence),
  };
}

function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
