import type { ChildProcess } from 'node:child_process';
import { ownEnvironment } from '../platform/ownEnvironment.ts';
import { signalGroup } from '../platform/signalGroup.ts';

/** How long the user's own command may take: Claude Code shows what is a second late, and no later. */
export const chainMs = 1000;

/** Lines and characters of it that are shown. */
const mostLines = 3;
const mostLength = 4000;

/**
 * Runs the status line command the user had before, as Claude Code would: by a shell, with the same
 * input. It comes from the user's own settings or command line, never from a workspace. What is not
 * there in time is '' and its processes are ended.
 */
export async function chained(
  command: string,
  input: string,
  env: NodeJS.ProcessEnv = process.env,
  limitMs = chainMs,
): Promise<string> {
  const { spawn } = process.getBuiltinModule('node:child_process');
  return new Promise((resolve) => {
    let child: ChildProcess;
    try {
      child = spawn(command, {
        shell: true,
        // A group of its own, so that all of it can be ended.
        detached: process.platform !== 'win32',
        windowsHide: true,
        env: ownEnvironment(env),
        stdio: ['pipe', 'pipe', 'ignore'],
      });
    } catch {
      resolve('');
      return;
    }
    let text = '';
    let over = false;
    const end = (answer: string): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      child.stdout?.destroy();
      child.unref();
      signalGroup(child, 'SIGKILL');
      resolve(answer);
    };
    const timer = setTimeout(() => end(''), limitMs);
    child.on('error', () => end(''));
    child.stdin?.on('error', () => undefined);
    child.stdout?.setEncoding('utf8');
    child.stdout?.on('data', (data: string) => {
      text += data;
      if (text.length > mostLength) end(shown(text.slice(0, mostLength)));
    });
    // As Claude Code has it: what fails shows nothing.
    child.on('close', (code) => end(code === 0 ? shown(text) : ''));
    child.stdin?.end(input);
  });
}

/** Its lines as they are, colours and links too, without empty ones. */
function shown(text: string): string {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  return lines.slice(0, mostLines).join('\n');
}
