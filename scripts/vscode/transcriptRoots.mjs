/** Where this user's transcripts are, for scripts that run before anything is built. */
import { glob } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';

function candidates() {
  const configured = process.env.CLAUDE_CONFIG_DIR;
  if (configured) return configured.split(',').map((folder) => folder.trim());
  const xdg = process.env.XDG_CONFIG_HOME ?? path.join(homedir(), '.config');
  return [path.join(homedir(), '.claude'), path.join(xdg, 'claude')];
}

/** True when there is at least one transcript. */
export async function hasTranscripts() {
  for (const folder of candidates().filter(Boolean)) {
    for await (const _ of glob('projects/**/*.jsonl', { cwd: folder })) return true;
  }
  return false;
}
