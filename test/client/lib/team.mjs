import { until } from '../../../scripts/shared/retry.ts';
import { agent, say, use } from './replies.mjs';
import { isQuiet } from './standIn.mjs';
import { Terminal } from './terminal.mjs';

/**
 * Lets a lead start a teammate named qa, waits until neither has anything more to do (the lead has heard
 * that the teammate is idle, and nobody has asked for anything since), and hangs up.
 * @param {import('./claude.mjs').Claude} claude
 * @param {object} options
 * @param {'in-process' | 'tmux'} options.mode where the teammate runs
 * @param {string} options.name the lead's plan, which is made here
 * @param {string} options.work the teammate's plan
 * @param {(sessionId: string) => Promise<unknown>} [options.when] what of a session has to be over before
 * @returns the ids of the sessions, the lead's first, and the total each transcript then ends with
 */
export async function leadTeam(claude, { mode, name, work, when }) {
  const { run_in_background: _, ...input } = agent(work, { name: 'qa' }).input;
  claude.api.plan(name, [use([{ name: 'Agent', input }]), say(), say()]);
  const answered = claude.api.ledger.length;
  const terminal = Terminal.open(claude, `Lead [plan ${name}]`, {
    args: ['--teammate-mode', mode],
    env: { CLAUDE_CODE_EXPERIMENTAL_AGENT_TEAMS: '1' },
  });
  try {
    const entries = () => claude.api.ledger.slice(answered);
    await until(
      () => `the lead has heard of its teammate:\n${terminal.screen()}`,
      () => {
        const heard = entries().some(({ plan, turn }) => plan === name && turn === 2);
        return heard && isQuiet(entries());
      },
    );
    const sessions = [...new Set(entries().map(({ sessionId }) => sessionId))];
    for (const sessionId of sessions) {
      await claude.written(sessionId);
      await when?.(sessionId);
    }
    return { sessions, totals: await terminal.hangUp(sessions) };
  } finally {
    terminal.close();
  }
}
