import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { frontmatterValue } from '../analysis/insights/frontmatter.ts';

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

/**
 * Files that define an agent: in `.claude/agents` of projects and in `agents` of configuration
 * directories, by the name in their head, else by their own.
 */
export function agentFiles(
  agent: string,
  projects: Iterable<string>,
  roots: Iterable<string>,
): AgentFile[] {
  const folders = [
    ...[...projects].filter((path) => path !== '').map((path) => join(path, '.claude', 'agents')),
    ...[...roots].map((path) => join(path, 'agents')),
  ];
  return [...new Set(folders)].flatMap((folder) =>
    markdownIn(folder).flatMap((name) => {
      const file = join(folder, name);
      const text = textOf(file);
      if (text === undefined) return [];
      const named = frontmatterValue(text, 'name') ?? name.replace(/\.md$/, '');
      return named === agent ? [{ file, text }] : [];
    }),
  );
}

function markdownIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.md'))
      .sort();
  } catch {
    return [];
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
