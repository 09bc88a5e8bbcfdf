/** What a plan of the stand-in API consists of: answers, calls of tools, and things that go wrong. */
import { Dice } from './dice.mjs';

/**
 * An answer in words, which ends the turn.
 * @param {object} [options]
 * @param {Record<string, unknown>} [options.usage] replaces fields of the usage that is thrown
 * @param {(usage: object, dice: Dice) => object} [options.shape] changes the usage as a whole
 * @param {string} [options.model] the model that answers, when it is not the one that was asked
 * @param {() => Promise<unknown>} [options.before] what has to be over before it is answered
 */
export const say = (options = {}) => ({ kind: 'answer', tools: [], stop: 'end_turn', ...options });

/** An answer that calls tools; the same options. */
export const use = (tools, options = {}) => ({
  kind: 'answer',
  tools,
  stop: 'tool_use',
  ...options,
});

/** A refusal with an HTTP status, before anything is counted. */
export const fail = (status, type, message = type) => ({ kind: 'failure', status, type, message });
export const overloaded = fail(529, 'overloaded_error', 'Overloaded');
export const broken = fail(500, 'api_error', 'Internal server error');

/** The connection ends in the middle of the stream. */
export const drop = (options = {}) => ({ ...say(options), kind: 'drop' });

/** The stream begins and never ends; `standIn.hanging` tells when it has begun. */
export const hang = (options = {}) => ({ ...say(options), kind: 'hang' });

export const bash = (command = 'echo done') => ({
  name: 'Bash',
  input: { command, description: 'A harmless command' },
});

/** Starts a subagent that follows a plan of its own. */
export const agent = (plan, input = {}) => ({
  name: 'Agent',
  input: {
    description: `work on ${plan}`,
    prompt: `Please do [plan ${plan}]`,
    subagent_type: 'general-purpose',
    run_in_background: false,
    ...input,
  },
});

/** The usage object of an answer, in the form the Messages API gives it. */
export function throwUsage(dice) {
  const written = dice.between(0, 9000);
  const forAnHour = [0, written, dice.between(0, written)][dice.between(0, 2)];
  return {
    input_tokens: dice.between(1, 400),
    cache_creation_input_tokens: written,
    cache_read_input_tokens: dice.between(0, 60_000),
    cache_creation: {
      ephemeral_5m_input_tokens: written - forAnHour,
      ephemeral_1h_input_tokens: forAnHour,
    },
    output_tokens: dice.between(20, 4000),
    service_tier: 'standard',
    inference_geo: 'not_available',
    server_tool_use: { web_search_requests: 0, web_fetch_requests: 0 },
  };
}
