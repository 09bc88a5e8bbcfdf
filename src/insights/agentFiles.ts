import { promises } from 'node:fs';
import { join } from 'node:path';
import { frontmatterValue } from '../analysis/insights/frontmatter.ts';
import { readRegular } from '../platform/regularFile.ts';
import { type ProjectPlace, projectPath } from '../query/projects.ts';
import { pathKey } from '../text/paths.ts';

/** Largest agent's file read, bytes; real ones have some thousand. */
const largestFile = 4 * 1024 * 1024;

/** Agents Claude Code brings along: no file defines them. */
const builtIn: ReadonlySet<string> = new Set([
  'general-purpose',
  'Explore',
  'Plan',
  'claude-code-guide',
  'statusline-setup',
  'output-style-setup',
]);

/** Whether Claude Code brings an agent along. */
export function isBuiltIn(agent: string): boolean {
  return builtIn.has(agent);
}

/** A file that defines an agent. */
export interface AgentFile {
  readonly file: string;
  readonly text: string;
}

/** Folders a project's agents may stand in: where sessions started, and the repositories there; each once. */
export function projectFolders(places: Iterable<ProjectPlace>): ReadonlySet<string> {
  const folders = [...places].flatMap((place) => [projectPath(place), place.cwd]);
  return new Set(new Map(folders.map((path) => [pathKey(path), path])).values());
}

/**
 * Files that define an agent: in `.claude/agents` of projects and in `agents` of configuration
 * directories, by the name in their head, else by their own.
 */
export async function agentFiles(
  agent: string,
  projects: Iterable<string>,
  roots: Iterable<string>,
): Promise<AgentFile[]> {
  const folders = [
    ...[...projects].filter((path) => path !== '').map((path) => join(path, '.claude', 'agents')),
    ...[...roots].map((path) => join(path, 'agents')),
  ];
  const found: AgentFile[] = [];
  for (const folder of new Set(folders)) {
    for (const name of await markdownIn(folder)) {
      const file = join(folder, name);
      const text = await textOf(file);
      if (text === undefined) continue;
      const named = frontmatterValue(text, 'name') ?? name.replace(/\.md$/, '');
      if (named === agent) found.push({ file, text });
    }
  }
  return found;
}

async function markdownIn(folder: string): Promise<string[]> {
  try {
    return (await promises.readdir(folder)).filter((name) => name.endsWith('.md')).sort();
  } catch {
    return [];
  }
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return readRegular(file, largestFile).toString('utf8');
  } catch {
    return undefined;
  }
}
