import { l10n } from 'vscode';
import {
  type BurnData,
  type BurnQuestion,
  type BurnStrings,
  isBurnQuestion,
  usualBurn,
} from '../../protocol/burn.ts';
import type { CommonStrings } from '../../protocol/shared.ts';
import { panelData } from '../core/analysis.ts';
import { commonStrings, noTranscripts } from '../panels/commonStrings.ts';
import type { DataPanelKind } from '../panels/dataPanel.ts';
import { windowFolders } from '../panels/projectOptions.ts';
import { formatOf } from '../text/format.ts';
import { burnStrings } from './strings.ts';
import { burnViewModel } from './viewModel.ts';

/** The burn panel: whether spend accelerates, and what comes of it. */
export const burnPanel: DataPanelKind<BurnData, BurnStrings & CommonStrings, BurnQuestion> = {
  name: 'burn',
  title: () => l10n.t('Burn Rate'),
  question: usualBurn,
  isQuestion: isBurnQuestion,
  answer: async (model, question) => {
    const now = Date.now();
    const figures = await panelData(model, { panel: 'burn', question }, now);
    if (!figures.hasData) return noTranscripts();
    const { spend } = model;
    const { settings } = spend;
    const format = formatOf(settings);
    const data = burnViewModel({
      figures,
      question,
      format,
      zone: settings.zone,
      folders: windowFolders(),
      live: spend.overview?.session?.live === true,
      demo: spend.demo,
    });
    return { words: { ...commonStrings(), ...burnStrings() }, format: format.forPanel(now), data };
  },
};
