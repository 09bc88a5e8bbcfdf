/** Rules of reading transcripts. */
import { MutationList } from './mutationList.ts';

const { all, mutate } = new MutationList();

mutate(
  'agents/claude/parse/usage.ts',
  [
    'the larger of total and split',
    'Math.max(counts.written, counts.fiveMinutes + oneHour)',
    'counts.fiveMinutes + oneHour',
  ],
  ['an hour is not five minutes', 'cacheWrite5m: written - oneHour,', 'cacheWrite5m: written,'],
  ['turns are judged one by one', 'turns = readTurns(iterations, usage);', ''],
  [
    'turns say all their counts',
    "if (!turnCounts.every((name) => typeof entry[name] === 'number')) return noIterations;",
    '',
  ],
  ['advisors are billed', "return 'advisor';", 'return undefined;'],
  ['compaction is billed', "return 'compaction';", 'return undefined;'],
);
mutate(
  'agents/claude/parse/messageLine.ts',
  ['a line without a message id stands alone', ' || ownId(head, requestId, at, path)', ''],
  [
    'but for its request',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is text of the source
    "if (requestId !== '') return `request:${requestId}`;",
    '',
  ],
);
mutate(
  'agents/claude/parse/parser.ts',
  ['client-made lines cost nothing', "if (record.model === '<synthetic>') {", 'if (false) {'],
  [
    'an undated record has the time before it',
    'const at = Number.isNaN(head.at) ? this.state.lastAt : head.at;\n    if (at === 0)',
    'const at = Number.isNaN(head.at) ? 1 : head.at;\n    if (at === 0)',
  ],
  [
    'own records are of any type',
    'this.#records.add(buf, this.#scanned, head);',
    "if (type === 'assistant') this.#records.add(buf, this.#scanned, head);",
  ],
  ['a progress copy has its own time', 'at: Number.isNaN(own) ? head.at : own,', 'at: head.at,'],
);
mutate(
  'agents/lineReader.ts',
  [
    'a last line without its newline counts',
    'if (done) addUnterminated(file, offset, parserFor(state), batch);',
    '',
  ],
  ['a torn last line waits', 'if (tail.rejected.length > 0) return;', ''],
  ['a file begins anew once', 'restarted = false;', ''],
);

export { all as readingMutations };
