/** Rules of merging, pricing, storing and downsampling. */
import { MutationList } from './mutationList.ts';

const { all, mutate } = new MutationList();

mutate(
  'store/ingest/merge.ts',
  ['a direct line before a progress copy', 'Number(a.progress) - Number(b.progress) ||', ''],
  ['main thread before side chain', 'Number(a.sidechain) - Number(b.sidechain) ||', ''],
  ['the larger total is kept', 'totalTokens(b.usage) - totalTokens(a.usage) ||', ''],
  [
    'a final record before an unfinished one',
    "Number(a.stopReason === '') - Number(b.stopReason === '') ||",
    '',
  ],
  [
    'a placeholder is never kept before what was sent',
    'Number(promptTokens(a.usage) === 0) - Number(promptTokens(b.usage) === 0) ||',
    '',
  ],
  ['what is still equal is told apart by content', 'compareText(content(a), content(b))', '0'],
  [
    'a record is kept whole',
    'kept: compareLines(a.kept, b.kept) <= 0 ? a.kept : b.kept,',
    `kept: {
      ...(compareLines(a.kept, b.kept) <= 0 ? a.kept : b.kept),
      usage: Object.fromEntries(
        Object.entries(a.kept.usage).map(([name, n]) => [name, Math.max(n, b.kept.usage[name])]),
      ),
    },`,
  ],
  [
    'an output is final if any line stopped',
    'ended: a.ended || b.ended,',
    'ended: a.ended && b.ended,',
  ],
  [
    'a message is in the main thread if any line is',
    'inMain: a.inMain || b.inMain,',
    'inMain: a.inMain,',
  ],
  ['tools of all lines', 'tools: union(a.tools, b.tools),', 'tools: a.tools,'],
  ['input sides of all lines', 'sides: union(a.sides, b.sides),', 'sides: a.sides,'],
  ['uuids of all lines', 'lines: union(a.lines, b.lines),', 'lines: a.lines,'],
  [
    'any copy names who made the request',
    'requester: a.requester >= b.requester ? a.requester : b.requester,',
    'requester: a.requester,',
  ],
  [
    'every session a message stands in',
    'const best = known === undefined ? occurrence : betterOccurrence(known, occurrence);',
    'if (known === undefined) continue;\n    const best = betterOccurrence(known, occurrence);',
  ],
  [
    'the main thread stands before a subagent',
    'a.standing < b.standing ? a : b',
    'a.standing > b.standing ? a : b',
  ],
  ['of two agents the first by id', 'a.agentId <= b.agentId ? a : b', 'a'],
  ['a request is one response', "if (rid !== '') return { rid, side: '' };", ''],
  [
    'without a request the input side tells responses apart',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is text of the source
    'side: inputSide(line.usage) || `@${line.sessionId}`',
    "side: ''",
  ],
  [
    'writes of any lifetime are one input side',
    'usage.cacheWrite5m + usage.cacheWrite1h}',
    'usage.cacheWrite5m}',
  ],
);

mutate(
  'store/ingest/responses.ts',
  [
    'a record of no request joins the one of its uuid',
    '...found(byLine, linesOf(group)).map((at) => ({ at, rank: 0 })),\n        ...found(bySide',
    '...found(bySide',
  ],
  [
    'or that of its input side',
    '...found(bySide, sidesOf(group)).map((at) => ({',
    '...found(bySide, new Set<string>()).map((at) => ({',
  ],
  [
    'its own session’s first',
    'sessionsOf(requested[at]!)) ? 1 : 2,',
    'sessionsOf(requested[at]!)) ? 2 : 1,',
  ],
  [
    'a placeholder joins the response of its uuid',
    '...found(byLine, linesOf(placeholder)).map((at) => ({ at, rank: -1 })),',
    '',
  ],
  [
    'else one of its session',
    '...found(bySession, sessionsOf(placeholder)).map((at) => {',
    '...found(bySession, new Set<string>()).map((at) => {',
  ],
  ['the next one', 'later >= 0 ? later : afterAllLater - later', '0'],
  [
    'two requests are two responses',
    'candidates.filter(({ at }) => !(placeholder.requested && formed[at]!.requested))',
    'candidates',
  ],
  [
    'of several placeholders with a request only one joins',
    'const joins = best !== undefined && (!other.requested || nearest.get(best.at) === choice);',
    'const joins = best !== undefined;',
  ],
  [
    'a replay has the input side of its original',
    "const repeated = sides.size > 0 ? overlap(sides, inMainThread) : inMainThread.has('');",
    'const repeated = inMainThread.size > 0;',
  ],
  ['only side chains are replays', 'replay: repeated && !inMain(group)', 'replay: repeated'],
  [
    'records of one uuid are one response',
    'const names = [keyText(variant), ...variant.state.lines];',
    'const names = [keyText(variant)];',
  ],
  [
    'sessions whose records may be one are compared',
    'return common(a.state.lines, b.state.lines) || common(a.state.sides, b.state.sides);',
    'return false;',
  ],
);

