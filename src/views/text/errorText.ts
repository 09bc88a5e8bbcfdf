import { l10n } from 'vscode';
import { type ErrorText, HumanError, messageOf } from '../../model/errors.ts';

/** An error in the editor's language; what nobody translated, such as an operating system's, as it is. */
export function errorText(error: unknown): string {
  return error instanceof HumanError ? knownText(error.what, error.message) : messageOf(error);
}

/** The same of an error another thread has told, in its English words. */
export function knownText(what: ErrorText | undefined, english: string): string {
  if (what === undefined) return english;
  const [first = '', second = ''] = what.values;
  switch (what.id) {
    case 'storeBusy':
      return l10n.t(
        'The store {0} is busy: another program is using it. Try again in a moment.',
        first,
      );
    case 'storeNotOpened':
      return l10n.t(
        'The store {0} cannot be opened. Check its folder and permissions, or move it with "outlay.storePath" or OUTLAY_STORE. ({1})',
        first,
        second,
      );
    case 'storeReadOnly':
      return l10n.t(
        'The store {0} cannot be written. Check the permissions of the file and its folder. ({1})',
        first,
        second,
      );
    case 'storeFull':
      return l10n.t(
        'The store {0} cannot grow: the disk is full. Free some space; nothing is lost. ({1})',
        first,
        second,
      );
    case 'storeDisk':
      return l10n.t(
        'The store {0} cannot be read or written on this disk. Move it to a local one. ({1})',
        first,
        second,
      );
    case 'storeSilent':
      return l10n.t(
        'The store {0} gave no answer for {1} s. Check its disk, or move it to a local one.',
        first,
        second,
      );
    case 'storeDamaged':
      return l10n.t(
        'The store {0} is damaged. It will be set aside and rebuilt by the next program that writes. ({1})',
        first,
        second,
      );
    case 'storeRepaired':
      return second === ''
        ? l10n.t(
            'The store was damaged and is kept as {0}; there was no backup. Try again in a moment.',
            first,
          )
        : l10n.t(
            'The store was damaged and is kept as {0}; the backup {1} took its place. Try again in a moment.',
            first,
            second,
          );
    case 'storeNoDatabase':
      return l10n.t(
        'The store {0} is not an SQLite file. Choose another place with "outlay.storePath" or OUTLAY_STORE. ({1})',
        first,
        second,
      );
    case 'storeNoFile':
      return l10n.t(
        '{0} cannot be the store: it is not a regular file. Choose another place with "outlay.storePath" or OUTLAY_STORE.',
        first,
      );
    case 'storeForeign':
      return l10n.t(
        '{0} is another program’s database. Choose another place with "outlay.storePath" or OUTLAY_STORE.',
        first,
      );
    case 'storeTooNew':
      return l10n.t('The store was written by a newer Outlay. Update Outlay to read it.');
    case 'storeNewer':
      return l10n.t(
        'The store was written by a newer Outlay, so this one only reads it. Update Outlay here too.',
      );
    case 'storeOlder':
      return l10n.t(
        'The store {0} was written by an older Outlay and cannot be written here, so it cannot be brought up to date. Copy it into a folder you may write to and name the copy with "outlay.storePath" or OUTLAY_STORE, or correct its permissions.',
        first,
      );
    case 'storeClosed':
      return l10n.t('The store is closed at the moment. Try again shortly.');
    case 'storeFolder':
      return l10n.t(
        'The folder for the store, {0}, cannot be created. Choose another place with "outlay.storePath" or OUTLAY_STORE. ({1})',
        first,
        second,
      );
    case 'fileSilent':
      return l10n.t('{0} gave no answer for {1} s. Check its disk.', first, second);
    case 'noEngine':
      return l10n.t(
        'No SQLite engine can run here. Outlay needs Node 22.14 or newer, or VS Code 1.101 or newer. ({0})',
        first,
      );
    case 'relativeHome':
      return l10n.t(
        'The folder "{0}" is not an absolute path. Set {1} to absolute paths.',
        first,
        second,
      );
    case 'nameUnknown':
      return l10n.t('"{0}" no longer exists (filter "{1}").', first, second);
    case 'sessionUnknown':
      return l10n.t('The session "{0}" no longer exists.', first);
    case 'spanReversed':
      return l10n.t('The requested time range ends before it begins.');
    case 'teamUnreachable':
      return l10n.t('The team’s server {0} cannot be reached ({1}).', first, second);
    case 'teamLogin':
      return l10n.t(
        'The team’s server {0} does not know this login any more. Ask who runs the team for a new invitation.',
        first,
      );
    case 'teamSlow':
      return l10n.t('The team’s server {0} took too long to answer.', first);
    case 'teamProof':
      return l10n.t(
        'The team’s server {0} could not prove who it is ({1}). Name the authority of a private server with sslrootcert in the connection string.',
        first,
        second,
      );
    case 'teamOnFirestore':
      return l10n.t(
        'A ledger in Firestore is not asked for each look at it: “outlay team members” and “outlay team export” ask it.',
      );
    case 'teamNoDatabase':
      return l10n.t(
        'The team’s server {0} has no such database. Check the connection string.',
        first,
      );
    case 'teamRefused':
      return l10n.t(
        'The team’s server {0} refuses this to your login ({1}). An admin of the team may do it.',
        first,
        second,
      );
    case 'teamNoSpace':
      return l10n.t('The team’s server {0} is out of disk space. Who runs it makes room.', first);
    case 'teamBusy':
      return l10n.t(
        'The team’s server {0} has no connection left. It is asked again later.',
        first,
      );
    case 'teamRestarts':
      return l10n.t('The team’s server {0} is being restarted. It is asked again later.', first);
    case 'teamNoSuchDay':
      return l10n.t(
        'The team’s server {0} keeps no such day: check the clock of this machine.',
        first,
      );
    case 'teamFailed':
      return l10n.t('The team’s server {0} failed ({1}).', first, second);
    case 'teamNone':
      return l10n.t(
        'There is no team here: the database has no ledger for this login. Ask who runs the team for an invitation.',
      );
    case 'teamNewer':
      return l10n.t(
        'The team’s ledger is of a newer Outlay (schema {0}, this one knows {1}). Update Outlay.',
        first,
        second,
      );
    case 'teamOlder':
      return l10n.t(
        'The team’s ledger is of an older Outlay (schema {0} of {1}). Who runs it brings it up to date with “outlay team create --upgrade”.',
        first,
        second,
      );
    case 'teamNoConnection':
      return l10n.t(
        'The connection string of this machine’s team cannot be understood. Join again with your invitation.',
      );
    case 'teamUnknownOption':
      return l10n.t(
        'The connection string of this machine’s team has the option {0}, which is not known.',
        first,
      );
    case 'teamNoPlace':
      return l10n.t(
        'The connection string of this machine’s team names no host, user or database.',
      );
    case 'teamUnchecked':
      return l10n.t(
        'The connection string of this machine’s team says sslmode={0}, which does not check who answers. Leave it out, and name the authority of a private server with sslrootcert.',
        first,
      );
    case 'teamCertificates':
      return l10n.t(
        'The certificates of the team’s server, {0}, cannot be read ({1}).',
        first,
        second,
      );
    case 'teamFileOpen':
      return l10n.t(
        '{0} holds a password and can be read by others. Make it yours alone (chmod 600), and ask for a new invitation if somebody may have read it.',
        first,
      );
    case 'teamFileForeign':
      return l10n.t(
        '{0} is no membership in a team. Remove it and join again with your invitation.',
        first,
      );
    case 'gatewayUnreachable':
      return l10n.t(
        'The company’s gateway {0} cannot be reached ({1}). It is asked again later.',
        first,
        second,
      );
    case 'gatewaySlow':
      return l10n.t(
        'The company’s gateway {0} took longer than {1} s to answer. It is asked again later.',
        first,
        second,
      );
    case 'gatewayProof':
      return l10n.t(
        'The company’s gateway {0} could not prove who it is ({1}). Name the authority of a private gateway in the terminal with “outlay team gateway --ca FILE”.',
        first,
        second,
      );
    case 'gatewayKey':
      return l10n.t(
        'The company’s gateway {0} refuses the key ({1}). It has to be one that may read spend limits.',
        first,
        second,
      );
    case 'gatewayNoKey':
      return l10n.t(
        'There is no key for the company’s gateway. Give it under “Company Gateway…” in the menu of the view Budgets.',
      );
    case 'gatewayNoLimits':
      return l10n.t(
        'The company’s gateway {0} has no spend limits there (404). Is that its base address, and its admin API switched on?',
        first,
      );
    case 'gatewayBusy':
      return l10n.t(
        'The company’s gateway {0} is asked too often (429). It is asked again later.',
        first,
      );
    case 'gatewayElsewhere':
      return l10n.t(
        'The company’s gateway {0} leads elsewhere ({1}), and a key follows nobody. Name the address it leads to.',
        first,
        second,
      );
    case 'gatewayFailed':
      return l10n.t(
        'The company’s gateway {0} failed ({1}). It is asked again later.',
        first,
        second,
      );
    case 'gatewayShape':
      return l10n.t(
        'The company’s gateway {0} answers in a shape this Outlay does not know: there is no list of limits in it.',
        first,
      );
    case 'gatewaySeveral':
      return l10n.t(
        'The company’s gateway knows several people as {0}. Name yourself by your id: {1}.',
        first,
        second,
      );
  }
}
