/**
 * The real Claude Code in a terminal, as a person runs it: some of what it does it does not do in print
 * mode. The terminal is tmux, which the client itself uses for a team's panes.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { until } from '../../../scripts/shared/retry.ts';
import { debianTool } from '../../lib/debianTool.ts';

export class Terminal {
  #claude;
  #tmux;
  #socket;

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
    terminal.#tmux = debianTool('tmux', ['tmux', 'libevent-core-2.1-7', 'libutempter0']);
    terminal.#socket = path.join(claude.home, 'tmux');
    answerFirstQuestions(claude);
    const permitted = ['--permission-mode', 'default', '--allowedTools', 'Bash', 'Agent'];
    const command = [claude.program, ...args, ...permitted, '--', prompt];
    terminal.#run(
      ['new-session', '-d', '-x', '120', '-y', '40', '-c', claude.workspace, ...command],
      claude.environment({ TERM: 'xterm-256color', SHELL: '/bin/sh', ...env }),
    );
    return terminal;
  }

  #run(args, env = {}) {
    const { path: tmux, env: libraries } = this.#tmux;
    // Without a configuration of the person who runs the tests.
    const all = ['-S', this.#socket, '-f', '/dev/null', ...args];
    const options = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] };
    return execFileSync(tmux, all, { ...options, env: { ...env, ...libraries } });
  }

  /** What the panes show, for a failed test to say. */
  screen() {
    const panes = this.#run(['list-panes', '-a', '-F', '#{pane_id}']).trim().split('\n');
    return panes.map((id) => this.#run(['capture-pane', '-p', '-t', id])).join('\n');
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
    try {
      this.#run(['kill-server']);
    } catch {
      // It has ended.
    }
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
