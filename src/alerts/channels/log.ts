import type { Channel } from './channel.ts';

/** A line in the log of whichever process tells it. */
export const logChannel: Channel = {
  name: 'log',
  leaves: false,
  problem: () => undefined,
  send: async ({ alert, words }, { log }) => {
    log(`Alert (${alert.level}): ${words.message}`);
  },
};
