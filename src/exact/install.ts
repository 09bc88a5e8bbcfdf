import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { telemetryFile } from '../dataFolder/telemetryFile.ts';
import {
  addMember,
  memberOf,
  type ObjectNode,
  parseJsonText,
  plainValue,
  removePart,
} from '../guard/install/jsonText.ts';
import { HumanError } from '../model/errors.ts';
import { isObject } from '../model/objects.ts';
import { withFileLock } from '../platform/fileLock.ts';
import { writeFileAtomically } from '../platform/partFile.ts';
import { readRegular } from '../platform/regularFile.ts';
import { readUserFile, writeUserFile } from '../platform/userFile.ts';
import { readTelemetryPlace, type TelemetryPlace } from '../telemetry/place.ts';
import {
  metricsExporter,
  type OtherReceiver,
  otherReceiver,
  refuse,
  type Signal,
  takesMetrics,
  type Variables,
  variablesFor,
} from './variables.ts';

/** What switching on changed, so that it can be undone to the letter. */
interface ExactRecord {
  readonly file: string;
  /** The settings as they were; null where there was no file. */
  readonly before: string | null;
  readonly after: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** A change of Claude Code's settings, to be shown first. */
export interface ExactChange {
  readonly file: string;
  /** Undefined where there is no file. */
  readonly before: string | undefined;
  /** Undefined where the file goes. */
  readonly after: string | undefined;
  /** Where telemetry is received then; undefined where it is no more. */
  readonly place: TelemetryPlace | undefined;
  readonly variables: Readonly<Record<string, string>>;
}

export interface ExactQuestion {
  readonly file: string;
  readonly dataFolder: string;
  /** The environment Claude Code is started in, as far as is known. */
  readonly env: Variables;
  readonly place: Pick<TelemetryPlace, 'port' | 'token'>;
  readonly chain: boolean;
  /** Settings of an organisation, which are stronger than the user's. */
  readonly managedFile: string;
}

/** File of the data folder that says what was changed. */
export function exactRecordFile(dataFolder: string): string {
  return join(dataFolder, 'exact-install.json');
}

/** Where the settings of an organisation stand. */
export function managedSettingsFile(platform: NodeJS.Platform): string {
  if (platform === 'darwin') return '/Library/Application Support/ClaudeCode/managed-settings.json';
  if (platform === 'win32') return 'C:\\Program Files\\ClaudeCode\\managed-settings.json';
  return '/etc/claude-code/managed-settings.json';
}

/** The settings file exact mode is on in; undefined where it is off. */
export function exactFile(dataFolder: string): string | undefined {
  return readRecord(dataFolder)?.file;
}

/**
 * Whether the variables still stand in the settings as they were written; whoever changed one took its
 * telemetry away from Outlay.
 */
export function isInForce(dataFolder: string): boolean {
  const record = readRecord(dataFolder);
  if (record === undefined) return false;
  const env = envIn(readUserFile(record.file) ?? '', record.file);
  return Object.entries(record.variables).every(([name, value]) => env[name] === value);
}

/** The change that switches exact mode on; undefined where it is on. Throws where it cannot be. */
export function planOn(question: ExactQuestion): ExactChange | undefined {
  const { file, dataFolder, managedFile, chain } = question;
  const known = readRecord(dataFolder);
  if (known !== undefined) {
    if (known.file === file && isInForce(dataFolder)) return undefined;
    throw new HumanError(
      'usage',
      `Exact mode was switched on in ${known.file}. "outlay exact off" takes it out there first.`,
    );
  }
  assertNotManaged(managedFile);
  const before = readUserFile(file);
  const text = before === undefined || before.trim() === '' ? '{}\n' : before;
  const env = { ...question.env, ...envIn(text, file) };
  const logs = otherReceiver(env, 'LOGS');
  const headersHelper = memberOf(parseJsonText(text, file), 'otelHeadersHelper') !== undefined;
  refuse(env, logs, { chain, headersHelper });
  const others = new Map<Signal, OtherReceiver | undefined>([['LOGS', logs]]);
  if (takesMetrics(env, { chain, headersHelper })) {
    others.set('METRICS', otherReceiver(env, 'METRICS'));
  }
  const place = placeWith(question.place, others);
  const variables = variablesFor(place, env, others);
  return { file, before, after: withVariables(text, file, variables), place, variables };
}

function placeWith(
  { port, token }: ExactQuestion['place'],
  others: ReadonlyMap<Signal, OtherReceiver | undefined>,
): TelemetryPlace {
  const [forward, forwardMetrics] = (['LOGS', 'METRICS'] as const).map((signal) => {
    const other = others.get(signal);
    return other && { url: other.url, headers: other.headers };
  });
  return { port, token, ...(forward && { forward }), ...(forwardMetrics && { forwardMetrics }) };
}

/** Whether metrics are received by what is written there, or was. */
export function takesInMetrics(variables: Readonly<Record<string, string>>): boolean {
  return Object.hasOwn(variables, metricsExporter);
}

/** Whether metrics are received while exact mode is on. */
export function exactTakesMetrics(dataFolder: string): boolean {
  const record = readRecord(dataFolder);
  return record !== undefined && takesInMetrics(record.variables);
}

/** The change that switches it off; undefined where it is off. */
export function planOff(dataFolder: string): ExactChange | undefined {
  const record = readRecord(dataFolder);
  if (record === undefined) return undefined;
  const { file, variables } = record;
  const before = readUserFile(file);
  const change = { file, before, place: undefined, variables };
  if (before === undefined) return { ...change, after: undefined };
  if (before === record.after) return { ...change, after: record.before ?? undefined };
  return { ...change, after: withoutVariables(before, record) };
}

/** Makes a change, unless the file is no longer what it was when the change was shown. */
export function carryOut(change: ExactChange, dataFolder: string): void {
  const { file, before, after, place, variables } = change;
  mkdirSync(dataFolder, { recursive: true });
  withFileLock(exactRecordFile(dataFolder), () => {
    if (readUserFile(file) !== before) {
      throw new HumanError(
        'files',
        `${file} has just been changed: nothing is written. Try again.`,
      );
    }
    if (place !== undefined) {
      // First what undoes it: whatever ends this program, it can be undone.
      const record = { file, before: before ?? null, after, variables };
      writeJson(exactRecordFile(dataFolder), record);
      writeJson(telemetryFile(dataFolder), place);
    }
    if (after !== before) writeUserFile(file, before, after);
    if (place === undefined) {
      for (const each of [telemetryFile(dataFolder), exactRecordFile(dataFolder)]) {
        rmSync(each, { force: true });
      }
    }
  });
}

/** Where telemetry is received while exact mode is on. */
export function exactPlace(dataFolder: string): TelemetryPlace | undefined {
  return readTelemetryPlace(telemetryFile(dataFolder));
}

function writeJson(file: string, value: object): void {
  writeFileAtomically(file, `${JSON.stringify(value, null, 2)}\n`, 0o600);
}

/** Variables an organisation sets are not ours to change, and the user's do not count beside them. */
function assertNotManaged(managedFile: string): void {
  let text: string | undefined;
  try {
    text = readUserFile(managedFile);
  } catch {
    // Who may not read it cannot know; Claude Code will tell in what it sends.
  }
  if (text === undefined) return;
  const set = Object.keys(envIn(text, managedFile)).filter((name) =>
    /^(?:OTEL_|CLAUDE_CODE_ENABLE_TELEMETRY$)/.test(name),
  );
  if (set.length === 0) return;
  throw new HumanError(
    'usage',
    `${managedFile} of your organisation sets ${set.join(', ')}, which is stronger than your own settings: exact mode cannot be switched on here.`,
  );
}

function rootOf(text: string, file: string): ObjectNode {
  const root = parseJsonText(text, file);
  if (root.kind === 'object') return root;
  throw new HumanError('config', `${file} has no object in it, so nothing is written into it.`);
}

/** The variables settings have. */
function envIn(text: string, file: string): Record<string, string> {
  if (text.trim() === '') return {};
  const env = memberOf(rootOf(text, file), 'env')?.node;
  const value = env === undefined ? undefined : plainValue(env);
  if (!isObject(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, String(each)]));
}

