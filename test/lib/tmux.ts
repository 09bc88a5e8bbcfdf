import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { debianTool, type Tool } from './debianTool.ts';

/** What runs in a terminal, and how large it is. */
export interface TmuxOptions {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly width?: number;
  readonly height?: number;
}

/** How many there have been in this process. */
let servers = 0;

/** A real terminal by tmux, on a server of its own: keys go in, what the screen shows comes out. */
export class Tmux implements Disposable {
  readonly #tool: Tool = debianTool('tmux', ['tmux', 'libevent-core-2.1-7', 'libutempter0']);
  readonly #socket: string;

  /** `folder`: where its socket lies; a short path, as sockets have. */
  constructor(folder: string) {
    // The server before may still be on its way out, and would take a new session with it.
    this.#socket = join(folder, `tmux-${++servers}`);
  }

  open({ command, env, cwd, width = 80, height = 24 }: TmuxOptions): void {
    const size = ['-x', String(width), '-y', String(height)];
    this.run(['new-session', '-d', ...size, '-c', cwd, ...command], {
      LC_ALL: 'C.UTF-8',
      TERM: 'xterm-256color',
      SHELL: '/bin/sh',
      ...env,
    });
  }

  run(args: readonly string[], env: Readonly<Record<string, string>> = {}): string {
    // Without a configuration of the person who runs the tests.
    const all = ['-u', '-S', this.#socket, '-f', '/dev/null', ...args];
    return execFileSync(this.#tool.path, all, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { LC_ALL: 'C.UTF-8', ...env, ...this.#tool.env },
    });
  }

  /** Presses keys by tmux's names: `Up`, `C-z`, `q`. */
  press(...keys: string[]): void {
    this.run(['send-keys', ...keys]);
  }

  /** Types a line, and Enter. */
  type(line: string): void {
    this.run(['send-keys', '-l', line]);
    this.press('Enter');
  }

  resize(width: number, height: number): void {
    this.run(['resize-window', '-x', String(width), '-y', String(height)]);
  }

  /** Lines of every pane; with `emphasis` as they were written, colours and all. */
  screen({ emphasis = false } = {}): string {
    const panes = this.run(['list-panes', '-a', '-F', '#{pane_id}']).trim().split('\n');
    const escapes = emphasis ? ['-e'] : [];
    return panes.map((id) => this.run(['capture-pane', '-p', ...escapes, '-t', id])).join('\n');
  }

  /** All bytes a program writes from now on go into a file as well. */
  record(file: string): void {
    this.run(['pipe-pane', '-O', `cat > '${file}'`]);
  }

  /** A format of tmux's, such as `#{alternate_on}`. */
  tell(format: string): string {
    return this.run(['display-message', '-p', format]).trim();
  }

  /** What the terminal's shell runs now, by its number; undefined where it runs nothing. */
  child(): number | undefined {
    const shell = this.tell('#{pane_pid}');
    const children = readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8');
    const [first] = children.trim().split(' ').filter(Boolean).map(Number);
    return first;
  }

  close(): void {
    try {
      this.run(['kill-server']);
    } catch {
      // It has ended.
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
