import { l10n } from 'vscode';
import type { RetentionSettings } from '../../model/retention.ts';
import type { ResetLoss } from '../../store/upkeep/reset.ts';
import { sizeText } from '../../text/byteSize.ts';
import { list, messages, sessions, transcripts } from '../text/counts.ts';
import type { Format } from '../text/format.ts';
import { escapeMarkdown } from '../text/markdown.ts';
import type { StoredFile, StoredKind } from './storedFiles.ts';

/** What is to be said about what Outlay has stored. */
export interface StorageInputs {
  readonly files: readonly StoredFile[];
  /** Undefined while there is no store. */
  readonly kept: { readonly messages: number; readonly sessions: number } | undefined;
  /** First and last message, UTC milliseconds; null while there is none. */
  readonly firstAt: number | null;
  readonly lastAt: number | null;
  readonly loss: ResetLoss | undefined;
  readonly storesTitles: boolean;
  readonly retention: RetentionSettings;
  /** Before this moment messages are downsampled; 0 where none are. UTC milliseconds. */
  readonly summedUpBefore: number;
}

/** "What Is Stored, and Where" as Markdown. */
export function storageText(facts: StorageInputs, format: Format): string {
  return [
    `# ${l10n.t('What is stored, and where')}`,
    keptSentence(facts, format),
    ...goneSentence(facts, format),
    l10n.t(
      'All of it stays on this machine. Outlay sends nothing but alerts, through channels you turn on.',
    ),
    `## ${l10n.t('Locations')}`,
    placesTable(facts),
    elsewhere(),
    `## ${l10n.t('What is in the store')}`,
    list(contents(facts, format)),
    `## ${l10n.t('What you can do')}`,
    list(actions(facts)),
  ].join('\n\n');
}

function keptSentence({ kept, firstAt, lastAt, files }: StorageInputs, format: Format): string {
  if (kept === undefined || firstAt === null || lastAt === null) {
    return l10n.t('The store holds no messages yet.');
  }
  return l10n.t(
    'The store holds {0} of {1}, from {2} to {3}, and takes {4}.',
    messages(kept.messages, format),
    sessions(kept.sessions, format),
    format.day(firstAt),
    format.day(lastAt),
    sizeText(sizeOf(files.filter(({ kind }) => kind === 'store' || kind === 'log'))),
  );
}

/** Claude Code deletes transcripts after a while; what they cost is then known only here. */
function goneSentence({ loss }: StorageInputs, format: Format): string[] {
  if (loss === undefined || loss.transcripts === 0) return [];
  const { gone } = loss;
  const all = transcripts(loss.transcripts, format);
  if (gone === 0) {
    return [
      loss.transcripts === 1
        ? l10n.t('It was read from {0}, which is still on disk.', all)
        : l10n.t('It was read from {0}, all of which are still on disk.', all),
    ];
  }
  return [
    gone === 1
      ? l10n.t(
          'It was read from {0}. **One of them is no longer on disk: its cost is known only here.**',
          all,
        )
      : l10n.t(
          'It was read from {0}. **{1} of them are no longer on disk: their cost is known only here.**',
          all,
          format.count(gone),
        ),
  ];
}

