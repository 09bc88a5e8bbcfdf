import { l10n } from 'vscode';
import type { SessionStrings } from '../../protocol/session.ts';
import { commonStrings } from '../panels/commonStrings.ts';

/**
 * The texts of a session's page in the editor's language; `{0}` is filled in there. `summedUp`: messages
 * of the session are in its figures only.
 */
export function sessionStrings(summedUp: boolean): SessionStrings {
  return {
    ...commonStrings(),
    openTranscript: l10n.t('Open Transcript'),
    resume: l10n.t('Resume in Terminal'),
    copyId: l10n.t('Copy ID'),
    ...chartStrings(),
    ...listStrings(),
    ...detailStrings(),
    noMessages: summedUp
      ? l10n.t('All messages of this session are summed up.')
      : l10n.t('No message of this session has a cost.'),
    seconds: l10n.t('{0} s'),
    minutes: l10n.t('{0} min'),
    hours: l10n.t('{0} h {1} min'),
    days: l10n.t('{0} d'),
  };
}

type Some<Key extends keyof SessionStrings> = Pick<SessionStrings, Key>;

function chartStrings(): Some<
  | 'chartTitle'
  | 'chartSummary'
  | 'chartKey'
  | 'contextTitle'
  | 'contextSummary'
  | 'context'
  | 'writes'
  | 'mainThread'
  | 'background'
  | 'otherThreads'
  | 'messageNamed'
  | 'compacted'
  | 'switched'
  | 'rangeFrom'
  | 'rangeTo'
> {
  return {
    chartTitle: l10n.t('Cost over time'),
    chartSummary: l10n.t('Cumulative cost from {0} to {1}: {2}.'),
    chartKey: l10n.t('● message  ✕ cache missed  ▲ model switched  ◆ compacted'),
    contextTitle: l10n.t('Context: {0}'),
    contextSummary: l10n.t(
      'Largest {0} tokens, last {1}. {2} of the prompts came from the cache; caches missed: {3}.',
    ),
    context: l10n.t('Context'),
    writes: l10n.t('Cache write'),
    mainThread: l10n.t('Main thread'),
    background: l10n.t('Background'),
    otherThreads: l10n.t('{0} more'),
    messageNamed: l10n.t('Message {0}, {1}: {2}'),
    compacted: l10n.t('Compacted'),
    switched: l10n.t('Model switched from {0} to {1}'),
    rangeFrom: l10n.t('From'),
    rangeTo: l10n.t('To'),
  };
}

function listStrings(): Some<
  | 'messagesTitle'
  | 'number'
  | 'thread'
  | 'model'
  | 'input'
  | 'output'
  | 'write5m'
  | 'write1h'
  | 'read'
  | 'searches'
  | 'otherModels'
  | 'price'
  | 'why'
  | 'agentsTitle'
  | 'onlyAgent'
  | 'messageCount'
  | 'withSubagents'
  | 'range'
  | 'removeFilter'
  | 'filtered'
  | 'details'
  | 'unpriced'
  | 'atLeast'
  | 'clientPrice'
> {
  return {
    messagesTitle: l10n.t('Messages'),
    number: l10n.t('No.'),
    thread: l10n.t('Agent'),
    model: l10n.t('Model'),
    input: l10n.t('Input'),
    output: l10n.t('Output'),
    write5m: l10n.t('Write 5 m'),
    write1h: l10n.t('Write 1 h'),
    read: l10n.t('Read'),
    searches: l10n.t('Searches'),
    otherModels: l10n.t('Other models'),
    price: l10n.t('Price row'),
    why: l10n.t('Cache missed'),
    agentsTitle: l10n.t('Agents'),
    onlyAgent: l10n.t('Show this agent’s messages only'),
    messageCount: l10n.t('Messages: {0}'),
    withSubagents: l10n.t('with its subagents {0}'),
    range: l10n.t('{0} to {1}'),
    removeFilter: l10n.t('Remove the filter “{0}”'),
    filtered: l10n.t('{0} of {1} messages, {2}'),
    details: l10n.t('Show the arithmetic'),
    unpriced: l10n.t('unpriced'),
    atLeast: l10n.t('at least'),
    clientPrice: l10n.t('from Claude Code’s own total'),
  };
}

function detailStrings(): Some<
  | 'openMessage'
  | 'showText'
  | 'readingText'
  | 'textGone'
  | 'textNone'
  | 'textTitle'
  | 'textLeft'
  | 'thinking'
  | 'toolCall'
  | 'tools'
  | 'arithmetic'
  | 'requested'
  | 'perMillion'
  | 'perThousand'
  | 'advisor'
  | 'compaction'
  | 'declined'
  | 'declinedNote'
  | 'missFirst'
  | 'missExpired'
  | 'missSwitch'
  | 'missCompaction'
  | 'missPrefix'
  | 'missCost'
> {
  return {
    openMessage: l10n.t('Open in Transcript'),
    showText: l10n.t('Show Text'),
    readingText: l10n.t('Reading the transcript…'),
    textGone: l10n.t('No transcript on disk has this message any more.'),
    textNone: l10n.t('The transcript has no text of this message.'),
    textTitle: l10n.t('Text of message {0}'),
    textLeft: l10n.t('… {0} more characters'),
    thinking: l10n.t('Thinking'),
    toolCall: l10n.t('Tool {0}'),
    tools: l10n.t('Tools: {0}'),
    arithmetic: l10n.t('{0} × {1} = {2}'),
    requested: l10n.t('Asked for: {0}'),
    perMillion: l10n.t('{0} per million'),
    perThousand: l10n.t('{0} per thousand'),
    advisor: l10n.t('Advisor'),
    compaction: l10n.t('Compaction'),
    declined: l10n.t('Declined attempt'),
    declinedNote: l10n.t('{0}, may be billed beside it'),
    missFirst: l10n.t('first write'),
    missExpired: l10n.t('expired: gap {0}, lifetime {1}'),
    missSwitch: l10n.t('model switched'),
    missCompaction: l10n.t('compacted'),
    missPrefix: l10n.t('beginning changed'),
    missCost: l10n.t(
      'Cache missed ({0}): {1} tokens were sent anew, about {2} more than reading them.',
    ),
  };
}
