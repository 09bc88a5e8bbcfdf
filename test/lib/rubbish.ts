import { closeSync, ftruncateSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { longestLineBytes } from '../../src/agents/lineReader.ts';
import { type RejectReason, rejectReasons } from '../../src/model/records.ts';
import { assistant, user } from './parseLines.ts';

/** One line for each reason why a line cannot be used, but for its length. */
const lines: Readonly<Record<Exclude<RejectReason, 'too long'>, string>> = {
  'no time': JSON.stringify(assistant({ id: 'r1' }, { timestamp: undefined })),
  'not JSON': '{"type":"assistant","message":{"usage":{"output_tokens":1}',
  damaged: '{"type":"mode","sessionId":"s1"}{"type":"assistant","message":',
  'not an object': '["type","assistant"]',
  'no type': '{"message":{"usage":{"output_tokens":1}}}',
  'bad usage': JSON.stringify(assistant({ id: 'r2', usage: { output_tokens: -1 } })),
  'no model': JSON.stringify(assistant({ id: 'r3', model: undefined })),
  'bad total': '{"type":"cost-state","totalCostUSD":"much"}',
  'too many parts': JSON.stringify(assistant({ id: 'r4', content: Array(250_000).fill(0) })),
};

/** Messages in the rubbish that can be used, whatever stands around them. */
export const usableMessages = 8;
/** Lines that are not blank, not torn and end. */
export const rubbishLines = 20;
/** Line of each reason; the line that is too long stands in a file of its own. */
export const rejectedAt: readonly { reason: RejectReason; line: number }[] = rejectReasons.map(
  (reason) => ({
    reason,
    line: reason === 'too long' ? 2 : Object.keys(lines).indexOf(reason) + 1,
  }),
);

/** A configuration directory whose transcripts hold exactly one line of each reason. */
export function writeRubbish(root: string): void {
  const folder = join(root, 'projects', 'rubbish');
  mkdirSync(folder, { recursive: true });
  const usable = (id: string): string =>
    JSON.stringify(assistant({ id }, { uuid: id, cwd: '/src/ü\u2028🙂' }));
  const text = [
    ...Object.values(lines).map((line, i) => (i === 0 ? `\ufeff${line}` : line)),
    '',
    ' \t ',
    usable('m1'),
    `${usable('m2')}\r`,
    JSON.stringify(JSON.parse(usable('m3')), null, 2).replaceAll('\n', ' '),
    usable('m4').replace('"type"', '"\\u0074ype"'),
    usable('m5').replace('"usage"', '"us\\u0061ge"'),
    JSON.stringify(user('line\u2028and\u2029paragraph', { uuid: 'p1' })),
    '{"type":"later-invention","usage":{"output_tokens":7}}',
    usable('m6'),
    // Torn in the middle of a character.
  ].join('\n');
  const torn = Buffer.from(`\n${usable('torn')}`);
  const bytes = Buffer.concat([Buffer.from(text), torn.subarray(0, torn.indexOf(0xf0) + 2)]);
  writeFileSync(join(folder, 'rubbish.jsonl'), bytes);
  // A hole: many megabytes of nothing that take no room on the disk.
  const fd = openSync(join(folder, 'long.jsonl'), 'w');
  const start = writeSync(fd, `${usable('m7')}\n`);
  const end = start + longestLineBytes + 1;
  ftruncateSync(fd, end);
  writeSync(fd, `\n${usable('m8')}\n`, end);
  closeSync(fd);
}
