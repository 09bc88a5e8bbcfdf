import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openForWriting } from '../../src/store/connection/openStore.ts';
import { unpackCase } from '../lib/cases.ts';
import { engines } from '../lib/engines.ts';
import { ingestAll } from '../lib/ingest.ts';
import { tempDir } from '../lib/tempDir.ts';

/** What a case must come to: dollars of its messages, and how many they are. */
const expected: Readonly<Record<string, readonly [usd: number, messages: number]>> = {
  // claude-code#64880: six requests were answered under one message id.
  '10-api-reused-id': [10.5015, 6],
  // Haiku 5.5 has a band; each of the two turns stays below it.
  '1-iterations-band': [0.01605, 1],
  // Broken lines (claude-code#81843): NUL bytes, a record cut off, two on a line, one with junk behind.
  '01-nul-run': [9, 2],
  '02-truncated-splice': [9, 2],
  '02b-truncated-in-string': [9, 2],
  '03-missing-newline': [9, 2],
  '81-record-then-junk': [6, 2],
  '34-bytes': [9, 3],
  // ccusage#976, ClaudeCodeUsage, CodexBar#2413, TokenTracker#65: some lines lack the request id.
  '05-mixed-request-id': [3.00015, 1],
  '05b-fork-without-request-id': [3, 1],
  '05c-mixed-subagent': [3.0135, 1],
  '78-null-request-id': [3, 1],
  '20-subagent-both': [6.000075, 2],
  // CodexBar#3659, Dressage#39: ids that are unique in a session only, or not even there.
  '07-ids-repeat-across-sessions': [9.00018, 2],
  '07b-ids-constant-in-session': [9.00018, 2],
  '07c-empty-id-blocks': [3.000075, 1],
  '10b-proxy-constant-id': [2.130675, 3],
  // claude-code#84223: only the copy in the parent's transcript is final.
  '85-progress-has-final': [4.5, 1],
  // ccusage#985: a gateway writes the input in a later copy.
  '06-gateway-snapshots': [0.4575, 1],
  // One count that cannot be read does not take the others with it.
  '76-bad-one-class': [18, 1],
  '11-odd-counts': [24, 8],
  // ccusage#913: a side question repeats a message of the main thread.
  '24-btw-replay': [6, 2],
  // agentsview#1370: a session sent to the background is copied under a new id.
  '59-handoff': [12, 3],
  // ClaudeCodeUsage#18, litellm#24176: a line of zeros comes first.
  '86-placeholder-then-real': [3.0135, 1],
};

for (const engine of engines) {
  describe(`small inputs with a known right value, ${engine}`, () => {
    for (const [name, [usd, messages]] of Object.entries(expected)) {
      test(name, () => {
        using dir = tempDir();
        unpackCase(name, dir.path);
        const { db } = openForWriting(':memory:', { engine });
        try {
          ingestAll(db, dir.path);
          const sql = 'SELECT sum(nano) AS nano, sum(messages) AS messages FROM spend_total';
          const row = { ...db.prepare(sql).get<{ nano: number; messages: number }>() };
          assert.deepEqual(row, { nano: Math.round(usd * 1e9), messages });
        } finally {
          db.close();
        }
      });
    }
  });
}
