import { l10n } from 'vscode';
import {
  type AnomaliesData,
  type AnomaliesQuestion,
  type AnomaliesStrings,
  isAnomaliesQuestion,
  usualAnomalies,
} from '../../protocol/anomalies.ts';
import type { CommonStrings } from '../../protocol/shared.ts';
import { panelData } from '../core/analysis.ts';
import { commonStrings, noTranscripts } from '../panels/commonStrings.ts';
import type { DataPanelKind } from '../panels/dataPanel.ts';
import { windowFolders } from '../panels/projectOptions.ts';
import { formatOf } from '../text/format.ts';
import { anomaliesStrings } from './strings.ts';
import { anomaliesViewModel } from './viewModel.ts';

/** The panel of anomalies: what stands out, by how much and why. */
export const anomaliesPanel: DataPanelKind<
  AnomaliesData,
  AnomaliesStrings & CommonStrings,
  AnomaliesQuestion
> = {
  name: 'anomalies',
  title: () => l10n.t('Anomalies'),
  question: usualAnomalies,
  isQuestion: isAnomaliesQuestion,
  answer: async (model, question) => {
    const now = Date.now();
    const figures = await panelData(model, { panel: 'anomalies', question }, now);
    if (!figures.hasData) return noTranscripts();
    const { spend } = model;
    const { settings } = spend;
    const format = formatOf(settings);
    const data = anomaliesViewModel({
      figures,
      question,
      format,
      folders: windowFolders(),
      live: spend.overview?.session?.live === true,
      demo: spend.demo,
    });
    return {
      words: { ...commonStrings(), ...anomaliesStrings() },
      format: format.forPanel(now),
      data,
    };
  },
};
