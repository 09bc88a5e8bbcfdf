import type { AlertResult } from '../../analysisThread/alertTask.ts';
import type { GuardResult } from '../../analysisThread/guardTask.ts';
import type { PanelQuery } from '../../analysisThread/panelTask.ts';
import type { ReportResult } from '../../analysisThread/reportTask.ts';
import type { ServedQuestion, ServedResult } from '../../analysisThread/servedTask.ts';
import type { TaskOrigin } from '../../analysisThread/taskContext.ts';
import { dataFolder, homeFolder } from '../../dataFolder/paths.ts';
import type { PanelFigures, PanelQueryName } from '../../panels/registry.ts';
import type { RawOptions } from '../../query/question.ts';
import type { Format } from '../../reports/document/document.ts';
import { reportDefinitions } from '../../reports/registry.ts';
import type { ChannelName } from '../../settings/alertSettings.ts';
import { readSettings, settingsSentence } from './settingsModel.ts';
import type { SpendModel } from './spendModel.ts';
import { windowFolders } from './windowScope.ts';
import { withoutBudgets } from './withoutBudgets.ts';

/** Whose store is asked, and on which thread. */
type Asker = Pick<SpendModel, 'storeFile' | 'keptFolder' | 'analysis' | 'clientModels'> &
  Partial<Pick<SpendModel, 'slowAnalysis'>>;

/** The same on the thread of what may take long: nobody's panel waits for it. */
type SlowAsker = Pick<SpendModel, 'storeFile' | 'keptFolder' | 'clientModels' | 'slowAnalysis'>;

/** Makes a report on a thread of its own. Throws a `HumanError` where a choice cannot be used. */
export async function makeReport(
  model: Asker,
  { name, raw }: { readonly name: string; readonly raw: RawOptions },
  format: Format,
  now: number,
): Promise<ReportResult> {
  const task = { ...taskOrigin(model, now), name, raw, format };
  const isSlow = reportDefinitions.find((one) => one.name === name)?.slow === true;
  const thread = (isSlow ? model.slowAnalysis : undefined) ?? model.analysis;
  return (await thread.ask({ type: 'report', task })).result;
}

/** What a panel shows, from the same thread. */
export async function panelData<Name extends PanelQueryName>(
  model: Asker,
  query: PanelQuery<Name>,
  now: number,
): Promise<PanelFigures<Name>> {
  const task = { ...taskOrigin(model, now), ...query };
  const { data } = await model.analysis.ask({ type: 'panel', task });
  return data as PanelFigures<Name>;
}

/** Asks whether something is to be told, and decides it; telling it is the caller's. */
export async function askAlerts(
  model: SlowAsker,
  channels: readonly ChannelName[],
  now: number,
): Promise<AlertResult> {
  const task = { ...taskOrigin(model, now), channels };
  return (await model.slowAnalysis.ask({ type: 'alerts', task })).result;
}

/** What an agent asks. */
export async function askForAgent(
  model: SlowAsker,
  question: ServedQuestion,
  now: number,
): Promise<ServedResult> {
  const task = { ...taskOrigin(model, now), ...question };
  return (await model.slowAnalysis.ask({ type: 'served', task })).result;
}

/** Which sessions spend although the guard, which is installed, does not see them. */
export async function askGuard(
  model: SlowAsker,
  configDir: string,
  now: number,
): Promise<GuardResult> {
  const task = { ...taskOrigin(model, now), configDir };
  return (await model.slowAnalysis.ask({ type: 'guard', task })).result;
}

/** Whose store is asked, where and when, as another thread is told it. */
export function taskOrigin(
  { storeFile, keptFolder, clientModels }: Pick<Asker, 'storeFile' | 'keptFolder' | 'clientModels'>,
  now: number,
): TaskOrigin {
  const { settings, problems } = readSettings();
  return {
    storeFile,
    dataFolder: dataFolder(),
    keptFolder,
    settings: {
      ...(keptFolder === dataFolder() ? settings : withoutBudgets(settings)),
      // What VS Code gives is a proxy, which goes into no other thread.
      priceOverrides: plain(settings.priceOverrides),
    },
    clientModels,
    now,
    home: homeFolder(),
    problems: problems.map(settingsSentence),
    folders: windowFolders(),
  };
}

function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
