import { isDeepStrictEqual } from 'node:util';
import { Disposable, l10n } from 'vscode';
import {
  type DashboardData,
  type DashboardQuestion,
  type DashboardStrings,
  isDashboardQuestion,
  usualDashboard,
} from '../../protocol/dashboard.ts';
import type { CommonStrings } from '../../protocol/shared.ts';
import { panelData } from '../core/analysis.ts';
import type { SpendModel } from '../core/spendModel.ts';
import type { InsightsModel } from '../insights/insightsModel.ts';
import { commonStrings, noTranscripts } from '../panels/commonStrings.ts';
import type { DataPanelKind, PanelAnswer } from '../panels/dataPanel.ts';
import { windowFolders } from '../panels/projectOptions.ts';
import { formatOf } from '../text/format.ts';
import { hasSomething } from './inputs.ts';
import { dashboardStrings } from './strings.ts';
import { TeamLook } from './teamLook.ts';
import { dashboardViewModel } from './viewModel.ts';

/** The dashboard: where the money goes, and whether that is normal. */
export function dashboardPanel(
  insights: InsightsModel,
): DataPanelKind<DashboardData, DashboardStrings & CommonStrings, DashboardQuestion> {
  const team = new TeamLook();
  const ask =
    (panel: 'dashboard' | 'dashboardSummary') =>
    async (
      model: SpendModel,
      question: DashboardQuestion,
    ): Promise<PanelAnswer<DashboardData, DashboardStrings & CommonStrings>> => {
      const now = Date.now();
      const figures = await panelData(model, { panel, question }, now);
      if (!hasSomething(figures)) return noTranscripts();
      team.look(model, figures.team);
      const { spend } = model;
      const format = formatOf(spend.settings);
      const facts = {
        figures,
        question,
        format,
        folders: windowFolders(),
        live: spend.overview?.session?.live === true,
        demo: spend.demo,
        zone: spend.settings.zone,
        insights: insights.current.report,
      };
      return {
        words: { ...commonStrings(), ...dashboardStrings() },
        format: format.forPanel(now),
        data: dashboardViewModel(facts),
      };
    };
  return {
    name: 'dashboard',
    title: () => l10n.t('Outlay Dashboard'),
    question: usualDashboard,
    isQuestion: isDashboardQuestion,
    answer: ask('dashboard'),
    summary: ask('dashboardSummary'),
    isSameSummary: (a, b) => isDeepStrictEqual({ ...a, outlook: false }, { ...b, outlook: false }),
    // What could be saved takes longer to find than a panel to open, and a team's ledger to answer: both come
    // when they are known.
    watch: (onChange) => {
      const listening = insights.onDidChange(onChange);
      insights.setActive(listening, true);
      const answered = team.onDidChange(onChange);
      return new Disposable(() => {
        answered.dispose();
        insights.setActive(listening, false);
        listening.dispose();
      });
    },
  };
}