function sizeOf(files: readonly StoredFile[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

function placesTable({ files }: StorageInputs): string {
  const rows = Object.entries(kindNames()).flatMap(([kind, name]) => {
    const found = files.filter((file) => file.kind === kind);
    return found.map(
      ({ path, bytes }, index) =>
        `| ${index === 0 ? name : ''} | ${escapeMarkdown(path)} | ${sizeText(bytes)} |`,
    );
  });
  const head = `| ${l10n.t('What')} | ${l10n.t('Where')} | ${l10n.t('Size')} |`;
  return [head, '|:--|:--|--:|', ...rows].join('\n');
}

/** What each kind of file is, in the order in which they are listed. */
function kindNames(): Readonly<Record<StoredKind, string>> {
  return {
    store: l10n.t('Store'),
    log: l10n.t('Write-ahead log (SQLite)'),
    backup: l10n.t('Weekly backups'),
    migration: l10n.t('Copy from before an update'),
    damaged: l10n.t('Damaged store, set aside'),
    unfinished: l10n.t('Incomplete copies'),
    settings: l10n.t('Your settings for the terminal'),
    prices: l10n.t('Prices imported in the terminal'),
    decisions: l10n.t('Decisions about insights, and agent files as they were before a change'),
    audit: l10n.t('Who changed which spending limit'),
    alerts: l10n.t('Alerts that were sent, and those still to be sent'),
    marks: l10n.t('Time tags'),
    summaries: l10n.t('Summaries saved for trends'),
    peers: l10n.t('Reports from peers'),
    team: l10n.t('Membership in a team'),
    statusLine: l10n.t(
      'Claude Code’s status line: its last figures, and what it reports about plan and cache',
    ),
    launcher: l10n.t('Command `outlay` for terminals'),
    guard: l10n.t('What the guard remembers of sessions, and Claude Code’s settings as they were'),
    server: l10n.t('The token of `outlay serve`, and where it runs'),
    cache: l10n.t('The compiled guard, so that it starts sooner'),
    calls: l10n.t('Calls that programs have written down'),
    other: l10n.t('Other stores (`--config-dir`, or left behind)'),
  };
}

function elsewhere(): string {
  return l10n.t(
    'VS Code itself keeps your settings, today’s figure, the order, groups and filter of the list of sessions, and which sessions are excluded from it.',
  );
}

function contents({ storesTitles, ...facts }: StorageInputs, format: Format): string[] {
  return [
    l10n.t(
      'Of each message: time, model, token counts, price, IDs, the names of the tools it called, and how it ended.',
    ),
    l10n.t(
      'Of each session: folder, repository and branch, agents, version of Claude Code, links to pull requests, and Claude Code’s own totals.',
    ),
    storesTitles
      ? l10n.t(
          'Of your texts only session titles, one line of at most 80 characters. The setting `outlay.storeTitles` turns them off.',
        )
      : l10n.t('No text of yours: `outlay.storeTitles` is off.'),
    ...retentionLines(facts, format),
    l10n.t('Never stored: prompts, responses, thinking, file contents, tool output, keys.'),
    l10n.t('Transcripts belong to Claude Code. Outlay reads them and never changes them.'),
  ];
}

/** How long detail stays. */
function retentionLines(
  { retention, summedUpBefore }: Pick<StorageInputs, 'retention' | 'summedUpBefore'>,
  format: Format,
): string[] {
  const { enabled, messageDays, dayDays } = retention;
  return [
    enabled
      ? l10n.t(
          'Messages are kept for {0} days, totals by day for {1} days, totals by month for good (`outlay.retention.enabled`).',
          format.count(messageDays),
          format.count(dayDays),
        )
      : l10n.t(
          'All of it is kept. The setting `outlay.retention.enabled` aggregates old data by day and later by month.',
        ),
    ...(summedUpBefore > 0
      ? [
          l10n.t(
            'Of messages before {0}: totals by day or month, and the time, cost and hashed IDs of each, so that nothing counts twice.',
            format.day(summedUpBefore),
          ),
        ]
      : []),
  ];
}

function actions({ files }: StorageInputs): string[] {
  const hasBackup = files.some(({ kind }) => kind === 'backup');
  return [
    l10n.t(
      '[Back up the store](command:outlay.backUpStore): writes a consistent copy, even while Claude Code works. To use a copy, set `outlay.storePath` to it.',
    ),
    ...(hasBackup
      ? [l10n.t('Outlay makes a backup by itself every week and keeps the last two.')]
      : []),
    l10n.t(
      '[Move the store](command:outlay.moveStore): copies it to another local folder, checks the copy, and sets `outlay.storePath`. All windows and the terminal follow.',
    ),
    l10n.t(
      '[Reset the store](command:outlay.resetStore), or `outlay reset` in a terminal: empties it and reads all transcripts again that still exist.',
    ),
    l10n.t(
      '[Remove everything](command:outlay.removeAll): deletes the files above and offers to uninstall the extension. Uninstalling alone keeps them, so nothing is lost if you come back.',
    ),
  ];
}
