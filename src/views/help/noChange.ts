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
        'An answer in progress: Claude Code writes a response with its cost when it is complete, so a long answer moves nothing until it ends.',
      ),
      l10n.t(
        'Network drives that do not call themselves one: where no event arrives, set `outlay.watch.polling` to `always`, and Outlay looks every two seconds.',
      ),
      l10n.t(
        'Sessions that are not saved: `claude --no-session-persistence` and `CLAUDE_CODE_SKIP_PROMPT_HISTORY` leave no transcript.',
      ),
      l10n.t(
        'Another account: a Claude Code with another `CLAUDE_CONFIG_DIR` writes elsewhere. Name all folders in the setting `outlay.roots`.',
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
        'Something has been written that is not read yet ({0} bytes in {1}). Run "Outlay: Rescan Transcripts". If that helps each time, set `outlay.watch.polling` to `always`.',
        format.count(disk.unreadBytes),
        transcripts(disk.unreadFiles, format),
      ),
    );
  }
  if (indexer.kind === 'following') {
    found.push(
      l10n.t(
        'Process {0} reads the transcripts for all windows. Should it hang, end it: another takes over within seconds.',
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
        'Nothing has been written: the newest transcript is of {0} ({1}), and all of it is read.',
        format.dateTime(disk.writtenAt),
        format.age(now - disk.writtenAt),
      ),
    );
  }
  if (remote !== '' && running === 0) {
    found.push(
      l10n.t(
        'No Claude Code is known to run on the machine this window works on. One that runs on the computer in front of you is counted by a window there.',
      ),
    );
  }
  return found;
}

function nothing({ spend, format, now }: HelpInputs): string {
  const { overview } = spend;
  return overview === undefined
    ? l10n.t('Nothing is known yet; ask again in a moment.')
    : l10n.t(
        'Nothing is in the way: all that is written has been read. Today comes to {0}.',
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
    [l10n.t('Claude Code known to run'), sessions(running, format)],
    [
      l10n.t('Who writes the store'),
      writer === undefined ? l10n.t('nobody just now') : l10n.t('process {0}', String(writer.pid)),
    ],
  ];
}

function askedRows({ spend, format }: HelpInputs): Row[] {
  const at = spend.overview?.at;
  return at === undefined ? [] : [[l10n.t('Store last asked'), format.dateTime(at)]];
}
