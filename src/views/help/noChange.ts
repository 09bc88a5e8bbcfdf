import { l10n } from 'vscode';
import { sessions, transcripts } from '../text/counts.ts';
import { answerMarkdown, type Row } from './answer.ts';
import type { HelpInputs } from './helpInputs.ts';
import { machineRow, obstacles, readingRow, rootRows, storeRows } from './obstacles.ts';

/** "The figures do not change", for this window as it is. */
export function noChange(facts: HelpInputs): string {
  return answerMarkdown({
    title: l10n.t('The figures do not change'),
    likely: likely(facts),
    nothing: nothing(facts),
    facts: [
      readingRow(facts),
      ...diskRows(facts),
      ...runningRows(facts),
      ...rootRows(facts),
      machineRow(facts),
      ...storeRows(facts),
      ...askedRows(facts),
    ],
    others: [
      l10n.t(
        'A response in progress: Claude Code writes a response and its cost only when it is complete, so nothing moves during a long one.',
      ),
      l10n.t(
        'Network drives that look local: if no event arrives, set `outlay.watch.polling` to `always`, and Outlay looks every two seconds.',
      ),
      l10n.t(
        'Sessions that are not saved: `claude --no-session-persistence` and `CLAUDE_CODE_SKIP_PROMPT_HISTORY` leave no transcript.',
      ),
      l10n.t(
        'Another account: Claude Code with another `CLAUDE_CONFIG_DIR` writes elsewhere. List all folders in the setting `outlay.roots`.',
      ),
    ],
  });
}

function likely(facts: HelpInputs): string[] {
  const { spend, disk, remote, running, format, now } = facts;
  const { indexer } = spend;
  const found = obstacles(facts);
  const idle = indexer.kind === 'watching' || indexer.kind === 'following';
  if (idle && disk.unreadFiles > 0) {
    found.push(
      l10n.t(
        'Something was written that has not been read yet ({0} bytes in {1}). [Rescan the transcripts](command:outlay.rescan). If you need that every time, set `outlay.watch.polling` to `always`.',
        format.count(disk.unreadBytes),
        transcripts(disk.unreadFiles, format),
      ),
    );
  }
  if (indexer.kind === 'following') {
    found.push(
      l10n.t(
        'Process {0} reads the transcripts for all windows. If it hangs, end it: another takes over within seconds.',
        String(indexer.pid),
      ),
    );
  }
  if (spend.settings.scope === 'workspace') {
    found.push(
      l10n.t(
        'The status bar counts only sessions that started in a folder of this workspace (`outlay.statusBar.scope`). Sessions that started elsewhere do not move it.',
      ),
    );
  }
  if (disk.writtenAt !== undefined && disk.unreadFiles === 0 && now - disk.writtenAt > 120_000) {
    found.push(
      l10n.t(
        'Nothing has been written: the newest transcript is from {0} ({1}), and all of it has been read.',
        format.dateTime(disk.writtenAt),
        format.age(now - disk.writtenAt),
      ),
    );
  }
  if (remote !== '' && running === 0) {
    found.push(
      l10n.t(
        'No running Claude Code was found on the machine this window works on. One that runs on the computer in front of you is counted by a window there.',
      ),
    );
  }
  return found;
}

function nothing({ spend, format, now }: HelpInputs): string {
  const { overview } = spend;
  return overview === undefined
    ? l10n.t('Nothing is known yet. Try again in a moment.')
    : l10n.t(
        'Everything is up to date: all that was written has been read. Today comes to {0}.',
        format.money(overview.today.total, now),
      );
}

function diskRows({ disk, format, now }: HelpInputs): Row[] {
  const written: Row = [
    l10n.t('Newest transcript'),
    disk.writtenAt === undefined
      ? l10n.t('none')
      : `${format.dateTime(disk.writtenAt)} (${format.age(now - disk.writtenAt)})`,
  ];
  const unread: Row = [
    l10n.t('Not read yet'),
    disk.unreadFiles === 0
      ? l10n.t('nothing')
      : l10n.t(
          '{0} bytes in {1}',
          format.count(disk.unreadBytes),
          transcripts(disk.unreadFiles, format),
        ),
  ];
  return [written, unread];
}

function runningRows({ running, store, format }: HelpInputs): Row[] {
  const writer = store?.writer;
  return [
    [l10n.t('Running Claude Code processes'), sessions(running, format)],
    [
      l10n.t('Process that writes the store'),
      writer === undefined
        ? l10n.t('none at the moment')
        : l10n.t('process {0}', String(writer.pid)),
    ],
  ];
}

function askedRows({ spend, format }: HelpInputs): Row[] {
  const at = spend.overview?.at;
  return at === undefined ? [] : [[l10n.t('Store last read'), format.dateTime(at)]];
}
