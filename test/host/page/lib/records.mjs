/** Lines of transcripts as Claude Code writes them, for windows a person looks at. */
import { appendFileSync, mkdirSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** The name Claude Code gives the folder of a working directory. */
const folderOf = (cwd) => cwd.replaceAll(/[^A-Za-z0-9]/g, '-');

/** Where a session's transcript, or one of its subagents', stands. */
export function transcriptOf(claude, { session, cwd = '/home/dev/shop', agent }) {
  const folder = path.join(claude, 'projects', folderOf(cwd));
  const file = agent
    ? path.join(folder, session, 'subagents', `agent-${agent}.jsonl`)
    : path.join(folder, `${session}.jsonl`);
  mkdirSync(path.dirname(file), { recursive: true });
  return file;
}

/** Dollars of a million output tokens; a model that is not here costs what Opus does, or nothing. */
const outputRates = new Map([
  ['claude-sonnet-5-5', 10],
  ['claude-haiku-5-5', 0.5],
]);

/** A response's line of so many dollars of output. */
export function answer(id, usd, more = {}) {
  const {
    session,
    agent,
    cwd = '/home/dev/shop',
    branch = 'main',
    model = 'claude-opus-5-5',
    at = Date.now(),
    usage = {},
    tools = [],
    input = {},
    text = 'A reply.',
    stop = 'end_turn',
    extra = {},
  } = more;
  return `${JSON.stringify({
    type: 'assistant',
    uuid: `uuid-${id}`,
    sessionId: session,
    timestamp: new Date(at).toISOString(),
    requestId: `req-${id}`,
    isSidechain: agent !== undefined,
    ...(agent && { agentId: agent }),
    cwd,
    gitBranch: branch,
    version: '2.1.330',
    ...extra,
    message: {
      id: `msg-${id}`,
      role: 'assistant',
      model,
      stop_reason: stop,
      content: [
        { type: 'text', text },
        ...tools.map((name) => ({ type: 'tool_use', id: `toolu-${id}-${name}`, name, input })),
      ],
      usage: {
        input_tokens: 0,
        output_tokens: Math.round((usd / (outputRates.get(model) ?? 20)) * 1e6),
        ...usage,
      },
    },
  })}\n`;
}

export const customTitle = (session, text) =>
  `${JSON.stringify({ type: 'custom-title', sessionId: session, customTitle: text })}\n`;

/** A record that says nothing but that the session is at work now. */
export const atWork = (session, cwd) =>
  `${JSON.stringify({
    type: 'user',
    uuid: `at-work-${Date.now()}`,
    sessionId: session,
    timestamp: new Date().toISOString(),
    cwd,
    isMeta: true,
    message: { role: 'user', content: 'At work.' },
  })}\n`;

/** Claude Code has put a summary in the place of what was said before. */
export const compactBoundary = (session, at) =>
  `${JSON.stringify({
    type: 'system',
    subtype: 'compact_boundary',
    uuid: `compact-${at}`,
    sessionId: session,
    timestamp: new Date(at).toISOString(),
    compactMetadata: { trigger: 'auto', preTokens: 100_000 },
  })}\n`;

/** Claude Code's own running total. */
export const clientTotal = (session, usd) =>
  `${JSON.stringify({ type: 'cost-state', sessionId: session, totalCostUSD: usd, modelUsage: {} })}\n`;

/**
 * Writes a transcript; `writtenAt` (ms) makes it look as old as it is meant to be. It is moved into
 * place, so that nobody reads it while it still looks new.
 */
export function write(file, lines, writtenAt) {
  const part = `${file}.part`;
  writeFileSync(part, lines.join(''));
  if (writtenAt !== undefined) utimesSync(part, writtenAt / 1000, writtenAt / 1000);
  renameSync(part, file);
}

export const append = (file, ...lines) => appendFileSync(file, lines.join(''));

/** What a person asked for. */
export const asked = (text, { session, at }) =>
  `${JSON.stringify({
    type: 'user',
    uuid: `uuid-asked-${at}`,
    sessionId: session,
    timestamp: new Date(at).toISOString(),
    message: { role: 'user', content: text },
  })}\n`;

/** What Claude Code knows of a subagent, beside its transcript. */
export function writeMeta(agentFile, agentType, more = {}) {
  const meta = { agentType, isBuiltIn: true, description: 'Look', spawnDepth: 1, ...more };
  writeFileSync(agentFile.replace(/\.jsonl$/, '.meta.json'), JSON.stringify(meta));
}
