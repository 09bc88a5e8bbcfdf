import { l10n } from 'vscode';
import { type Answer, answerMarkdown, models, names } from './answer.ts';
import type { HelpInputs } from './helpInputs.ts';
import {
  machineRow,
  obstacles,
  readingRow,
  rootRows,
  storeRows,
  variableRow,
} from './obstacles.ts';

/** "No costs are shown", for this window as it is. */
export function noCosts(facts: HelpInputs): string {
  const answer: Answer = {
    title: l10n.t('No costs are shown'),
    likely: likely(facts),
    nothing: nothing(facts),
    facts: [
      readingRow(facts),
      ...rootRows(facts),
      variableRow(facts),
      machineRow(facts),
      ...storeRows(facts),
    ],
    others: [
      l10n.t(
        'Sessions that are not saved: `claude --no-session-persistence` and `CLAUDE_CODE_SKIP_PROMPT_HISTORY` leave no transcript, so their cost is in no figure here.',
      ),
      l10n.t(
        'Work elsewhere: Claude Code on the web, on another machine, over SSH or in a container writes its transcripts there. Open a window there to have it counted, or take it in here: `outlay export host` there, `outlay import` here. Folders of WSL, of Windows or of a network are read by the setting `outlay.hosts.folders`.',
      ),
      l10n.t(
        'Older work: Claude Code deletes transcripts after 30 days by default (its setting `cleanupPeriodDays`). What was deleted before Outlay first ran is gone; what Outlay has read stays.',
      ),
      l10n.t(
        'The item may be hidden: if you see no figure at all, right-click the status bar and turn on "Outlay: Claude Code spend".',
      ),
    ],
  };
  return answerMarkdown(answer);
}

function likely(facts: HelpInputs): string[] {
  const { spend, transcripts, store, format } = facts;
  const found = obstacles(facts);
  const unreadable = spend.roots.flatMap((root) => root.unreadable);
  if (unreadable.length > 0) {
    found.push(
      l10n.t(
        'Outlay has no permission to read {0} ({1}). Give your user the right to read it, then [rescan the transcripts](command:outlay.rescan).',
        names(unreadable.slice(0, 3).map(({ path }) => path)),
        names([...new Set(unreadable.map(({ code }) => code))]),
      ),
    );
  }
  if (transcripts === 0) found.push(noTranscripts(facts), environment(facts));
  if (spend.settings.scope === 'workspace') {
    found.push(
      l10n.t(
        'The status bar counts only sessions that started in a folder of this workspace (`outlay.statusBar.scope`). Sessions that started elsewhere are not in its figures.',
      ),
    );
  }
  if (store === undefined) return found;
  if (transcripts > 0 && store.messages === 0) {
    found.push(
      l10n.t(
        'There are transcripts, but no response with token usage in them yet. Lines that could not be used: {0}. The [diagnostics](command:outlay.showDiagnostics) list them.',
        format.count(store.rejectedLines),
      ),
    );
  }
  if (store.messages > 0 && store.messages === store.sums.unpriced) {
    found.push(
      l10n.t(
        'There is no price for these models: {0}. [Set a price](command:outlay.setPrice).',
        models(store.unpriced, format),
      ),
    );
  }
  const today = spend.overview?.today.sums.messages ?? 0;
  if (store.lastAt !== null && today === 0 && spend.settings.scope === 'all') {
    found.push(
      l10n.t(
        'There was no response today: the last one is from {0}. Today begins at midnight in the time zone of the setting `outlay.timeZone`.',
        format.dateTime(store.lastAt),
      ),
    );
  }
  return found;
}

function noTranscripts({ spend, remote }: HelpInputs): string {
  const places = names(spend.roots.map(({ path }) => path));
  if (remote !== '') {
    return l10n.t(
      'There are no transcripts in {0}, on the machine this window works on. Outlay counts what Claude Code does there, not what it does on the computer in front of you.',
      places,
    );
  }
  return l10n.t(
    'There are no transcripts in {0}. Run Claude Code once on this machine; its sessions appear at once.',
    places,
  );
}

function environment({ configDirVariable }: HelpInputs): string {
  return configDirVariable === ''
    ? l10n.t(
        'This editor does not have `CLAUDE_CONFIG_DIR`. If you set it in your shell, a program started from the dock or the start menu does not inherit it: name the folder in the setting `outlay.roots`, or start the editor from that shell.',
      )
    : l10n.t(
        '`CLAUDE_CONFIG_DIR` points Outlay to a folder other than the default. If Claude Code runs without that variable, add its folder to the setting `outlay.roots`.',
      );
}

function nothing({ spend, format, now }: HelpInputs): string {
  const today = spend.overview?.today.total;
  return today === undefined
    ? l10n.t('Nothing is known yet. Try again in a moment.')
    : l10n.t(
        'Everything works: transcripts are found, read and priced. Today comes to {0}.',
        format.money(today, now),
      );
}
