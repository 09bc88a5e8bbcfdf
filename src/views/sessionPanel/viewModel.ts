import { l10n } from 'vscode';
import { agreesWithClient } from '../../model/clientTotal.ts';
import { promptTokens, totalTokens } from '../../model/tokens.ts';
import type { PanelSession } from '../../protocol/session.ts';
import type { PanelCard } from '../../protocol/shared.ts';
import { isLive } from '../../query/liveSession.ts';
import { projectPath } from '../../query/projects.ts';
import { sumBy, unpricedOf } from '../../query/sums.ts';
import { lostNotes } from '../panels/notes.ts';
import type { Format } from '../text/format.ts';
import { modelName, oneLine, titleText } from '../text/names.ts';
import { sessionHeadline } from './headline.ts';
import { downsampledMessages, type SessionInputs, totalOf } from './inputs.ts';
import { sessionThreads } from './threads.ts';

/** Everything about a session but its messages, in words. Money of the whole panel has one rate. */
export function panelSession(facts: SessionInputs): PanelSession {
  const { summary, now, running } = facts;
  const live = isLive(summary, now, running);
  const branch = oneLine(summary.branch, 80);
  return {
    sid: summary.sid,
    title: titleText(summary),
    place: [oneLine(projectPath(summary), 200), ...(branch === '' ? [] : [branch])],
    live,
    answer: sessionHeadline(facts, live),
    cards: cards(facts),
    sum: sumLine(facts),
    notes: notes(facts),
    total: totalOf(summary),
    backgrounds: facts.backgrounds,
    threads: sessionThreads(facts.agents, facts.parents, facts.messages, {
      main: l10n.t('Main thread'),
      subagent: l10n.t('Subagent'),
    }),
    compactions: [...facts.compactions].flatMap(([agentId, moments]) =>
      moments.map((at) => ({ agentId, at })),
    ),
    rates: facts.rates,
  };
}

function cards(facts: SessionInputs): PanelCard[] {
  const { summary, agents, messages, format } = facts;
  const money = (nano: number): string => format.money(nano, summary.endedAt);
  const prompt = promptTokens(summary);
  const cacheShare = prompt === 0 ? undefined : summary.cacheRead / prompt;
  const subagents = new Set(agents.map(({ agentId }) => agentId).filter(Boolean)).size;
  const models = sumBy(agents, ({ model }) => model).map(([model]) => modelName(model));
  const dearest = messages.reduce((most, { nano }) => Math.max(most, nano), 0);
  const list: PanelCard[] = [
    {
      id: 'cost',
      label: l10n.t('Cost'),
      figure: format.brief(format.convert(totalOf(summary), summary.endedAt)),
      detail:
        summary.background > 0
          ? l10n.t('{0} of it background', money(summary.background))
          : l10n.t('all by messages'),
    },
    {
      id: 'messages',
      label: l10n.t('Messages'),
      figure: format.count(summary.messages),
      detail: subagentText(subagents, format),
    },
    {
      id: 'tokens',
      label: l10n.t('Tokens'),
      figure: format.tokens(totalTokens(summary)),
      detail:
        cacheShare === undefined
          ? ''
          : l10n.t('{0} of the prompts from the cache', format.percent(cacheShare)),
    },
    {
      id: 'dearest',
      label: l10n.t('Dearest message'),
      figure: money(dearest),
      detail:
        summary.nano > 0
          ? l10n.t('{0} of what all messages cost', format.percent(dearest / summary.nano))
          : '',
    },
    ...missCard(facts),
    {
      id: 'time',
      label: l10n.t('Duration'),
      figure: format.duration(summary.endedAt - summary.startedAt),
      detail: format.range(summary.startedAt, summary.endedAt),
    },
    {
      id: 'models',
      label: models.length > 1 ? l10n.t('Models') : l10n.t('Model'),
      figure: models[0] ?? '',
      detail: models.slice(1, 4).join(', '),
    },
  ];
  return list;
}

