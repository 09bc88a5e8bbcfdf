import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import { dataFolder } from '../../dataFolder/paths.ts';
import { parseEvent, peerNamespace } from '../../dataFolder/peerEvents.ts';
import { addEvents } from '../../dataFolder/peerFile.ts';
import { HumanError } from '../../model/errors.ts';
import { count } from '../../query/context.ts';
import { type DropOutcome, takeIn } from '../support/dropFolder.ts';
import { wholeNumber } from '../support/options.ts';
import { complain, say } from '../support/say.ts';

interface IngestOptions {
  readonly folder?: string;
  readonly watch?: true;
  readonly every: number;
  readonly quiet?: true;
}

const examples = `
Examples:
  outlay ingest events.jsonl            a file, one event a line
  send-report | outlay ingest           standard input
  outlay ingest --folder drop           every .jsonl and .json of a folder, then moved to drop/done
  outlay ingest --folder drop --watch   the same again and again, until it is stopped

An event: {"peerId": "al", "taskId": "t1", "tokensUsed": 1200, "usdSpent": 0.05,
"ts": "2026-11-20T10:00:00Z", "success": true}. An entry {"key": "fed-spend-…", "value": EVENT} keeps its
key; the same key twice counts once. FED_NAMESPACE names the namespace (federation-spend).`;

/** `outlay ingest` */
export function addIngest(program: Command): void {
  program
    .command('ingest')
    .description('Take in what peers of a federation report to spend.')
    .argument('[file]', 'file of events, one JSON object a line; without one standard input')
    .option('--folder <folder>', 'take in the files of this folder and move them away')
    .option('--watch', 'go on looking into the folder')
    .option('--every <seconds>', 'how often to look', wholeNumber, 5)
    .option('-q, --quiet', 'say nothing unless something is wrong')
    .addHelpText('after', examples)
    .action(run);
}

async function run(file: string | undefined, options: IngestOptions): Promise<void> {
  if (options.folder === undefined && options.watch) {
    throw new HumanError('usage', '--watch needs a folder: add --folder DIR.');
  }
  if (options.folder !== undefined && file !== undefined) {
    throw new HumanError('usage', 'Name a file or a --folder, not both.');
  }
  if (options.folder !== undefined) return drop(resolve(options.folder), options);
  const fromInput = file === undefined || file === '-';
  const text = fromInput ? await readAll(process.stdin) : readText(resolve(file));
  const { added, known } = keep(text, fromInput ? 'standard input' : file);
  tell(options, doneText(added, known));
}

async function drop(folder: string, options: IngestOptions): Promise<void> {
  for (;;) {
    const outcome = takeIn(folder, Date.now(), keep);
    report(outcome, options);
    if (!options.watch) return;
    await pause(options.every * 1000);
  }
}

function report({ done, added, known, refusals }: DropOutcome, options: IngestOptions): void {
  if (done > 0 || !options.watch)
    tell(options, `${count(done, 'file')}: ${doneText(added, known)}`);
  for (const refusal of refusals) complain(refusal);
  if (refusals.length > 0) process.exitCode = 2;
}

/** Keeps the events of a text, all or none. */
function keep(text: string, name: string): { added: number; known: number } {
  const namespace = process.env.FED_NAMESPACE || peerNamespace;
  const events = linesOf(text).flatMap(
    (line, i) => parseEvent(line, namespace, `Line ${i + 1} of ${name}`) ?? [],
  );
  return addEvents(dataFolder(), namespace, events);
}

/** Lines of JSON, or one JSON array over several lines. */
function linesOf(text: string): string[] {
  if (text.trimStart().startsWith('[')) {
    try {
      const list: unknown = JSON.parse(text);
      if (Array.isArray(list)) return list.map((event) => JSON.stringify(event));
    } catch {
      // Then its first line is named as what it is.
    }
  }
  return text.split('\n');
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown reason';
    // A file that is not there was misspelt; one that cannot be read is the machine's matter.
    const reason = code === 'ENOENT' || code === 'EISDIR' ? 'usage' : 'files';
    throw new HumanError(reason, `${file} cannot be read (${code}).`);
  }
}

function doneText(added: number, known: number): string {
  if (added + known === 0) return 'no events.';
  return `${count(added, 'new event')}${known > 0 ? `, ${known} known already` : ''}.`;
}

function tell({ quiet }: IngestOptions, sentence: string): void {
  if (quiet !== true) say(sentence);
}
