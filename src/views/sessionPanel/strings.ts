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
    ways: l10n.t('More'),
    ...chartStrings(),
    ...listStrings(),
    ...detailStrings(),
    noMessages: summedUp
      ? l10n.t('All messages of this session have been aggregated.')
      : l10n.t('No message of this session has a cost.'),
    seconds: l10n.t('{0} s'),
    minutes: l10n.t('{0} min'),
    hours: l10n.t('{0} h {1} min'),
    wholeHours: l10n.t('{0} h'),
    days: l10n.t('{0} d'),
  };
}

type Some<Key extends keyof SessionStrings> = Pick<SessionStrings, Key>;

function chartStrings(): Some<
  | 'chartTitle'
  | 'chartSummary'
  | 'chartKey'
  | 'keyMiss'
  | 'keySwitch'
  | 'keyCompacted'
  | 'contextSummary'
  | 'context'
  | 'contextUnit'
  | 'writePrice'
  | 'writesShort'
  | 'again'
  | 'againShort'
  | 'firstWrite'
  | 'stepNamed'
  | 'stepShort'
  | 'writes'
  | 'mainThread'
  | 'background'
  | 'otherThreads'
  | 'messageNamed'
  | 'compacted'
  | 'switched'
  | 'rangeTitle'
  | 'rangeFrom'
  | 'rangeTo'
> {
  return {
    chartTitle: l10n.t('Over time'),
    chartSummary: l10n.t('From {0} to {1} the session came to {2}.'),
    chartKey: l10n.t('a dot is a message, larger costs more'),
    keyMiss: l10n.t('✕ a missed cache'),
    keySwitch: l10n.t('▲ another model'),
    keyCompacted: l10n.t('◆ compacted'),
    contextSummary: l10n.t(
      'The context of {0} reached {1} tokens and had {2} in the end; caches missed: {3}.',
    ),
    context: l10n.t('Context'),
    contextUnit: l10n.t('tokens sent'),
    writes: l10n.t('Cache writes'),
    writesShort: l10n.t('Writes'),
    writePrice: l10n.t('{0}× a read’s price'),
    again: l10n.t('{0} written again'),
    againShort: l10n.t('{0} again'),
    firstWrite: l10n.t('first write {0}'),
    stepNamed: l10n.t('Message {0}: {1}'),
    stepShort: l10n.t('Message {0}'),
    mainThread: l10n.t('Main thread'),
    background: l10n.t('Claude Code overhead'),
    otherThreads: l10n.t('{0} more'),
    messageNamed: l10n.t('Message {0}, {1}: {2}'),
    compacted: l10n.t('Compacted'),
    switched: l10n.t('Model switched from {0} to {1}'),
    rangeTitle: l10n.t('Choose a time range'),
    rangeFrom: l10n.t('From'),
    rangeTo: l10n.t('To'),
  };
}

function listStrings(): Some<
  | 'messagesTitle'
  | 'order'
  | 'mostExpensive'
  | 'inOrder'
  | 'showAll'
  | 'number'
  | 'about'
  | 'quoted'
  | 'byAgent'
  | 'written'
  | 'adviceTitle'
  | 'openSimilar'
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
    order: l10n.t('Order'),
    mostExpensive: l10n.t('Most expensive'),
    inOrder: l10n.t('In order'),
    showAll: l10n.t('Show all {0}'),
    number: l10n.t('No.'),
    about: l10n.t('Asked or done'),
    quoted: l10n.t('“{0}”'),
    byAgent: l10n.t('{0},'),
    written: l10n.t('Written'),
    adviceTitle: l10n.t('What to do'),
    openSimilar: l10n.t('Open Similar Messages'),
    thread: l10n.t('Agent'),
    model: l10n.t('Model'),
    input: l10n.t('Input'),
    output: l10n.t('Output'),
    write5m: l10n.t('Write, 5 min'),
    write1h: l10n.t('Write, 1 h'),
    read: l10n.t('Read'),
    searches: l10n.t('Searches'),
    otherModels: l10n.t('Other models'),
    price: l10n.t('Price list entry'),
    why: l10n.t('Cache missed'),
    agentsTitle: l10n.t('Agents'),
    onlyAgent: l10n.t('Show only this agent’s messages'),
    range: l10n.t('{0} to {1}'),
    removeFilter: l10n.t('Remove the filter “{0}”'),
    filtered: l10n.t('{0} of {1} messages, {2}'),
    details: l10n.t('Show the arithmetic'),
    unpriced: l10n.t('no price'),
    atLeast: l10n.t('At least this much: its count is not final, or part of it has no price.'),
    clientPrice: l10n.t('from Claude Code’s own total'),
  };
}