function withVariables(
  text: string,
  file: string,
  variables: Readonly<Record<string, string>>,
): string {
  let next = text;
  for (const [name, value] of Object.entries(variables)) {
    const root = rootOf(next, file);
    const env = memberOf(root, 'env')?.node;
    if (env === undefined) next = addMember(next, root, 'env', { [name]: value });
    else if (env.kind !== 'object') {
      throw new HumanError(
        'config',
        `${file}: "env" is not what Claude Code expects there, so nothing is written into it. Repair it first.`,
      );
    } else {
      const known = memberOf(env, name)?.node;
      next =
        known === undefined
          ? addMember(next, env, name, value)
          : next.slice(0, known.start) + JSON.stringify(value) + next.slice(known.end);
    }
  }
  return next;
}

/** Takes out variables that still have the value they were given; what was there before comes back. */
function withoutVariables(text: string, { file, before, variables }: ExactRecord): string {
  const earlier = before === null ? {} : envIn(before, file);
  let next = text;
  for (const [name, value] of Object.entries(variables)) {
    const root = rootOf(next, file);
    const env = memberOf(root, 'env')?.node;
    if (env?.kind !== 'object') continue;
    const at = env.members.findLastIndex((member) => member.name === name);
    if (at < 0 || plainValue(env.members[at]!.node) !== value) continue;
    const { node } = env.members[at]!;
    const known = earlier[name];
    if (known !== undefined) {
      next = next.slice(0, node.start) + JSON.stringify(known) + next.slice(node.end);
    } else if (env.members.length > 1) next = removePart(next, env, at);
    else {
      const own = root.members.findLastIndex((member) => member.name === 'env');
      next = removePart(next, root, own);
    }
  }
  return next;
}

function readRecord(dataFolder: string): ExactRecord | undefined {
  try {
    const text = readRegular(exactRecordFile(dataFolder), 20_000_000).toString('utf8');
    const value: unknown = JSON.parse(text);
    if (!isObject(value) || !isObject(value.variables)) return undefined;
    const { file, before, after } = value;
    if (typeof file !== 'string' || typeof after !== 'string') return undefined;
    if (before !== null && typeof before !== 'string') return undefined;
    const variables = Object.fromEntries(
      Object.entries(value.variables).map(([name, each]) => [name, String(each)]),
    );
    return { file, before, after, variables };
  } catch {
    return undefined;
  }
}
