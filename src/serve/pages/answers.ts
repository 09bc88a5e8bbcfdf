import { teamFreshMs } from '../../analysisThread/teamAsking.ts';
import type { DashboardFigures } from '../../panels/dashboard.ts';
import type { TeamShown } from '../../panels/parts/teamFigures.ts';
import type { PanelFigures, PanelQueryName } from '../../panels/registry.ts';
import { isAnomaliesQuestion, usualAnomalies } from '../../protocol/anomalies.ts';
import { isBudgetsQuestion, usualBudgets } from '../../protocol/budgets.ts';
import { isBurnQuestion, usualBurn } from '../../protocol/burn.ts';
import {
  type DashboardQuestion,
  isDashboardQuestion,
  usualDashboard,
} from '../../protocol/dashboard.ts';
import type { DataPanelName } from '../../protocol/panels.ts';
import { protocolVersion } from '../../protocol/shared.ts';
import type { OptimizeJson } from '../../reports/insights/optimizeJson.ts';
import type { UserSettings } from '../../settings/settings.ts';
import { anomaliesStrings } from '../../views/anomalies/strings.ts';
import { anomaliesViewModel } from '../../views/anomalies/viewModel.ts';
import { budgetsStrings } from '../../views/budgets/strings.ts';
import { budgetsViewModel } from '../../views/budgets/viewModel.ts';
import { burnStrings } from '../../views/burn/strings.ts';
import { burnViewModel } from '../../views/burn/viewModel.ts';
import { hasSomething } from '../../views/dashboard/inputs.ts';
import { dashboardStrings } from '../../views/dashboard/strings.ts';
import { dashboardViewModel } from '../../views/dashboard/viewModel.ts';
import { commonStrings, noTranscripts } from '../../views/panels/commonStrings.ts';
import { formatOf } from '../../views/text/format.ts';
import type { Questions } from '../questions.ts';

/** What pages are answered from. */
export interface AnswerWorld {
  readonly questions: Questions;
  /** Asks a team's ledger behind what is shown; answers whether it is being asked. */
  readonly look: (team: TeamShown) => boolean;
  readonly settings: () => UserSettings;
}

/** Figures of a panel, and what its words depend on besides. */
interface Read<Name extends PanelQueryName> {
  readonly figures: PanelFigures<Name>;
  readonly live: boolean;
  readonly settings: UserSettings;
}

/** What a panel is called, asked, and how its page is answered: a message of its protocol. */
interface AnsweredPanel {
  readonly isQuestion: (value: unknown) => boolean;
  readonly usual: unknown;
  readonly answer: (world: AnswerWorld, question: never) => Promise<object>;
}

async function read<Name extends PanelQueryName>(
  { questions, settings }: AnswerWorld,
  panel: Name,
  question: unknown,
): Promise<Read<Name>> {
  const { result } = await questions.ask({ what: 'panel', panel, question }, { fresh: true });
  if (result.what !== 'panel') throw new Error('Another answer came than was asked for.');
  const { figures, live } = result;
  return { figures: figures as PanelFigures<Name>, live, settings: settings() };
}

function shown(
  question: unknown,
  settings: UserSettings,
  now: number,
  words: object,
  data: object,
): object {
  const format = formatOf(settings).forPanel(now);
  const all = { ...commonStrings(), ...words };
  return { type: 'show', v: protocolVersion, question, ui: null, words: all, format, data };
}

/** There are no transcripts; a demo is something of the editor's. */
function nothing(): object {
  const { text } = noTranscripts();
  return { type: 'nothing', v: protocolVersion, text, actions: [] };
}

/** A browser has no folders open and shows no demo. */
const around = { folders: [], demo: false } as const;

async function dashboard(
  world: AnswerWorld,
  question: DashboardQuestion,
  part: 'dashboard' | 'dashboardSummary' = 'dashboard',
): Promise<object> {
  const [{ figures: found, live, settings }, insights] = await Promise.all([
    read(world, part, question),
    part === 'dashboard' ? insightsOf(world) : undefined,
  ]);
  const figures: DashboardFigures = found;
  if (!hasSomething(figures)) return nothing();
  const { now, team } = figures;
  const { zone } = settings;
  const format = formatOf(settings);
  const facts = { ...around, figures, question, format, live, zone, insights };
  const answer = shown(question, settings, now, dashboardStrings(), dashboardViewModel(facts));
  return team === undefined
    ? answer
    : { ...answer, again: world.look(team) ? soonMs : teamFreshMs };
}

/** When a page asks again while a team's ledger is being asked, milliseconds. */
const soonMs = 1000;

/** What could be saved, as the report says; found out once in a while, as in the editor. */
async function insightsOf({ questions }: AnswerWorld): Promise<OptimizeJson | undefined> {
  const { result } = await questions.ask({ what: 'report', name: 'optimize', raw: { all: true } });
  return result.what === 'text' ? (JSON.parse(result.text) as OptimizeJson) : undefined;
}

/** The panels a browser is shown, by name. */
export const answeredPanels: Readonly<Record<DataPanelName, AnsweredPanel>> = {
  dashboard: { isQuestion: isDashboardQuestion, usual: usualDashboard, answer: dashboard },
  burn: {
    isQuestion: isBurnQuestion,
    usual: usualBurn,
    answer: async (world, question) => {
      const { figures, live, settings } = await read(world, 'burn', question);
      if (!figures.hasData) return nothing();
      const { zone } = settings;
      const facts = { ...around, figures, question, format: formatOf(settings), live, zone };
      return shown(question, settings, figures.now, burnStrings(), burnViewModel(facts));
    },
  },
  anomalies: {
    isQuestion: isAnomaliesQuestion,
    usual: usualAnomalies,
    answer: async (world, question) => {
      const { figures, live, settings } = await read(world, 'anomalies', question);
      if (!figures.hasData) return nothing();
      const facts = { ...around, figures, question, format: formatOf(settings), live };
      return shown(question, settings, figures.now, anomaliesStrings(), anomaliesViewModel(facts));
    },
  },
  budgets: {
    isQuestion: isBudgetsQuestion,
    usual: usualBudgets,
    answer: async (world, question) => {
      const { figures, live, settings } = await read(world, 'budgets', question);
      const { now } = figures;
      const { zone } = settings;
      const facts = { figures, format: formatOf(settings), now, zone, live, demo: false };
      return shown(question, settings, now, budgetsStrings(), budgetsViewModel(facts));
    },
  },
};

/** The part of the dashboard that is known sooner. */
export function dashboardSummary(world: AnswerWorld, question: unknown): Promise<object> {
  return dashboard(world, question as DashboardQuestion, 'dashboardSummary');
}