function detailStrings(): Some<
  | 'openMessage'
  | 'explain'
  | 'showText'
  | 'readingText'
  | 'textGone'
  | 'textNone'
  | 'textTitle'
  | 'textLeft'
  | 'thinking'
  | 'toolCall'
  | 'tools'
  | 'answeredBy'
  | 'arithmetic'
  | 'requested'
  | 'sumOfRequests'
  | 'sumOfUnknown'
  | 'recovered'
  | 'recoveredRequest'
  | 'recoveredSum'
  | 'requestTook'
  | 'requestBegan'
  | 'requestTried'
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
  | 'missLifetime'
> {
  return {
    openMessage: l10n.t('Open in Transcript'),
    explain: l10n.t('Explain'),
    showText: l10n.t('Show Text'),
    readingText: l10n.t('Reading the transcript…'),
    textGone: l10n.t('No transcript on disk contains this message anymore.'),
    textNone: l10n.t('The transcript contains no text for this message.'),
    textTitle: l10n.t('Text of message {0}'),
    textLeft: l10n.t('… {0} more characters'),
    thinking: l10n.t('Thinking'),
    toolCall: l10n.t('Tool {0}'),
    tools: l10n.t('Tools: {0}'),
    answeredBy: l10n.t('{0}, {1}, {2}'),
    arithmetic: l10n.t('{0} × {1} = {2}'),
    requested: l10n.t('Requested: {0}'),
    sumOfRequests: l10n.t(
      'A sum of {0} requests, as the agent wrote it when it ended: rates for long prompts are not in it.',
    ),
    sumOfUnknown: l10n.t(
      'A sum of requests, without their number, as the agent wrote it when it ended: rates for long prompts are not in it.',
    ),
    recovered: l10n.t('recovered from a counter'),
    recoveredRequest: l10n.t('Recovered from a counter: its request was not logged.'),
    recoveredSum: l10n.t(
      'Recovered from a counter: its requests were not logged. Their number is unknown, and rates for long prompts are not in it.',
    ),
    requestTook: l10n.t('The request took {0}.'),
    requestBegan: l10n.t('The request took {0}; its first token came after {1}.'),
    requestTried: l10n.t('It was tried {0} times.'),
    perMillion: l10n.t('{0} per million'),
    perThousand: l10n.t('{0} per thousand'),
    advisor: l10n.t('Advisor'),
    compaction: l10n.t('Compaction'),
    declined: l10n.t('Declined attempt'),
    declinedNote: l10n.t('{0}, may be billed separately'),
    missFirst: l10n.t('first write'),
    missExpired: l10n.t('cache expired after {0}'),
    missSwitch: l10n.t('another model'),
    missCompaction: l10n.t('after a compaction'),
    missPrefix: l10n.t('its beginning changed'),
    missCost: l10n.t(
      'Cache missed ({0}): {1} tokens were written again, which cost {2} more than reading them from the cache.',
    ),
    missLifetime: l10n.t(
      'The cache was kept for {0}; the message before came {1} earlier. {2} tokens were written again, which cost {3} more than reading them from the cache.',
    ),
  };
}