/** How often a cache was missed, and what that cost; nothing where none was. */
function missCard({ messages, summary, format }: SessionInputs): PanelCard[] {
  const lost = messages.flatMap(({ miss }) =>
    miss === null || miss.reason === 'first-write' ? [] : [miss],
  );
  if (lost.length === 0) return [];
  const nano = lost.reduce((sum, miss) => sum + miss.nano, 0);
  return [
    {
      id: 'misses',
      label: l10n.t('Cache missed'),
      figure: `${format.count(lost.length)} ×`,
      detail: l10n.t('about {0} more than reading it', format.money(nano, summary.endedAt)),
    },
  ];
}

function subagentText(count: number, format: Format): string {
  if (count === 0) return l10n.t('no subagents');
  return count === 1 ? l10n.t('1 subagent') : l10n.t('{0} subagents', format.count(count));
}

/** How messages, background and Claude Code's own figure add up. */
function sumLine({ summary, format }: SessionInputs): PanelSession['sum'] {
  const { clientUsd, nano, background, unconfirmed, irreconcilable, endedAt } = summary;
  const money = (value: number): string => format.money(value, endedAt);
  if (clientUsd === null) {
    return {
      text: l10n.t(
        'Messages {0}, not yet confirmed: Claude Code has not written its own total.',
        money(nano),
      ),
      agrees: false,
    };
  }
  const says = money(Math.round(clientUsd * 1e9));
  if (irreconcilable) {
    return {
      text: l10n.t(
        'Messages {0}. Claude Code says {1}, which cannot be reconciled: the session was forked from one whose total is not known.',
        money(nano),
        says,
      ),
      agrees: false,
    };
  }
  const parts = [money(nano), money(background), money(nano + background)] as const;
  const agrees = agreesWithClient(summary, clientUsd);
  if (!agrees) {
    return {
      text: l10n.t(
        'Messages {0} + background {1} = {2}. Claude Code says {3}, which may hold what its parent spent before the fork, or prices of its own.',
        ...parts,
        says,
      ),
      agrees,
    };
  }
  if (unconfirmed > 0) {
    return {
      text: l10n.t(
        'Messages {0} + background {1} = {2}. Claude Code says {3}; {4} is newer than that and not yet confirmed.',
        ...parts,
        says,
        money(unconfirmed),
      ),
      agrees,
    };
  }
  return {
    text: l10n.t('Messages {0} + background {1} = Claude Code says {2}', parts[0], parts[1], says),
    agrees,
  };
}

/** What the figures are and leave out. */
function notes(facts: SessionInputs): string[] {
  const { summary, agents, format, catalogueDate } = facts;
  const { lower, client } = summary;
  const found: string[] = [];
  const summedUp = downsampledMessages(facts);
  if (summedUp > 0) {
    const before = format.day(facts.summedUpBefore);
    found.push(
      summedUp === 1
        ? l10n.t(
            '1 message before {0} is summed up: it is in the figures, and no longer in list and chart.',
            before,
          )
        : l10n.t(
            '{0} messages before {1} are summed up: they are in the figures, and no longer in list and chart.',
            format.count(summedUp),
            before,
          ),
    );
  }
  for (const { model, messages } of unpricedOf(agents).slice(0, 5)) {
    const name = oneLine(model, 60);
    found.push(
      messages === 1
        ? l10n.t('Unpriced: 1 message of {0}, in no figure.', name)
        : l10n.t('Unpriced: {0} messages of {1}, in no figure.', format.count(messages), name),
    );
  }
  if (lower > 0) {
    found.push(
      lower === 1
        ? l10n.t('At least: 1 message lacks a final or readable count.')
        : l10n.t('At least: {0} messages lack a final or readable count.', format.count(lower)),
    );
  }
  if (client > 0) {
    found.push(
      client === 1
        ? l10n.t('1 message is priced from Claude Code’s own total.')
        : l10n.t('{0} messages are priced from Claude Code’s own total.', format.count(client)),
    );
  }
  const estimate = l10n.t('Estimate at list prices of {0}.', catalogueDate);
  return [...found, ...lostNotes(summary.lost ?? 0, format), estimate];
}
