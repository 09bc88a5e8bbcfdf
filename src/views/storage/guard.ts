import { l10n, ProgressLocation, window } from 'vscode';
import { HumanError } from '../../model/errors.ts';
import { openForReading } from '../../store/connection/openStore.ts';
import { isAlive, type LeaseRow } from '../../store/connection/writerLease.ts';
import { StoreReader } from '../../store/query/storeReader.ts';
import { inBackground } from '../core/background.ts';
import type { SpendModel } from '../core/spendModel.ts';
import { errorText } from '../text/errorText.ts';
import { plainUiText } from '../text/plainUiText.ts';

/** Runs an action on the user's own store, and says so when it cannot be done. */
export async function guarded(model: SpendModel, work: () => Promise<void>): Promise<void> {
  if (model.spend.demo) {
    inBackground(
      window.showWarningMessage(
        l10n.t('This window shows the demo. Close it first: this concerns your own store.'),
      ),
    );
    return;
  }
  try {
    await work();
  } catch (error) {
    inBackground(window.showErrorMessage(plainUiText(errorText(error))));
  }
}

/** Shows that something goes on while it takes its time. */
export function busyWith<T>(title: string, work: () => Promise<T>): Thenable<T> {
  return window.withProgress({ location: ProgressLocation.Notification, title }, work);
}

/** What is said when somebody chose a place on another machine than the store's. */
export function notHere(): HumanError {
  return new HumanError(
    'files',
    l10n.t('Choose a location on the machine where Outlay runs and the transcripts are.'),
  );
}

/** How long a window that follows may take to become the writer of a store nobody writes. */
const takeoverMs = 1500;

/** Waits a moment for another process to show that it still uses a store this one has closed. */
export async function userOf(store: string): Promise<LeaseRow | undefined> {
  const end = Date.now() + takeoverMs;
  do {
    const db = openForReading(store);
    if (db === undefined) return undefined;
    const lease = new StoreReader(db).lease();
    db.close();
    if (lease !== undefined && isAlive(lease, Date.now())) return lease;
    await new Promise((resolve) => setTimeout(resolve, 100));
  } while (Date.now() < end);
  return undefined;
}

/** What is said when a store cannot be deleted because another process would make it again. */
export function inUse(store: string, { pid }: LeaseRow): HumanError {
  return new HumanError(
    'store',
    l10n.t(
      'Process {0} still uses {1} and would create it again. Close other windows that run Outlay, and try again.',
      String(pid),
      store,
    ),
  );
}

/** What is said of files that could not be deleted. */
export function notDeleted(failed: readonly string[]): HumanError {
  return new HumanError('files', l10n.t('Could not be deleted: {0}', failed.join(', ')));
}
