import {
  l10n,
  MarkdownString,
  ThemeColor,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
} from 'vscode';
import type { UnguardedReason } from '../../guard/install/guardStatus.ts';
import { addDays } from '../../model/calendar.ts';
import { hostOf } from '../../model/records.ts';
import { projectPath } from '../../query/projects.ts';
import type { ListedSession } from '../../store/query/sessionList.ts';
import { isLowerBound } from '../../store/schema/sums.ts';
import { commandIds } from '../core/commandIds.ts';
import { lostNotes, lowerNotes } from '../panels/notes.ts';
import { agentName } from '../text/agentName.ts';
import type { Format } from '../text/format.ts';
import { escapeMarkdown } from '../text/markdown.ts';
import { modelName, oneLine, projectName, titleText } from '../text/names.ts';
import { type Grouping, totalOf } from './arrange.ts';
import type { GroupNode, PartNode, SessionNode, SessionsNode } from './treeNodes.ts';

/** What an item says, before VS Code draws it. */
export interface ItemText {
  readonly label: string;
  readonly description: string;
  /** The same in a sentence, for a screen reader. */
  readonly spoken: string;
  /** A codicon's name, with the theme colour it has, if any. */
  readonly icon: string;
  readonly colour: string;
  /** What menus ask: `session`, `session.live`, `group`, `part`, `more`. */
  readonly context: string;
}

export interface ItemContext {
  readonly format: Format;
  readonly now: number;
  /** The local day (YYYY-MM-DD). */
  readonly today: string;
  readonly grouping: Grouping;
  readonly isLive: (session: ListedSession) => boolean;
  /** Why the guard does not see it, where it should. */
  readonly unguarded: (session: ListedSession) => UnguardedReason | undefined;
  /** The product it is of, where that is not Claude Code; else ''. */
  readonly otherProduct: (session: ListedSession) => string;
}

const separator = ' · ';

/** The words of an item. Pure: the same node and context give the same text. */
export function describeNode(node: SessionsNode, context: ItemContext): ItemText {
  switch (node.kind) {
    case 'group':
      return describeGroup(node, context);
    case 'session':
      return describeSession(node, context);
    case 'part':
      return describePart(node, context);
    case 'more': {
      const label = l10n.t('Show more ({0} left)', context.format.count(node.left));
      return {
        label,
        description: '',
        spoken: label,
        icon: 'ellipsis',
        colour: '',
        context: 'more',
      };
    }
  }
}

function describeGroup({ key, group }: GroupNode, context: ItemContext): ItemText {
  const { format, grouping } = context;
  const label =
    grouping === 'day' ? dayText(key, context) : projectName(group.path) || l10n.t('No project');
  const shown = group.sessions.reduce(
    (sum, session) => sum + format.convert(totalOf(session), session.endedAt),
    0,
  );
  const many = group.sessions.length;
  const sessions = many === 1 ? l10n.t('1 session') : l10n.t('{0} sessions', format.count(many));
  const parts = [format.shown(shown), sessions, ...(group.live ? [l10n.t('live')] : [])];
  return {
    label,
    description: parts.join(separator),
    spoken: [label, ...parts].join(', '),
    icon: grouping === 'day' ? 'calendar' : 'folder',
    colour: '',
    context: 'group',
  };
}

function dayText(day: string, { format, today }: ItemContext): string {
  if (day === today) return l10n.t('Today');
  if (day === addDays(today, -1)) return l10n.t('Yesterday');
  return format.localDay(day);
}

/** The figure comes first: a title may be as long as it likes, and a side bar is narrow. */
function describeSession({ session }: SessionNode, context: ItemContext): ItemText {
  const { format, now, grouping } = context;
  const title = titleText(session);
  const live = context.isLive(session);
  const total = totalOf(session);
  const unpriced = session.unpriced > 0;
  const { endedAt } = session;
  const isUnknown = unpriced && total === 0;
  const lower = !isUnknown && isLowerBound(session);
  const figure = isUnknown
    ? ''
    : lower
      ? format.brief(format.convert(total, endedAt))
      : format.briefCents(total, endedAt);
  const model = modelName(session.model);
  const product = context.otherProduct(session);
  const host = oneLine(hostOf(session.sid), 60);
  const parts = [
    ...(host === '' ? [] : [host]),
    ...(product === '' ? [] : [product]),
    ...(figure === '' ? [l10n.t('no price')] : []),
    ...(live ? [l10n.t('live')] : []),
    ...(context.unguarded(session) === undefined ? [] : [l10n.t('not guarded')]),
    ...(model === '' ? [] : [model]),
    ...(live ? [] : [format.age(now - endedAt)]),
    // In a list of many projects the name says where it was.
    ...(grouping === 'project' ? [] : [projectName(projectPath(session))]),
  ];
  return {
    label: figure === '' ? title : `${lower ? l10n.t('≥ {0}', figure) : figure}  ${title}`,
    description: parts.join(separator),
    spoken: [title, lower ? l10n.t('at least {0}', figure) : figure, ...parts]
      .filter(Boolean)
      .join(', '),
    icon: live ? 'pulse' : unpriced ? 'question' : 'comment-discussion',
    colour: live ? 'charts.green' : '',
    context: live ? 'session.live' : 'session',
  };
}

