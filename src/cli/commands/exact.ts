import { join } from 'node:path';
import type { Command } from 'commander';
import { hunkOf } from '../../analysis/insights/frontmatter.ts';
import { dataFolder, homeFolder } from '../../dataFolder/paths.ts';
import {
  carryOut,
  type ExactChange,
  exactFile,
  exactPlace,
  exactTakesMetrics,
  isInForce,
  managedSettingsFile,
  planOff,
  planOn,
  takesInMetrics,
} from '../../exact/install.ts';
import { freePlace } from '../../exact/newPlace.ts';
import { formatUsd, nanoToUsd } from '../../model/money.ts';
import { openForReading } from '../../store/connection/openStore.ts';
import { type ToldRequests, toldRequests } from '../../store/query/requests/requestEvents.ts';
import type { TelemetryPlace } from '../../telemetry/place.ts';
import { findEnvironment } from '../support/environment.ts';
import { type CommonOptions, formatOf, withCommonOptions } from '../support/options.ts';
import { sayAtLength, sayJson } from '../support/say.ts';

interface ExactOptions extends CommonOptions {
  readonly yes?: true;
  readonly chain?: true;
}

const help = `
Claude Code's telemetry tells of every request, of those too that no transcript shows: compaction, titles,
permission checks, web searches. In exact mode it goes to Outlay on this machine, and background spend is
itemised. It is received while an editor window, "outlay serve" or "outlay dashboard --live" runs.

Examples:
  outlay exact on          shows what would change in Claude Code's settings.json
  outlay exact on --yes    changes it; sessions that are begun from then on tell of their requests
  outlay exact off --yes   puts back what was there
  outlay exact status      whether it is on, and what was received`;

/** `outlay exact`: Claude Code's telemetry, switched on and off. */
export function addExact(program: Command): void {
  const group = program
    .command('exact')
    .description('Itemise background spend: receive what Claude Code tells of its requests.')
    .addHelpText('after', help);
  const on = group
    .command('on')
    .description("Show the change of Claude Code's settings.json; --yes makes it.")
    .option('--yes', 'write the file')
    .option('--chain', 'pass on to the receivers of logs and metrics that are set already');
  withCommonOptions(on).action(() => switchOn(on.optsWithGlobals<ExactOptions>()));
  const off = group
    .command('off')
    .description('Show how what was there comes back; --yes does it.')
    .option('--yes', 'write the file');
  withCommonOptions(off).action(() => switchOff(off.optsWithGlobals<ExactOptions>()));
  const status = group
    .command('status')
    .description('Say whether exact mode is on, and what was received.');
  withCommonOptions(status).action(() => sayStatus(status.optsWithGlobals<ExactOptions>()));
}

async function switchOn(options: ExactOptions): Promise<void> {
  const folder = dataFolder();
  const change = planOn({
    file: settingsFile(options),
    dataFolder: folder,
    env: process.env,
    place: await freePlace(),
    chain: options.chain === true,
    managedFile: managedSettingsFile(process.platform),
  });
  if (change === undefined) {
    tell(options, [`Exact mode is on in ${exactFile(folder)} already.`], { written: false });
    return;
  }
  const forward = forwardsOf(change.place);
  tellChange(options, change, folder, {
    more: [
      ...(forward.length === 0
        ? []
        : [
            `What is received is passed on to ${forward.join(' and ')}. While no Outlay runs, nothing reaches it.`,
          ]),
      ...(takesInMetrics(change.variables) ? [] : [metricsLeft]),
    ],
    ask: 'Nothing is written yet: "outlay exact on --yes" writes it.',
    done: `Written: ${change.file}. Sessions begun from now on tell of their requests; "outlay exact off" takes it out again.`,
  });
}

/** Why some background stays unexplained. */
const metricsLeft =
  "Claude Code's metrics go elsewhere and are left as they are: requests they alone tell of stay unexplained.";

/** What logs and metrics are passed on to. */
function forwardsOf(place: TelemetryPlace | undefined): string[] {
  return [place?.forward, place?.forwardMetrics].flatMap((each) => (each ? [each.url] : []));
}