mutate(
  'store/ingest/ownership.ts',
  [
    'another variant forms the responses anew',
    'known.identity === identity.sole && known.rid === key.rid && known.side === key.side',
    'known.identity === identity.sole',
  ],
  ['several input sides as well', 'if (merged.sides.length > 1) return false;', ''],
  ['a replay does not count', 'Number(!response.replay && ', 'Number('],
  ['what is part of another goes', 'if (!kept.has(key)) this.#delete(row);', ''],
  [
    'variants are kept',
    'for (const variant of left) if (!asStored.has(variant)) this.#variants.save(mid, variant);',
    '',
  ],
  [
    'places of another response go',
    'this.#dropOccurrence.run(row.id, session);\n      this.#onChange(session);\n    }\n    if',
    '}\n    if',
  ],
  ['who made the request owns it', 'named ??\n', ''],
  [
    'sessions that share a message are compared',
    'for (const other of rows.slice(1)) this.#recordIndex.relate(rows[0]!, other);',
    '',
  ],
  [
    'shared messages are settled again when an own start moves',
    'this.#unresolved.add(message);',
    '',
  ],
  [
    'places become better',
    'if (before?.agent === agent && before.standing === best.standing) continue;',
    'if (before !== undefined) continue;',
  ],
  ['the owner is settled', 'ownsBefore(sessionOf(other), sessionOf(best)) ? other : best', 'best'],
);

mutate(
  'store/ingest/recordIndex.ts',
  [
    'own records decide, not the first seen',
    'const aStart = a.own_at ?? Number.POSITIVE_INFINITY;\n  const bStart = b.own_at ?? Number.POSITIVE_INFINITY;',
    'const aStart = a.id;\n  const bStart = b.id;',
  ],
  [
    'own records decide, not the first ones',
    'const aStart = a.own_at ?? Number.POSITIVE_INFINITY;\n  const bStart = b.own_at ?? Number.POSITIVE_INFINITY;',
    'const aStart = a.first_at;\n  const bStart = b.first_at;',
  ],
  ['ties by session id', 'a.sid < b.sid', 'a.id < b.id'],
  [
    'records without a uuid are own',
    'const start = earlier(row.anonymous_at, own);',
    'const start = own;',
  ],
  [
    'shared records are not own',
    'AND NOT EXISTS\n         (SELECT 1 FROM shared_trace o WHERE o.uuid = t.uuid AND o.session <> t.session)',
    '',
  ],
  ['packed records are unpacked', 'this.#addRecords(row, hashes, times);\n    }', '}'],
  ['a record shared later takes an own start away', 'this.#stale.add(session);\n', ''],
  [
    'a record shared later moves the point of forking',
    'this.#sharing.add(row.id).add(session);',
    '',
  ],
);

mutate(
  'store/ingest/messageTable.ts',
  ['what a message was is taken from the roll-ups', 'this.contribute(-1, before);', ''],
  ['replays are not in the roll-ups', 'if (row.counted === 0) return;', ''],
  ['a share of a client’s total stays with its session', 'after.nano = 0;', ''],
);
mutate(
  'store/schema/messageRow.ts',
  ['declined attempts are not in the figure', 'partsOf(row).filter(isBilled)', 'partsOf(row)'],
  ['the upper band has a row of its own', '[...billed, { ...band, model: undefined }]', 'billed'],
);
mutate(
  'store/ingest/priceMessage.ts',
  ['parts are billed with their message', 'nano += partNano;', ''],
  [
    'a declined attempt stands beside the cost',
    "if (part.kind === 'declined') declined += partNano;\n    else {",
    '{',
  ],
  ['a part without a price leaves the message unpriced', "priced &&= cost.kind === 'priced';", ''],
);
mutate(
  'store/ingest/rollups.ts',
  ['an empty row goes', 'if (delta.some((value) => value < 0)) this.#drop.run(...keys);', ''],
  [
    'what tells less apart is written as well',
    'for (const writer of this.#writers) writer.write(this.#changes);',
    'this.#writers[0]?.write(this.#changes);',
  ],
);

