import type { Alert } from '../../dataFolder/alertFile.ts';
import type { Zone } from '../../model/calendar.ts';
import type { AlertSettings, ChannelName } from '../../settings/alertSettings.ts';
import { type AlertWords, alertWords } from '../alertText.ts';
import { type AlertSecrets, redacted } from '../secrets.ts';

/** What a channel needs to know besides the alert. */
export interface ChannelWorld {
  readonly settings: AlertSettings;
  readonly secrets: AlertSecrets;
  readonly zone: Zone;
  /** Writes a line where this process writes its log. */
  readonly log: (line: string) => void;
  /** Waits so many milliseconds between two tries. */
  readonly sleep: (ms: number) => Promise<void>;
}

/** An alert as a channel tells it. */
export interface AlertMessage {
  readonly alert: Alert;
  readonly words: AlertWords;
  /** It is no alert but a try of the channel. */
  readonly test: boolean;
}

/** A way to tell alerts. Another one is another file and a line in `registry.ts`. */
export interface Channel {
  readonly name: ChannelName;
  /** It leaves this machine: names of projects and titles stand in it only where the user wants them. */
  readonly leaves: boolean;
  /** Why nothing can be told this way, with a remedy; undefined where it can. */
  readonly problem: (world: ChannelWorld) => string | undefined;
  /** Tells an alert. Throws where that failed: it may be tried again, with the same id. */
  readonly send: (message: AlertMessage, world: ChannelWorld) => Promise<void>;
}

/** How long one try may take, and how many follow the first. */
export const timeoutMs = 10_000;
export const retries = 3;

/** An alert in the words a channel may use. */
export function messageFor(channel: Channel, alert: Alert, world: ChannelWorld): AlertMessage {
  const { settings, zone } = world;
  const names = !channel.leaves || settings.sendNames;
  const test = isTest(alert);
  const words = test
    ? testWords
    : alertWords(alert, { zone, names, templates: settings.templates });
  const told = names ? alert : withoutNames(alert);
  // Whatever a title or a template says, a secret does not go out with it.
  const safe = (text: string): string => redacted(text, world.secrets);
  const { cause } = told;
  const title = cause?.title == null ? null : safe(cause.title);
  return {
    alert: cause === undefined ? told : { ...told, cause: { ...cause, title } },
    words: {
      title: safe(words.title),
      text: safe(words.text),
      cause: safe(words.cause),
      action: safe(words.action),
      message: safe(words.message),
    },
    test,
  };
}

/** Whether an alert is one of `testAlert`. */
function isTest({ part, key }: Alert): boolean {
  return part === 'test' && key === 'hourly test';
}

const testWords: AlertWords = {
  title: 'Test alert from Outlay',
  text: 'Alerts will arrive here.',
  cause: '',
  action: 'Nothing to do.',
  message: 'This is a test alert from Outlay. Alerts will arrive here.',
};

/** An alert that says nothing of where and what somebody works on. */
function withoutNames(alert: Alert): Alert {
  const { cause, budget } = alert;
  const kind = budget?.scope.split(':')[0] ?? '';
  return {
    ...alert,
    key: alert.rule,
    told: alert.rule,
    part: '',
    ...(budget && { budget: { ...budget, key: '', scope: kind } }),
    ...(cause && { cause: { ...cause, title: null, project: '' } }),
  };
}

/**
 * Tries something again after a pause, each twice as long as the one before; what is final throws at
 * once.
 */
export async function withRetries(
  work: () => Promise<void>,
  { sleep }: Pick<ChannelWorld, 'sleep'>,
  isFinal: (error: unknown) => boolean = () => false,
): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries >= retries || isFinal(error)) throw error;
      await sleep(1000 * 2 ** tries);
    }
  }
}
