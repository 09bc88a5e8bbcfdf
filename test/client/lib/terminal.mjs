/**
 * The real Claude Code in a terminal, as a person runs it: some of what it does it does not do in print
 * mode. The terminal is tmux, which the client itself uses for a team's panes.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { until } from '../../../scripts/shared/retry.ts';
import { Tmux } from '../../lib/tmux.ts';

export class Terminal {
  #claude;
  #tmux;

  /**
   * Opens a terminal in which the client is given a prompt.
   * @param {import('./claude.mjs').Claude} claude
   * @param {string} prompt
   * @param {object} [options]
   * @param {string[]} [options.args]
   * @param {Record<string, string>} [options.env]
   */
  static open(claude, prompt, { args = [], env = {} } = {}) {
    const terminal = new Terminal();
    terminal.#claude = claude;
    terminal.#tmux = new Tmux(claude.home);
    answerFirstQuestions(claude);
    const permitted = ['--permission-mode', 'default', '--allowedTools', 'Bash', 'Agent'];
    const command = [claude.program, ...args, ...permitted, '--', prompt];
    terminal.#tmux.open({
      command,
      env: claude.environment(env),
      cwd: claude.workspace,
      width: 120,
      height: 40,
    });
    return terminal;
  }

  /** What the panes show, for a failed test to say. */
  screen() {
    return this.#tmux.screen();
  }

  /** Hangs up; resolves with the total that each session's transcript then ends with, by session. */
  async hangUp(sessionIds) {
    this.close();
    const totals = new Map();
    await until('the totals are written', () => {
      for (const sessionId of sessionIds) {
        const last = this.#claude.records(sessionId).findLast(({ type }) => type === 'cost-state');
        if (last !== undefined) totals.set(sessionId, last);
      }
      return totals.size === sessionIds.length;
    });
    return totals;
  }

  close() {
    this.#tmux.close();
  }
}

/** What the client asks whoever starts it in a terminal for the first time. */
function answerFirstQuestions(claude) {
  const file = path.join(claude.configDir, '.claude.json');
  const known = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const trusted = { hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true };
  const { ANTHROPIC_API_KEY: key } = claude.environment();
  const answers = {
    hasCompletedOnboarding: true,
    theme: 'dark',
    customApiKeyResponses: { approved: [key], rejected: [] },
    projects: { [claude.workspace]: trusted },
  };
  writeFileSync(file, JSON.stringify({ ...known, ...answers }));
}