mutate(
  'store/ingest/ownership.ts',
  ['what was summed up counts no second time', 'if (tombstone !== undefined) {', 'if (false) {'],
  ['a replay whose original was summed up', ': row.in_main === 1;', ': false;'],
  [
    'the original of a replay that was summed up',
    'row.sidechain === 1 && row.counted === 1 :',
    'false :',
  ],
  [
    'a fork of what was summed up',
    'this.#relate(this.#downsampled.addSessions(row, sessions));',
    '',
  ],
  [
    'a main thread found later',
    'if (incoming.inMain && row.in_main === 0) this.#downsampled.setInMain(row.id);',
    '',
  ],
  [
    'copies of what was summed up are replays',
    'in_main: Math.max(row.in_main, Number(incoming.inMain))',
    'in_main: 0',
  ],
);
mutate(
  'store/ingest/downsampledMessages.ts',
  ['where it stands is noted', 'for (const session of all) this.#addPlace.run(id, session);', ''],
  ['its own session is a place', 'stored.length === 0 ? [row.session] : stored;', 'stored;'],
);
mutate(
  'store/retention/downsample.ts',
  ['places outlive their message', 'this.#addOccurrences.run(lastInsertRowid, row.id);', ''],
  ['places go with their message', 'this.#dropOccurrences.run(row.id);', ''],
  ['shares of a total are kept by model', 'shares ? row.model : 0', '0'],
  ['shares of a total are kept by tokens', 'shares ? tokenWeight(row) : 0', '0'],
  [
    'sums move to the day',
    'if (first < end) this.#move(first, end, first);',
    "if (first < end && unit === 'month') this.#move(first, end, first);",
  ],
  [
    'days move to the month',
    'if (first < end) this.#move(first, end, first);',
    "if (first < end && unit === 'day') this.#move(first, end, first);",
  ],
  ['messages go', 'this.#drop.run(from, to);', ''],
  ['a month ends where days begin', 'Math.min(bucketOf(month.to), end)', 'bucketOf(month.to)'],
);
mutate(
  'store/ingest/rollups.ts',
  ['what is moved is added up', '(column) => sumSql(column)', '(column) => column'],
  ['what is moved goes from where it was', ' drop.run(from, to, target);', ''],
  ['what tells less apart moves as well', '[finest, ...coarser]\n    .filter', '[finest].filter'],
);

mutate(
  'store/ingest/reconcile.ts',
  [
    'a fork’s total contains its parent’s',
    'totalSteps(states, base);',
    'totalSteps(states, undefined);',
  ],
  [
    'the parent’s total before the fork',
    'states.filter((state) => state.at <= parent.at).at(-1)',
    'states.at(-1)',
  ],
  [
    'a fork without its parent’s total cannot be reconciled',
    'possible: parent === undefined || base !== undefined',
    'possible: true',
  ],
  [
    'what the parent has too is in the parent’s total',
    'row.id, row.id, parent ?? 0',
    'row.id, row.id, 0',
  ],
  ['the nearest relative is the parent', 'relative.at > best.at ||', 'relative.at < best.at ||'],
  ['only who owns before is a parent', 'if (!ownsBefore(other, row)) continue;', ''],
  [
    'who shares no message is no parent',
    'if (!this.#shareMessage(row.id, relative.session)) continue;',
    '',
  ],
  [
    'messages after the last total are unconfirmed',
    'counted = 1 AND at > ?',
    'counted = 1 AND at >= ?',
  ],
  [
    'replays explain nothing',
    'FROM message m WHERE session = ? AND counted = 1\n',
    'FROM message m WHERE session = ?\n',
  ],
  [
    'what was summed up explains a total',
    'FROM thinned m WHERE session = ? AND counted = 1 ORDER BY 1',
    'FROM thinned m WHERE session = ? AND counted = 2 ORDER BY 1',
  ],
  [
    'also in a fork',
    "('thinned', moneyColumns)} ORDER",
    "('thinned', moneyColumns)} AND FALSE ORDER",
  ],
  [
    'a message in common makes a parent, summed up too',
    'thinned_place q ON q.thinned = p.thinned',
    'thinned_place q ON q.thinned = -p.thinned',
  ],
  [
    'what was summed up is unconfirmed as it was',
    'UNION ALL SELECT nano FROM thinned WHERE',
    'UNION ALL SELECT 0 FROM thinned WHERE',
  ],
  ['undated background stands at the start', 'row.first_at ?? 0', '0'],
);
mutate('store/ingest/clientNano.ts', [
  'own prices are not the client’s',
  "'coalesce(m.list_nano, m.nano)'",
  "'m.nano'",
]);
mutate(
  'store/ingest/backgroundItems.ts',
  [
    'a request with a message is not hidden',
    '.filter(({ request }) => !answered.has(request))',
    '',
  ],
  ['a message without an id explains its amount', 'if (first.take(nano)) return false;', ''],
  [
    'a request without an id has its message by the amount',
    'if (second.take(nano)) return false;',
    '',
  ],
  [
    'an answer without an id and a message is left out',
    "return kind !== 'answer' && kind !== 'other';",
    'return true;',
  ],
  ['a message is taken once', 'this.#next++;\n    return true;', 'return true;'],
  [
    'only what the client counts beyond is a difference',
    'if (nano <= rounding * (told.length + counted.length)) return [];',
    '',
  ],
  [
    'a difference stands at its message',
    "{ at, kind: 'difference'",
    "{ at: told[0]!.at, kind: 'difference'",
  ],
);
mutate(
  'store/ingest/background.ts',
  ['what is hidden behind a total may be in it', 'gap -= nano;', 'gap -= nano; break;'],
  ['only as far as the total leaves so much', '|| !fits', ''],
  ['what was seen before stays', 'Math.min(behind + gap, mostSum) - found;', 'gap - found;'],
  ['messages up to a total’s place', 'spent[next]!.at <= at', 'true'],
  ['background never shrinks', ' || nano <= 0) continue;', ') continue;'],
  ['rounding is no background', 'gap <= roundingOf(Math.max(0, next - first)) || ', ''],
  [
    'nothing from before a run began is in its total',
    'started === 0 ? next : countBefore',
    'true ? next : countBefore',
  ],
  [
    'both runs’ messages explain both',
    'first = Math.min(first, start);',
    '[first, told, behind] = [start, 0, found];',
  ],
  ['a run that finds no total begins a segment', 'else [first, told, behind]', 'else [, , behind]'],
);
mutate(
  'store/ingest/clientTotals.ts',
  ['a total that falls begins again', 'if (falls && state.started === 0) known.length = 0;', ''],
  [
    'two runs may go on from one total',
    'while (known.length > 0 && known.at(-1)!.total > state.total) known.pop();',
    'if (falls) known.length = 0;',
  ],
  ['runs of different beginnings', 'rising.get(state.started) ?? ', ''],
);
mutate(
  'store/ingest/clientPrices.ts',
  [
    'a fork’s share begins behind its parent’s total',
    'if (i === 0 || !follows) counted',
    'if (i > 0 && !follows) counted',
  ],
  ['each total shares out what it grew by', 'counted = Math.max(counted, total);', ''],
  ['messages no total covers stay unpriced', 'setPrice(row, 0, pricing.unpriced);', ';'],
);

