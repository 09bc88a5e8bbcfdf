import {
  l10n,
  MarkdownString,
  ThemeColor,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
} from 'vscode';
import { addDays } from '../../model/calendar.ts';
import { projectPath } from '../../query/projects.ts';
import type { ListedSession } from '../../store/query/sessionList.ts';
import { isLowerBound } from '../../store/schema/sums.ts';
import { commandIds } from '../core/commandIds.ts';
import { lostNotes } from '../panels/notes.ts';
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
  const figure =
    unpriced && total === 0 ? '' : format.brief(format.convert(total, session.endedAt));
  const model = modelName(session.model);
  const parts = [
    ...(figure === '' ? [l10n.t('unpriced')] : []),
    ...(figure !== '' && isLowerBound(session) ? [l10n.t('at least')] : []),
    ...(live ? [l10n.t('live')] : []),
    ...(model === '' ? [] : [model]),
    ...(live ? [] : [format.age(now - session.endedAt)]),
    // In a list of many projects the name says where it was.
    ...(grouping === 'project' ? [] : [projectName(projectPath(session))]),
  ];
  return {
    label: figure === '' ? title : `${figure}  ${title}`,
    description: parts.join(separator),
    spoken: [title, figure, ...parts].filter(Boolean).join(', '),
    icon: live
      ? 'pulse'
      : unpriced
        ? 'question'
        : isLowerBound(session)
          ? 'arrow-up'
          : 'comment-discussion',
    colour: live ? 'charts.green' : '',
    context: live ? 'session.live' : 'session',
  };
}

function describePart(node: PartNode, { format }: ItemContext): ItemText {
  const label = partName(node);
  const share = node.share === undefined ? [] : [format.percent(node.share)];
  const model = modelName(node.model);
  const parts = [
    format.money(node.nano, node.at),
    ...share,
    ...(model === '' ? [] : [model]),
    ...(node.unpriced > 0 ? [l10n.t('unpriced: {0}', format.count(node.unpriced))] : []),
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
  if (part === 'background') return l10n.t('Background');
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
export function tooltipOf(node: SessionsNode, format: Format, now: number): MarkdownString {
  const markdown = new MarkdownString(tooltipText(node, format, now), true);
  markdown.supportHtml = false;
  return markdown;
}

function tooltipText(node: SessionsNode, format: Format, now: number): string {
  switch (node.kind) {
    case 'group':
      return escapeMarkdown(oneLine(node.group.path || node.key, 300));
    case 'session':
      return sessionTooltip(node.session, format, now);
    case 'part':
      return partTooltip(node, format);
    case 'more':
      return '';
  }
}

function sessionTooltip(session: ListedSession, format: Format, now: number): string {
  const { nano, background, endedAt, startedAt, messages, lower, unpriced } = session;
  const money = (value: number): string => format.money(value, endedAt);
  const branch = oneLine(session.branch, 100);
  const place = oneLine(projectPath(session), 300);
  const count =
    messages === 1 ? l10n.t('1 message') : l10n.t('{0} messages', format.count(messages));
  const lines = [
    `**${escapeMarkdown(titleText(session))}**`,
    [place, branch].filter(Boolean).map(escapeMarkdown).join(separator),
    l10n.t(
      'Messages {0} + background {1} = {2}',
      money(nano),
      money(background),
      money(nano + background),
    ),
    [
      count,
      ...(startedAt > 0 ? [format.duration(endedAt - startedAt)] : []),
      l10n.t('last active {0}', format.age(now - endedAt)),
    ].join(separator),
    ...(lower > 0
      ? [
          lower === 1
            ? l10n.t('$(arrow-up) At least: 1 message lacks a final or readable count.')
            : l10n.t(
                '$(arrow-up) At least: {0} messages lack a final or readable count.',
                format.count(lower),
              ),
        ]
      : []),
    ...lostNotes(session.lost ?? 0, format).map((note) => `$(arrow-up) ${note}`),
    ...(unpriced > 0
      ? [
          unpriced === 1
            ? l10n.t('$(question) Unpriced: 1 message, not in the figures.')
            : l10n.t(
                '$(question) Unpriced: {0} messages, not in the figures.',
                format.count(unpriced),
              ),
        ]
      : []),
    escapeMarkdown(oneLine(session.sid, 80)),
  ];
  return lines.filter((line) => line !== '').join('\n\n');
}

function partTooltip(node: PartNode, format: Format): string {
  if (node.part === 'background') {
    return l10n.t(
      'Background: Claude Code’s own total has it, no message explains it (titles, compaction, permission checks).',
    );
  }
  const count =
    node.messages === 1 ? l10n.t('1 message') : l10n.t('{0} messages', format.count(node.messages));
  const name = `**${escapeMarkdown(partName(node))}**`;
  return [name, [count, escapeMarkdown(oneLine(node.model, 100))].join(separator)].join('\n\n');
}