function describePart(node: PartNode, { format }: ItemContext): ItemText {
  const label = partName(node);
  const share = node.share === undefined ? [] : [format.share(node.share)];
  const model = modelName(node.model);
  const parts = [
    format.cents(node.nano, node.at),
    ...share,
    ...(model === '' ? [] : [model]),
    ...(node.unpriced > 0 ? [l10n.t('no price: {0}', format.count(node.unpriced))] : []),
  ];
  const icons = { main: 'comment', agent: 'robot', background: 'circle-outline' } as const;
  return {
    label,
    description: parts.join(separator),
    spoken: [label, ...parts].join(', '),
    icon: icons[node.part],
    colour: '',
    context: 'part',
  };
}

function partName({ part, type }: PartNode): string {
  if (part === 'main') return agentName(type, 60);
  if (part === 'background') return l10n.t('Claude Code overhead');
  return oneLine(type, 60) || l10n.t('Subagent');
}

/** The item VS Code shows. Its tooltip comes when somebody asks for it. */
export function itemOf(node: SessionsNode, text: ItemText, id: string): TreeItem {
  const collapsible =
    node.kind === 'group' && node.open
      ? TreeItemCollapsibleState.Expanded
      : node.kind === 'group' || node.kind === 'session'
        ? TreeItemCollapsibleState.Collapsed
        : TreeItemCollapsibleState.None;
  const item = new TreeItem(text.label, collapsible);
  item.id = id;
  item.description = text.description;
  item.contextValue = text.context;
  item.accessibilityInformation = { label: text.spoken };
  item.iconPath =
    text.colour === ''
      ? new ThemeIcon(text.icon)
      : new ThemeIcon(text.icon, new ThemeColor(text.colour));
  if (node.kind === 'session') {
    item.command = {
      command: commandIds.openSession,
      title: l10n.t('Open Session'),
      arguments: [node],
    };
  }
  return item;
}

/** What an item says on hover: the whole names, the exact figures, and how they add up. */
export function tooltipOf(
  node: SessionsNode,
  format: Format,
  now: number,
  unguarded?: UnguardedReason,
): MarkdownString {
  const markdown = new MarkdownString(tooltipText(node, format, now, unguarded), true);
  markdown.supportHtml = false;
  return markdown;
}

function tooltipText(
  node: SessionsNode,
  format: Format,
  now: number,
  unguarded: UnguardedReason | undefined,
): string {
  switch (node.kind) {
    case 'group':
      return escapeMarkdown(oneLine(node.group.path || node.key, 300));
    case 'session':
      return sessionTooltip(node.session, format, now, unguarded);
    case 'part':
      return partTooltip(node, format);
    case 'more':
      return '';
  }
}

function sessionTooltip(
  session: ListedSession,
  format: Format,
  now: number,
  unguarded: UnguardedReason | undefined,
): string {
  const { nano, background, endedAt, startedAt, messages, lower, unpriced } = session;
  const money = (value: number): string => format.money(value, endedAt);
  const branch = oneLine(session.branch, 100);
  const folder = oneLine(projectPath(session), 300);
  const host = oneLine(hostOf(session.sid), 60);
  const place = host === '' ? folder : l10n.t('{0} on {1}', folder, host);
  const count =
    messages === 1 ? l10n.t('1 message') : l10n.t('{0} messages', format.count(messages));
  const lines = [
    `**${escapeMarkdown(titleText(session))}**`,
    [place, branch].filter(Boolean).map(escapeMarkdown).join(separator),
    l10n.t(
      'Messages {0} + overhead {1} = {2}',
      money(nano),
      money(background),
      money(nano + background),
    ),
    [
      count,
      ...(startedAt > 0 ? [format.duration(endedAt - startedAt)] : []),
      l10n.t('last active {0}', format.age(now - endedAt)),
    ].join(separator),
    ...(unguarded === undefined ? [] : [`$(warning) ${unguardedSentence(unguarded)}`]),
    ...lowerNotes(lower, format),
    ...lostNotes(session.lost ?? 0, format),
    ...(unpriced > 0
      ? [
          unpriced === 1
            ? l10n.t('$(question) No price: 1 message, not counted.')
            : l10n.t('$(question) No price: {0} messages, not counted.', format.count(unpriced)),
        ]
      : []),
    escapeMarkdown(oneLine(session.sid, 80)),
  ];
  return lines.filter((line) => line !== '').join('\n\n');
}

/** That budgets do not act on a session, and why. */
function unguardedSentence(reason: UnguardedReason): string {
  switch (reason) {
    case 'notInstalled':
      return l10n.t('Not guarded: the guard is not in settings this session reads.');
    case 'before':
      return l10n.t('Not guarded: its spending began before the guard was installed.');
    case 'otherHooks':
      return l10n.t('Not guarded: its hooks ran, and the guard was not among them.');
    case 'editorPanel':
      return l10n.t('Not guarded: Claude Code’s panel in the editor skips some hooks.');
    case 'noHooks':
      return l10n.t(
        'Not guarded: no hook ran. Its folder is not trusted, or it was started with --bare or --safe-mode.',
      );
    case 'unknown':
      return l10n.t('Not guarded: budgets do not act on it; the reason is not known.');
  }
}

function partTooltip(node: PartNode, format: Format): string {
  if (node.part === 'background') {
    return l10n.t(
      'It is in Claude Code’s own total, but in no message (titles, compaction, permission checks).',
    );
  }
  const count =
    node.messages === 1 ? l10n.t('1 message') : l10n.t('{0} messages', format.count(node.messages));
  const name = `**${escapeMarkdown(partName(node))}**`;
  return [name, [count, escapeMarkdown(oneLine(node.model, 100))].join(separator)].join('\n\n');
}
