import { l10n } from 'vscode';
import type { RootSource } from '../../agents/agentLog.ts';
import { messages, sessions, transcripts } from '../text/counts.ts';
import { knownText } from '../text/errorText.ts';
import { escapeMarkdown } from '../text/markdown.ts';
import type { Row } from './answer.ts';
import type { HelpInputs } from './helpInputs.ts';

/** What stands in the way of any figure, whatever the question was. */
export function obstacles(facts: HelpInputs): string[] {
  const { spend, problem } = facts;
  const { indexer, settings } = spend;
  const found: string[] = [];
  if (spend.demo) {
    found.push(
      l10n.t(
        'The demo is open: all figures are made up. [Close the demo](command:outlay.closeDemo) to see your own.',
      ),
    );
  }
  if (problem !== '') {
    found.push(
      l10n.t(
        'The store cannot be used: {0} The [diagnostics](command:outlay.showDiagnostics) and the [log](command:outlay.showLog) say more.',
        escapeMarkdown(sentence(problem)),
      ),
    );
  }
  if (!settings.enabled) {
    found.push(
      l10n.t(
        'Reading is turned off by the setting `outlay.enabled`, so the figures stay as they are. Turn it on again.',
      ),
    );
  } else if (indexer.kind === 'paused') {
    found.push(
      l10n.t('Outlay is paused: figures stay as they are. [Resume](command:outlay.resume).'),
    );
  }
  if (indexer.kind === 'indexing' || indexer.kind === 'starting') {
    found.push(
      l10n.t(
        'Transcripts are still being read, newest first: today is right within moments, older days follow.',
      ),
    );
  }
  return found;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** What the indexer is doing. */
export function readingRow({ spend, format }: HelpInputs): Row {
  const { indexer } = spend;
  const name = l10n.t('Reading');
  switch (indexer.kind) {
    case 'starting':
      return [name, l10n.t('starting')];
    case 'indexing': {
      const share = indexer.total === 0 ? 1 : indexer.done / indexer.total;
      return [name, l10n.t('{0} of what is new', format.percent(share))];
    }
    case 'watching':
      return [name, l10n.t('up to date; this window waits for changes and writes the store')];
    case 'following':
      return [
        name,
        l10n.t(
          'process {0} ({1}) writes the store; this window shows what it writes',
          String(indexer.pid),
          escapeMarkdown(indexer.role),
        ),
      ];
    case 'paused':
      return [name, l10n.t('paused')];
    case 'unavailable':
      return [
        name,
        l10n.t('not possible: {0}', escapeMarkdown(knownText(indexer.what, indexer.reason))),
      ];
  }
}

/** Where transcripts are looked for, and what is there: a row for each root. */
export function rootRows({ spend, disk, format }: HelpInputs): Row[] {
  return spend.roots.map(({ path, source, exists, unreadable, polling }) => {
    const count = disk.counts.get(path) ?? 0;
    const parts = [
      exists || count > 0 ? transcripts(count, format) : l10n.t('no "projects" folder in it yet'),
      sourceText(source),
      polling ? l10n.t('checked every two seconds') : l10n.t('watched by file events'),
    ];
    if (unreadable.length > 0) {
      parts.push(
        unreadable.length === 1
          ? l10n.t('1 folder or file cannot be read')
          : l10n.t('{0} folders or files cannot be read', format.count(unreadable.length)),
      );
    }
    return [escapeMarkdown(path), parts.join('; ')];
  });
}

function sourceText(source: RootSource): string {
  switch (source) {
    case 'option':
      return l10n.t('set by the demo');
    case 'setting':
      return l10n.t('set by the setting `outlay.roots`');
    case 'host':
      return l10n.t('of another host');
    case 'CLAUDE_CONFIG_DIR':
    case 'CODEX_HOME':
    case 'COPILOT_HOME':
    case 'OPENCODE_DB':
    case 'OUTLAY_CAPTURE_DIR':
      return l10n.t('set by `{0}`', source);
    case 'default':
      return l10n.t('the default location');
  }
}

/** The environment variable as this editor has it. */
export function variableRow({ configDirVariable }: HelpInputs): Row {
  return [
    '`CLAUDE_CONFIG_DIR`',
    configDirVariable === ''
      ? l10n.t('not set where this editor was started')
      : escapeMarkdown(configDirVariable),
  ];
}

/** Which machine is counted. */
export function machineRow({ remote }: HelpInputs): Row {
  return [
    l10n.t('Machine'),
    remote === ''
      ? l10n.t('this one')
      : l10n.t('the remote end of this window: {0}', escapeMarkdown(remote)),
  ];
}

/** What the store holds. */
export function storeRows({ store, storeFile, format, now }: HelpInputs): Row[] {
  const place: Row = [l10n.t('Store'), escapeMarkdown(storeFile)];
  if (store === undefined) return [place, [l10n.t('Kept'), l10n.t('nothing can be read')]];
  const kept = l10n.t(
    '{0} of {1}',
    messages(store.messages, format),
    sessions(store.sessions, format),
  );
  const rows: Row[] = [place, [l10n.t('Kept'), kept]];
  if (store.firstAt !== null && store.lastAt !== null) {
    rows.push(
      [l10n.t('First message'), format.dateTime(store.firstAt)],
      [
        l10n.t('Last message'),
        `${format.dateTime(store.lastAt)} (${format.age(now - store.lastAt)})`,
      ],
    );
  }
  return rows;
}
