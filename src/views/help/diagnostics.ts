import { homedir } from 'node:os';
import { l10n } from 'vscode';
import { settingBudgets } from '../../budgets/budgetsInForce.ts';
import { noPeers } from '../../dataFolder/readPeers.ts';
import { extendCatalogue } from '../../pricing/clientModels.ts';
import { createPriceBook } from '../../pricing/priceBook.ts';
import { withReportContext } from '../../query/openContext.ts';
import { render } from '../../reports/document/render.ts';
import { doctorReport } from '../../reports/upkeep/doctor.ts';
import { storeOnDisk } from '../../store/connection/backups.ts';
import { readSettings, settingsSentence } from '../core/settingsModel.ts';
import type { SpendModel } from '../core/spendModel.ts';
import { userPrices } from '../core/userPrices.ts';

/** What `outlay doctor` says, as a document. */
export function diagnostics(model: SpendModel, version: string): string {
  const { roots } = model.spend;
  const { settings, problems } = readSettings();
  const prices = userPrices(settings);
  const facts = {
    storeFile: model.storeFile,
    book: createPriceBook(prices.overrides, extendCatalogue(model.clientModels)),
    settings,
    zone: settings.zone,
    now: Date.now(),
    accounts: undefined,
    problems: [...problems.map(settingsSentence), ...prices.problems],
    labels: { ...settings.labels, marks: [] },
    budgets: () => ({ budgets: settingBudgets(settings), problems: [] }),
    peers: noPeers,
    home: homedir(),
    dataFolder: '',
    git: null,
  };
  return withReportContext(facts, (context) => {
    const report = doctorReport(context, {
      version,
      node: process.versions.node,
      roots,
      store: storeOnDisk(model.storeFile),
      switchedOff: settings.enabled ? undefined : 'Outlay is switched off by outlay.enabled.',
    });
    // The page has the name of the command that shows it.
    const page = { ...report, title: l10n.t('Outlay Diagnostics') };
    return render(page, 'markdown', { colour: false, zone: settings.zone, now: Date.now() });
  });
}
