import { existsSync } from 'node:fs';
import { keepClientReport } from '../dataFolder/clientReports.ts';
import { dataFolder } from '../dataFolder/paths.ts';
import { readStatusLineFigures } from '../dataFolder/statusLineFile.ts';
import { chained } from './chain.ts';
import { readInstall } from './installRecord.ts';
import { statusLine } from './line.ts';
import { readPayload } from './payload.ts';
import { isDue, startRefresh, takeLock } from './refresher.ts';

/** How long the client's input is waited for, and how much of it is read. */
const inputMs = 400;
const mostInput = 1_000_000;

/** Columns where the client does not say how many there are. */
const usualColumns = 80;

/**
 * `outlay statusline`: prints the line for Claude Code's input and ends, always with 0. `program` is the
 * bundle of the terminal command, which reads the figures anew in a process of its own; where `refresh`
 * is given, that is done before the answer instead.
 */
export async function main(
  argv: readonly string[],
  program: string,
  refresh?: () => Promise<void>,
): Promise<void> {
  process.exitCode = 0;
  process.stdout.on('error', () => process.exit(0));
  let text = '';
  try {
    const input = await readInput();
    text = await answer(argv, program, input, refresh);
  } catch {
    text ||= 'Outlay: no figures just now';
  }
  // Input that was never closed must not keep the process.
  process.stdout.write(`${text}\n`, () => process.exit(0));
}

async function answer(
  argv: readonly string[],
  program: string,
  input: string,
  refresh: (() => Promise<void>) | undefined,
): Promise<string> {
  const folder = dataFolder();
  const now = Date.parse(process.env.OUTLAY_NOW ?? '') || Date.now();
  const command = chainOf(argv, folder);
  const other = command === undefined ? undefined : chained(command, input);
  const payload = readPayload(input, now);
  if (payload.sid !== undefined) keepClientReport(folder, payload.sid, payload.report);
  await refresh?.().catch(() => undefined);
  const figures = readStatusLineFigures(folder);
  const line = statusLine({
    payload,
    figures,
    now,
    columns: columnsOf(process.env.COLUMNS),
    colour: !process.env.NO_COLOR && process.env.TERM !== 'dumb',
  });
  try {
    const due = refresh === undefined && isDue(figures, payload, folder, now);
    if (due && existsSync(folder) && takeLock(folder)) startRefresh(program, folder);
  } catch {
    // The line is there; what comes next time is not.
  }
  const above = (await other) ?? '';
  return above === '' ? line : `${above}\n${line}`;
}

/** The command to run as well: the one named, or the one that was there before Outlay's. */
function chainOf(argv: readonly string[], folder: string): string | undefined {
  const at = argv.indexOf('--chain');
  if (at < 0) return undefined;
  const named = argv[at + 1];
  return named !== undefined && named !== '' ? named : readInstall(folder)?.chain;
}

function columnsOf(text: string | undefined): number {
  const columns = Number(text);
  return Number.isInteger(columns) && columns >= 20 && columns <= 1000 ? columns : usualColumns;
}

/** What stands on standard input, as far as it comes in time. */
async function readInput(): Promise<string> {
  const { stdin } = process;
  if (stdin.isTTY) return '';
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const end = (): void => {
      clearTimeout(timer);
      stdin.pause();
      resolve(Buffer.concat(chunks).toString('utf8'));
    };
    const timer = setTimeout(end, inputMs);
    stdin.on('error', end);
    stdin.on('end', end);
    stdin.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= mostInput) chunks.push(chunk);
      else end();
    });
  });
}
