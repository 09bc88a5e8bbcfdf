import type { ServerPlace } from '../../dataFolder/guardServer.ts';
import { healthPath } from './routes.ts';

/** A server on this machine that runs answers within that. */
const longestAnswerMs = 400;

/** Whether the guard's own server listens at its place. */
export function answersHealth({ port, token }: ServerPlace): Promise<boolean> {
  const { get } = process.getBuiltinModule('node:http');
  return new Promise((resolve) => {
    const request = get(
      {
        host: '127.0.0.1',
        port,
        path: healthPath,
        agent: false,
        headers: { authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(longestAnswerMs),
      },
      (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      },
    );
    request.on('error', () => resolve(false));
  });
}

/** What the server needs of the environment of a hook, which holds keys of the user's besides. */
const neededVariables =
  /^(?:HOME|USERPROFILE|HOMEDRIVE|HOMEPATH|APPDATA|LOCALAPPDATA|XDG_\w+|OUTLAY_\w+|CLAUDE_CONFIG_DIR|TZ|LANG|LC_\w+|TMPDIR|TEMP|TMP|SystemRoot|ELECTRON_RUN_AS_NODE)$/i;

/** Starts a server that outlives the hook it is started by. Where one runs already, it ends at once. */
export function startServer(env: Readonly<Record<string, string | undefined>>): void {
  const { spawn } = process.getBuiltinModule('node:child_process');
  const needed = Object.entries(env).filter(([name]) => neededVariables.test(name));
  const child = spawn(process.execPath, [process.argv[1] ?? '', 'guard', 'serve'], {
    cwd: process.getBuiltinModule('node:os').tmpdir(),
    env: Object.fromEntries(needed),
    detached: true,
    stdio: 'ignore',
    windowsHide: true,
  });
  child.on('error', () => {
    // It is started again with the next prompt, and what is missing is said.
  });
  child.unref();
}
