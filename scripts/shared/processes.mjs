import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** Process groups that still run; ended when this process ends, however that happens. */
const groups = new Set();

function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}

process.on('exit', () => {
  for (const pid of groups) signalGroup(pid, 'SIGKILL');
});

/** Starts a program as the leader of a process group of its own. */
export function spawnGroup(command, args, options) {
  const child = spawn(command, args, { ...options, detached: true });
  if (child.pid) groups.add(child.pid);
  return child;
}

/** Ends a whole group: asked first, forced after three seconds. Returns when none is left. */
export async function endGroup(child) {
  const { pid } = child;
  if (!pid) return;
  signalGroup(pid, 'SIGTERM');
  for (let waited = 0; waited < 3000 && signalGroup(pid, 0); waited += 50) await sleep(50);
  if (signalGroup(pid, 'SIGKILL')) await sleep(50);
  groups.delete(pid);
}

/** Runs a program to its end; rejects with what it printed when it fails. */
export function run(command, args, options = {}) {
  // A shell (needed for the .cmd files of Windows) would split at blanks.
  const quoted = (text) => (options.shell ? `"${text}"` : text);
  return new Promise((resolve, reject) => {
    const child = spawn(quoted(command), args.map(quoted), {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...options,
    });
    let output = '';
    child.stdout?.on('data', (data) => (output += data));
    child.stderr?.on('data', (data) => (output += data));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(output);
      const how = signal ? `ended by ${signal}` : `exit code ${code}`;
      reject(new Error(`${[command, ...args].join(' ')}: ${how}\n${output}`));
    });
  });
}

/** Runs a program with its output going straight through; answers with its exit code. */
export function stream(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options });
    child.on('error', (error) => {
      console.error(error.message);
      resolve(127);
    });
    child.on('close', (code) => resolve(code ?? 1));
  });
}

/**
 * Runs npm with the same npm that started this process, so that it works on Windows, too, where
 * npm is not an executable file.
 */
export function npm(args, options = {}) {
  const cli = process.env.npm_execpath;
  return cli
    ? run(process.execPath, [cli, ...args], options)
    : run('npm', args, { shell: process.platform === 'win32', ...options });
}
