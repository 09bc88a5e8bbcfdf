import type { AlertSettings, ChannelName } from '../../settings/alertSettings.ts';
import { isOn } from '../../text/onOff.ts';
import type { Channel } from './channel.ts';
import { commandChannel } from './command.ts';
import { emailChannel } from './email.ts';
import { logChannel } from './log.ts';
import { slackChannel, webhookChannel } from './webhook.ts';

/** Every channel but the editor's own, which is where the editor is. */
export const channels: readonly Channel[] = [
  logChannel,
  webhookChannel,
  slackChannel,
  emailChannel,
  commandChannel,
];

/** The channels the user has switched on: by the setting, e-mail and Slack by the environment as well. */
export function channelsInForce(
  settings: Pick<AlertSettings, 'channels'>,
  env: Readonly<Record<string, string | undefined>>,
): readonly ChannelName[] {
  const more: readonly ChannelName[] = [
    ...(isOn(env.EMAIL_ENABLED) ? (['email'] as const) : []),
    ...(isOn(env.SLACK_ENABLED) ? (['slack'] as const) : []),
  ];
  return [...new Set([...settings.channels, ...more])];
}
