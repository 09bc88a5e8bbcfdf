import type { PanelQuery } from '../../analysisThread/panelTask.ts';
import type { ReportResult } from '../../analysisThread/reportTask.ts';
import type { TaskOrigin } from '../../analysisThread/taskContext.ts';
import { dataFolder, homeFolder } from '../../dataFolder/paths.ts';
import type { PanelFigures, PanelQueryName } from '../../panels/registry.ts';
import type { RawOptions } from '../../query/question.ts';
import type { Format } from '../../reports/document/document.ts';
import { readSettings, settingsSentence } from './settingsModel.ts';
import type { SpendModel } from './spendModel.ts';
import { windowFolders } from './windowScope.ts';

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

/** What a panel shows, from the same thread. */
export async function panelData<Name extends PanelQueryName>(
  model: Asker,
  query: PanelQuery<Name>,
  now: number,
): Promise<PanelFigures<Name>> {
  const task = { ...placeOf(model, now), ...query };
  const answered = await model.analysis.ask({ type: 'panel', task });
  if (answered.type !== 'panel') throw new Error('Another answer came than was asked for.');
  return answered.data as PanelFigures<Name>;
}

function placeOf({ storeFile, keptFolder }: Asker, now: number): TaskOrigin {
  const { settings, problems } = readSettings();
  return {
    storeFile,
    dataFolder: dataFolder(),
    keptFolder,
    // What VS Code gives is a proxy, which goes into no other thread.
    settings: { ...settings, priceOverrides: plain(settings.priceOverrides) },
    now,
    home: homeFolder(),
    problems: problems.map(settingsSentence),
    folders: windowFolders(),
  };
}

function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