function switchOff(options: ExactOptions): void {
  const folder = dataFolder();
  const change = planOff(folder);
  if (change === undefined) {
    tell(options, ['Exact mode is off.'], { written: false });
    return;
  }
  tellChange(options, change, folder, {
    more: [],
    ask: 'Nothing is written yet: "outlay exact off --yes" writes it.',
    done: `Written: ${change.file} is as it was. What was received stays.`,
  });
}

function tellChange(
  options: ExactOptions,
  change: ExactChange,
  folder: string,
  words: { readonly more: readonly string[]; readonly ask: string; readonly done: string },
): void {
  const { file, before, after, place } = change;
  const diff =
    before === after
      ? [`${file} stays as it is: what was written there is gone already.`]
      : [`--- ${file}`, `+++ ${file}`, ...hunkOf(before ?? '', after ?? '')];
  if (options.yes) carryOut(change, folder);
  const written = options.yes === true;
  const facts = {
    file,
    diff,
    forward: place?.forward?.url ?? null,
    forwardMetrics: place?.forwardMetrics?.url ?? null,
    metrics: takesInMetrics(change.variables),
    written,
  };
  tell(options, [...diff, ...words.more, written ? words.done : words.ask], facts);
}

function sayStatus(options: ExactOptions): void {
  const folder = dataFolder();
  const file = exactFile(folder);
  const place = exactPlace(folder);
  const { storeFile } = findEnvironment({ ...options, quiet: true });
  const told = readTold(storeFile);
  const inForce = isInForce(folder);
  const metrics = exactTakesMetrics(folder);
  const lines =
    file === undefined || place === undefined
      ? ['Exact mode is off. "outlay exact on" shows what switching it on would change.']
      : [
          inForce
            ? `Exact mode is on in ${file}, received on port ${place.port}.`
            : `Exact mode was switched on, but ${file} has been changed since and sends nothing here. "outlay exact off" and "on" put it right.`,
          ...forwardsOf(place).map((url) => `Passed on to ${url}.`),
          ...(metrics ? [] : [metricsLeft]),
        ];
  tell(options, [...lines, ...toldLines(told)], {
    on: file !== undefined && place !== undefined,
    inForce,
    file: file ?? null,
    port: place?.port ?? null,
    forward: place?.forward?.url ?? null,
    forwardMetrics: place?.forwardMetrics?.url ?? null,
    metrics,
    requests: told.requests,
    lastAt: told.lastAt === null ? null : new Date(told.lastAt).toISOString(),
    withoutTranscript: { requests: told.elsewhere, usd: nanoToUsd(told.elsewhereNano) },
  });
}

function toldLines({ requests, lastAt, elsewhere, elsewhereNano }: ToldRequests): string[] {
  if (lastAt === null) return ['No request has been received.'];
  const last = new Date(lastAt).toISOString();
  return [
    `${requests} ${requests === 1 ? 'request' : 'requests'} received, the last of ${last}.`,
    ...(elsewhere === 0
      ? []
      : [
          `${elsewhere} of them (${formatUsd(elsewhereNano)}) are of sessions no transcript was read of, and in no figure.`,
        ]),
  ];
}

function readTold(storeFile: string): ToldRequests {
  const db = openForReading(storeFile);
  if (db === undefined) return { requests: 0, lastAt: null, elsewhere: 0, elsewhereNano: 0 };
  try {
    return toldRequests(db);
  } finally {
    db.close();
  }
}

function tell(options: CommonOptions, lines: readonly string[], json: object): void {
  if (formatOf(options) === 'json') sayJson({ schemaVersion: 1, ...json });
  else sayAtLength(`${lines.join('\n')}\n`);
}

/** The user's own settings of Claude Code; never a workspace's. */
function settingsFile({ configDir }: CommonOptions): string {
  const [variable] = (process.env.CLAUDE_CONFIG_DIR ?? '').split(',');
  const folder = configDir?.[0] ?? (variable?.trim() || join(homeFolder(), '.claude'));
  return join(folder, 'settings.json');
}
