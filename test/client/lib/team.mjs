import { until } from '../../../scripts/shared/retry.ts';
import { agent, say, use } from './replies.mjs';
import { Terminal } from './terminal.mjs';

/** The stand-in answers at once: who asks for nothing for so long is idle. */
const quietMs = 1500;

/**
 * Lets a lead start a teammate named qa, waits until neither has anything more to do (the lead has heard
 * that the teammate is idle, and nobody has asked for anything since), and hangs up.
 * @param {import('./claude.mjs').Claude} claude
 * @param {{ mode: 'in-process' | 'tmux', name: string, work: string }} options where the teammate runs,
 *   the lead's plan, which is made here, and the teammate's
 * @returns the ids of the sessions, the lead's first, and the total each transcript then ends with
 */
export async function leadTeam(claude, { mode, name, work }) {
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
        return heard && entries().every(({ at }) => at > 0 && at < Date.now() - quietMs);
      },
    );
    const sessions = [...new Set(entries().map(({ sessionId }) => sessionId))];
    for (const sessionId of sessions) await claude.written(sessionId);
    return { sessions, totals: await terminal.hangUp(sessions) };
  } finally {
    terminal.close();
  }
}
