import { l10n, workspace } from 'vscode';
import {
  type DashboardData,
  type DashboardQuestion,
  type DashboardWords,
  isDashboardQuestion,
  usualDashboard,
} from '../protocol/dashboard.ts';
import type { CommonWords } from '../protocol.ts';
import type { DashboardFigures } from '../reports/panels/dashboard.ts';
import { dashboardFacts } from './dashboardFacts.ts';
import { dashboardWords } from './dashboardWords.ts';
import type { DataPanelKind } from './dataPanel.ts';
import { formatOf } from './format.ts';
import { commonWords } from './panelWords.ts';
import { panelData } from './reportRunner.ts';

/** The dashboard: where the money goes, and whether that is normal. */
export const dashboardPanel: DataPanelKind<
  DashboardData,
  DashboardWords & CommonWords,
  DashboardQuestion
> = {
  name: 'dashboard',
  title: () => l10n.t('Outlay Dashboard'),
  question: usualDashboard,
  isQuestion: isDashboardQuestion,
  answer: async (model, question) => {
    const now = Date.now();
    const figures = await panelData<DashboardFigures>(model, { panel: 'dashboard', question }, now);
    if (!figures.hasData) {
      return {
        text: l10n.t(
          'There are no transcripts of Claude Code yet. The demo shows what this panel will look like.',
        ),
        actions: [
          { label: l10n.t('Open the Demo'), action: 'openDemo' },
          { label: l10n.t('Rescan Transcripts'), action: 'rescan' },
        ],
      };
    }
    const { spend } = model;
    const format = formatOf(spend.settings);
    const folders = (workspace.workspaceFolders ?? []).map(({ name, uri }) => ({
      name,
      path: uri.fsPath,
    }));
    const live = spend.overview?.session?.live === true;
    const facts = {
      figures,
      question,
      format,
      folders,
      live,
      demo: spend.demo,
      zone: spend.settings.zone,
    };
    return {
      words: { ...commonWords(), ...dashboardWords() },
      format: format.forPanel(now),
      data: dashboardFacts(facts),
    };
  },
};
