import { homedir } from 'node:os';
import { createPriceBook } from '../pricing/priceBook.ts';
import { settingBudgets } from '../reports/budgetFile.ts';
import { doctorReport } from '../reports/doctor.ts';
import { render } from '../reports/render.ts';
import { openForReading, openForWriting } from '../store/openStore.ts';
import { StoreReader } from '../store/reader.ts';
import { storeOnDisk } from '../store/repair.ts';
import { readSettings, settingsSentence } from './settings.ts';
import type { SpendModel } from './spendModel.ts';
import { userPrices } from './userPrices.ts';

/** The doctor's report in Markdown. */
export function diagnostics(model: SpendModel, version: string): string {
  const { roots } = model.spend;
  const { settings, problems } = readSettings();
  const prices = userPrices(settings);
  const db = openForReading(model.storeFile) ?? openForWriting(':memory:').db;
  try {
    const context = {
      db,
      reader: new StoreReader(db),
      book: createPriceBook(prices.overrides),
      now: Date.now(),
      zone: settings.zone,
      weekStart: settings.weekStart,
      billing: settings.billing,
      warnAfterDays: settings.warnAfterDays,
      accounts: undefined,
      problems: [...problems.map(settingsSentence), ...prices.problems],
      home: homedir(),
      labels: { ...settings.labels, marks: [] },
      budgets: settingBudgets(settings),
      dataFolder: '',
      git: null,
    };
    const report = doctorReport(context, {
      version,
      node: process.versions.node,
      roots,
      store: storeOnDisk(model.storeFile),
      switchedOff: settings.enabled ? undefined : 'Outlay is switched off by outlay.enabled.',
    });
    return render(report, 'markdown', { colour: false, zone: settings.zone });
  } finally {
    db.close();
  }
}
