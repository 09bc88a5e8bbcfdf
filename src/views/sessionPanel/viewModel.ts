import { l10n } from 'vscode';
import { agreesWithClient } from '../../model/clientTotal.ts';
import { hostOf } from '../../model/records.ts';
import type { PanelSession } from '../../protocol/session.ts';
import { isLive } from '../../query/liveSession.ts';
import { projectPath } from '../../query/projects.ts';
import { unpricedOf } from '../../query/sums.ts';
import { lostNotes, lowerNotes, recoveredNotes } from '../panels/notes.ts';
import { withoutPrice } from '../text/counts.ts';
import { modelName, oneLine, projectName, titleText } from '../text/names.ts';
import { sessionCards } from './cards.ts';
import { sessionAdvice, sessionVerdict } from './headline.ts';
import { downsampledMessages, type SessionInputs, totalOf } from './inputs.ts';
import { overheadDetail } from './overhead.ts';
import { sessionThreads, type ThreadSums } from './threads.ts';

/** Everything about a session but its messages, in words. Money of the whole panel has one rate. */
export function panelSession(facts: SessionInputs): PanelSession {
  const { summary, now, running, format } = facts;
  const live = isLive(summary, now, running);
  const branch = oneLine(summary.branch, 80);
  const host = oneLine(hostOf(summary.sid), 60);
  const threads = sessionThreads(
    facts.agents,
    facts.parents,
    facts.messages,
    { main: l10n.t('Main thread'), subagent: l10n.t('Subagent') },
    (thread) => threadDetail(thread, facts),
  );
  return {
    sid: summary.sid,
    title: titleText(summary),
    place: [
      ...(host === '' ? [] : [host]),
      projectName(projectPath(summary)),
      ...(branch === '' ? [] : [branch]),
      format.spokenRange(summary.startedAt, summary.endedAt, now),
    ],
    live,
    ...sessionVerdict(facts, live),
    cards: sessionCards(facts, threads),
    sum: sumOf(facts),
    advice: sessionAdvice(facts),
    notes: notes(facts),
    summedUp: downsampledMessages(facts),
    total: totalOf(summary),
    backgrounds: facts.backgrounds,
    threads,
    compactions: [...facts.compactions].flatMap(([agentId, moments]) =>
      moments.map((at) => ({ agentId, at })),
    ),
    rates: facts.rates,
  };
}

/** How many messages of an agent, of which model, and what it cost with those it started. */
function threadDetail(
  { messages, model, withSubagents }: ThreadSums,
  { format, summary }: SessionInputs,
): string {
  const count =
    messages === 1 ? l10n.t('1 message') : l10n.t('{0} messages', format.count(messages));
  return [
    count,
    ...(model === '' ? [] : [modelName(model)]),
    ...(withSubagents === undefined
      ? []
      : [l10n.t('with its subagents {0}', format.cents(withSubagents, summary.endedAt))]),
  ].join(', ');
}

/** How messages, Claude Code's overhead and its own figure add up. */
function sumOf(facts: SessionInputs): PanelSession['sum'] {
  const { summary, format } = facts;
  const { clientUsd, nano, background, unconfirmed, irreconcilable, endedAt } = summary;
  const money = (value: number): string => format.cents(value, endedAt);
  const messages = { label: l10n.t('Messages'), detail: '', figure: money(nano) };
  const overhead =
    background > 0
      ? [
          {
            label: l10n.t('Claude Code overhead'),
            detail: overheadDetail(facts),
            figure: money(background),
          },
        ]
      : [];
  if (clientUsd === null) {
    return {
      lines: [messages, ...overhead],
      note: l10n.t('Claude Code has not written its own total yet.'),
      agrees: false,
    };
  }
  const says = {
    label: l10n.t('Claude Code says'),
    detail: '',
    figure: money(Math.round(clientUsd * 1e9)),
  };
  if (irreconcilable) {
    return {
      lines: [messages, ...overhead, says],
      note: l10n.t(
        'The two cannot be compared: the session was forked from one whose total is not known.',
      ),
      agrees: false,
    };
  }
  if (!agreesWithClient(summary, clientUsd)) {
    return {
      lines: [
        messages,
        ...overhead,
        { label: l10n.t('Together'), detail: '', figure: money(nano + background) },
        says,
      ],
      note: l10n.t(
        'That may include what its parent session spent before the fork, or prices of its own.',
      ),
      agrees: false,
    };
  }
  const same = { label: l10n.t('Claude Code says the same'), detail: '' };
  return {
    lines: [messages, ...overhead, { ...same, figure: money(nano + background) }],
    note:
      unconfirmed > 0
        ? l10n.t('{0} of it is newer than what Claude Code last wrote.', money(unconfirmed))
        : '',
    agrees: true,
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
            '1 message before {0} has been aggregated: it counts in the totals but is no longer in the list or chart.',
            before,
          )
        : l10n.t(
            '{0} messages before {1} have been aggregated: they count in the totals but are no longer in the list or chart.',
            format.count(summedUp),
            before,
          ),
    );
  }
  for (const { model, messages } of unpricedOf(agents).slice(0, 5)) {
    found.push(withoutPrice(messages, oneLine(model, 60), format));
  }
  for (const note of lowerNotes(lower, format)) found.push(note);
  if (client > 0) {
    found.push(
      client === 1
        ? l10n.t('The cost of 1 message comes from Claude Code’s own total.')
        : l10n.t(
            'The cost of {0} messages comes from Claude Code’s own total.',
            format.count(client),
          ),
    );
  }
  if (facts.unknownLifetimes.length > 0) {
    found.push(
      l10n.t(
        'Missed caches are not shown for {0}: how long caches live there is unknown.',
        facts.unknownLifetimes.map((model) => oneLine(model, 60)).join(', '),
      ),
    );
  }
  const estimate = l10n.t(
    'Estimate at list prices of {0}.',
    format.day(Date.parse(`${catalogueDate}T12:00:00Z`)),
  );
  return [
    ...found,
    ...lostNotes(summary.lost ?? 0, format),
    ...recoveredNotes(summary.recovered ?? 0, format),
    estimate,
  ];
}
