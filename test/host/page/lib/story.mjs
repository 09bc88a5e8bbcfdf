/** A session that has everything a session panel shows. */
import { hostileTexts } from './hostile.mjs';
import {
  answer,
  asked,
  clientTotal,
  compactBoundary,
  customTitle,
  transcriptOf,
  write,
  writeMeta,
} from './records.mjs';

/** A message that would like to be more than text; each text is short enough to be read. */
const hostileText = Object.values(hostileTexts)
  .map((text) => text.slice(0, 200))
  .join('\n');

/**
 * Writes it: four messages of the main thread, one of them without a price, three of two subagents,
 * a compaction, and what the client says it cost. Answers with its main transcript.
 */
export function writeStory(claude, { session, cwd, start }) {
  const file = transcriptOf(claude, { session, cwd });
  write(
    file,
    [
      customTitle(session, 'Fix flaky upload test'),
      answer('a', 0, {
        session,
        cwd,
        at: start,
        usage: {
          input_tokens: 12,
          output_tokens: 400,
          cache_creation_input_tokens: 30_000,
          cache_creation: {
            ephemeral_5m_input_tokens: 10_000,
            ephemeral_1h_input_tokens: 20_000,
          },
        },
        tools: ['Bash', 'Read'],
        input: { command: 'npm test' },
      }),
      answer('b', 0, {
        session,
        cwd,
        at: start + 60_000,
        usage: { input_tokens: 5, output_tokens: 900, cache_read_input_tokens: 30_000 },
        text: hostileText,
      }),
      asked('Make it stop failing', { session, at: start + 119_000 }),
      answer('c', 0.5, { session, cwd, at: start + 120_000 }),
      answer('u', 1, { session, cwd, at: start + 180_000, model: 'model-x' }),
      compactBoundary(session, start + 501_000),
      clientTotal(session, 0.9),
    ],
    start + 200_000,
  );
  // A subagent whose cache expires, and one it starts in turn.
  const explore = { session, cwd, agent: 'e1', model: 'claude-haiku-5-5' };
  const written = (usd, at) =>
    answer(`d${at}`, usd, {
      ...explore,
      at: start + at,
      usage: {
        cache_creation_input_tokens: 20_000,
        cache_creation: { ephemeral_5m_input_tokens: 20_000 },
      },
    });
  const agent = transcriptOf(claude, explore);
  write(agent, [written(0.1, 90_000), written(0.01, 500_000)], start + 500_000);
  writeMeta(agent, 'Explore', { description: 'Find the flaky test' });
  const planned = transcriptOf(claude, { session, cwd, agent: 'p1' });
  const plan = { session, cwd, agent: 'p1', at: start + 100_000 };
  write(planned, [answer('p', 0.01, plan)], start + 100_000);
  writeMeta(planned, 'Plan', { parentAgentId: 'e1', spawnDepth: 2 });
  return file;
}