mutate(
  'store/writer.ts',
  [
    'records and offset commit together',
    'this.#db.transaction(() => {\n        this.#options.assertWriter();',
    '(() => {\n        this.#options.assertWriter();',
  ],
  ['only the writer writes', 'this.#options.assertWriter();', ''],
  ['what a failed transaction made up is forgotten: words', 'this.#strings.forget();', ''],
  ['what a failed transaction made up is forgotten: sessions', 'this.#sessions.forget();', ''],
  ['what a failed transaction made up is forgotten: agents', 'this.#agents.forget();', ''],
  ['what a failed transaction made up is forgotten: roll-ups', 'this.#rollup.forget();', ''],
  [
    'a start that moves reconciles anew',
    'if (row.first_at !== firstAt) this.#unreconciled.add(row.id);',
    '',
  ],
  ['a total that is read reconciles anew', 'this.#unreconciled.add(session);\n    }', '}'],
  ['relatives are reconciled too', 'for (const id of this.#unreconciled) addRelated(id);', ''],
  ['titles are kept', 'if (this.#options.storeTitles) {', 'if (false) {'],
);
mutate(
  'store/ingest/summaryTable.ts',
  [
    'a summary titles the session whose records come after it',
    'if (leaves.has(hash)) this.#title(session, hash);',
    'if (leaves.size < 0) this.#title(session, hash);',
  ],
  [
    'and the one whose records came before',
    'for (const [session, leaf] of this.#recordIndex.holders(waiting)) this.#title(session, leaf);',
    '',
  ],
  ['the last summary of a leaf', 'text = excluded.text, searched = 0', 'searched = 0'],
);
mutate(
  'store/ingest/sessionTable.ts',
  ['the first of two accounts', 'path < otherPath', 'false'],
  ['the last title of a kind', 'text = excluded.text WHERE ', 'text = excluded.text -- '],
  [
    'the start of a session',
    'row.first_at = earlier(row.first_at, finite(records.firstAt));',
    'row.first_at ??= finite(records.firstAt);',
  ],
  ['the directory of the first record', 'if (!better) return;', 'if (known !== null) return;'],
);
mutate('store/ingest/fileTable.ts', [
  'a file read again begins its counts anew',
  'if (restarted) this.#forgive.run(known.id);',
  '',
]);

export { all as storeMutations };
