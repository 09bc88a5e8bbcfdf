/**
 * What a request without a message was for. Beside them: `difference`, what a message cost the client more;
 * `inSum`, requests of the background that are told of only all together; `unfinished`, the rest of answers
 * that have no end in their transcript.
 */
export const requestKinds = [
  'compaction',
  'title',
  'permission',
  'webSearch',
  'webFetch',
  'sideQuestion',
  'summary',
  'suggestion',
  'memory',
  'hook',
  'answer',
  'other',
  'difference',
  'inSum',
  'unfinished',
] as const;
export type RequestKind = (typeof requestKinds)[number];

/** Sources by kind; those that end in `*` are the beginnings of some. */
const sources: readonly (readonly [string, RequestKind])[] = [
  ['compact*', 'compaction'],
  ['generate_session_title', 'title'],
  ['rename_generate_name', 'title'],
  ['agent_namer', 'title'],
  ['auto_mode*', 'permission'],
  ['permission_*', 'permission'],
  ['agent_classifier', 'permission'],
  ['subagent_config_classifier', 'permission'],
  ['web_search_tool', 'webSearch'],
  ['web_fetch_apply', 'webFetch'],
  ['side_question', 'sideQuestion'],
  ['away_summary', 'summary'],
  ['agent_summary', 'summary'],
  ['tool_use_summary_generation', 'summary'],
  ['prompt_suggestion', 'suggestion'],
  ['extract_memories*', 'memory'],
  ['auto_dream', 'memory'],
  ['hook_*', 'hook'],
  // Requests whose answers transcripts should have: broken off, or the line is lost or not yet read.
  ['sdk', 'answer'],
  ['repl_main_thread*', 'answer'],
  ['agent:*', 'answer'],
];

/** What a request was for that no message explains, by what the client calls its source. */
export function requestKind(source: string): RequestKind {
  const found = sources.find(([name]) =>
    name.endsWith('*') ? source.startsWith(name.slice(0, -1)) : source === name,
  );
  return found?.[1] ?? 'other';
}

/**
 * Whether a request is one of those that Claude Code's metrics sum up as the background, by what its event
 * calls its source. The client's own rule: everything but the main thread and subagents.
 */
export function isBackgroundSource(source: string): boolean {
  if (source === '' || source === 'sdk' || source === 'hook_agent') return false;
  return !source.startsWith('repl_main_thread') && !source.startsWith('agent:');
}
