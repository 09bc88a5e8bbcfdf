import { l10n, type QuickPickItem, window } from 'vscode';
import { type ChannelWorld, messageFor } from '../../alerts/channels/channel.ts';
import { channels } from '../../alerts/channels/registry.ts';
import { testAlert } from '../../alerts/checkAlerts.ts';
import { messageOf } from '../../model/errors.ts';
import { type ChannelName, channelNames } from '../../settings/alertSettings.ts';
import { inBackground } from '../core/background.ts';
import { plainUiText } from '../text/plainUiText.ts';

interface Choice extends QuickPickItem {
  readonly name: ChannelName;
}

/** Asks by which channel, sends a test alert and says what came of it. */
export async function testChannel(world: ChannelWorld): Promise<void> {
  const choices = channelNames.map((name): Choice => {
    const isOn = world.settings.channels.includes(name);
    return {
      name,
      label: channelLabel(name),
      description: isOn ? l10n.t('switched on') : l10n.t('switched off'),
    };
  });
  const picked = await window.showQuickPick(choices, {
    title: l10n.t('Send a test alert by which channel?'),
  });
  if (picked === undefined) return;
  const problem = await tryChannel(picked.name, world);
  if (problem !== undefined) {
    inBackground(
      window.showErrorMessage(
        l10n.t('The test alert could not be sent by {0}: {1}', picked.label, plainUiText(problem)),
      ),
    );
  } else if (picked.name !== 'editor') {
    inBackground(
      window.showInformationMessage(l10n.t('The test alert was sent by {0}.', picked.label)),
    );
  }
}

/** Sends a test alert; what went wrong, or undefined. */
export async function tryChannel(
  name: ChannelName,
  world: ChannelWorld,
): Promise<string | undefined> {
  if (name === 'editor') {
    inBackground(
      window.showWarningMessage(
        l10n.t('This is a test alert from Outlay. Alerts will look like this.'),
      ),
    );
    return undefined;
  }
  const channel = channels.find((each) => each.name === name)!;
  const problem = channel.problem(world);
  if (problem !== undefined) return problem;
  try {
    await channel.send(messageFor(channel, testAlert(Date.now()), world), world);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

export function channelLabel(name: ChannelName): string {
  switch (name) {
    case 'editor':
      return l10n.t('Notification');
    case 'log':
      return l10n.t('Log');
    case 'webhook':
      return l10n.t('Webhook');
    case 'slack':
      return 'Slack';
    case 'email':
      return l10n.t('E-mail');
    case 'command':
      return l10n.t('Program of your own');
  }
}
