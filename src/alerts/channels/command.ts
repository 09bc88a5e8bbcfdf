import { spawn } from 'node:child_process';
import { homedir } from 'node:os';
import { HumanError } from '../../model/errors.ts';
import { ownEnvironment } from '../../platform/ownEnvironment.ts';
import { signalGroup } from '../../platform/signalGroup.ts';
import { redacted, secretVariables } from '../secrets.ts';
import { alertJson } from './bodies.ts';
import {
  type AlertMessage,
  type Channel,
  type ChannelWorld,
  timeoutMs,
  withRetries,
} from './channel.ts';

/** What of a program's complaints is told. */
const mostComplaint = 2000;
/** How long its error stream is read after its end. */
const lastWordsMs = 500;

/** A program of the user's own: by its absolute path, without a shell. */
export const commandChannel: Channel = {
  name: 'command',
  leaves: false,
  problem: ({ settings: { command } }) =>
    command.length === 0
      ? 'No program is set: set outlay.alerts.command to a list that begins with its absolute path.'
      : undefined,
  send: (message, world) =>
    withRetries(() => attempt(message, world), world, isMissing).catch((error: unknown) => {
      const text = error instanceof Error ? error.message : String(error);
      throw new HumanError('files', redacted(text, world.secrets));
    }),
};

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'EACCES';
}

function attempt(message: AlertMessage, { settings }: ChannelWorld): Promise<void> {
  const [program = '', ...words] = settings.command;
  const json = JSON.stringify(alertJson(message));
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, {
      shell: false,
      windowsHide: true,
      // A group of its own, so that all of it can be ended.
      detached: process.platform !== 'win32',
      cwd: homedir(),
      env: environmentFor(message),
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    let complaint = '';
    const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), timeoutMs);
    child.stderr.on('data', (data: Buffer) => {
      complaint = (complaint + data.toString()).slice(0, mostComplaint);
    });
    // A program that does not read its input is no failure.
    child.stdin.on('error', () => undefined);
    child.stdin.end(json);
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      const finish = (): void => {
        child.stderr.destroy();
        if (code === 0) {
          resolve();
          return;
        }
        const how =
          signal === null
            ? `ended with ${code}`
            : `was ended after ${timeoutMs / 1000} s (${signal})`;
        const said = complaint.trim() === '' ? '' : `: ${complaint.trim()}`;
        reject(new Error(`${program} ${how}${said}`));
      };
      // What it has started may hold its error stream open: that is not waited for.
      const patience = setTimeout(finish, lastWordsMs);
      child.once('close', () => {
        clearTimeout(patience);
        finish();
      });
    });
  });
}

/** The environment without secrets, with the alert in it. */
function environmentFor({ alert, words }: AlertMessage): NodeJS.ProcessEnv {
  const env = ownEnvironment(process.env);
  for (const name of [...Object.values(secretVariables), 'OUTLAY_WEBHOOK_SECRET']) delete env[name];
  const { id, key, rule, level, facts, cause, at } = alert;
  const values: Record<string, string> = {
    ID: id,
    KEY: key,
    RULE: rule,
    LEVEL: level,
    AT: new Date(at).toISOString(),
    TITLE: words.title,
    TEXT: words.text,
    MESSAGE: words.message,
    ACTION: words.action,
    SESSION: cause?.session ?? '',
    ...Object.fromEntries(
      Object.entries(facts).map(([name, value]) => [
        name.replace(/[A-Z]/g, '_$&').toUpperCase(),
        String(value),
      ]),
    ),
  };
  for (const [name, value] of Object.entries(values)) {
    env[`OUTLAY_ALERT_${name}`] = value.replaceAll('\0', '');
  }
  return env;
}
