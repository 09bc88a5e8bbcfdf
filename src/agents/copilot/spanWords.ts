import type { MessagePart } from '../agentLog.ts';
import { object, text } from '../json.ts';
import { mostParts, partOf } from '../said.ts';

/** A message as spans have it (OpenTelemetry's conventions for generative AI). */
interface SpanMessage {
  readonly role: string;
  readonly parts: readonly ReturnType<typeof object>[];
}

/** The messages of an attribute; none of one that was cut, as VS Code cuts what is too long. */
function messagesIn(written: string): SpanMessage[] {
  try {
    const list: unknown = JSON.parse(written);
    if (!Array.isArray(list)) return [];
    return list.map(object).map(({ role, parts }) => ({
      role: text(role),
      parts: Array.isArray(parts) ? parts.map(object) : [],
    }));
  } catch {
    return [];
  }
}

/** What a person typed: the words of the first message. */
export function promptIn(input: string): string {
  const [first] = messagesIn(input);
  return first?.role === 'user' ? wordsOf(first) : '';
}

/** The words of an answer. */
export function answerIn(output: string): string {
  return messagesIn(output).map(wordsOf).join('\n').trim();
}

function wordsOf({ parts }: SpanMessage): string {
  return parts
    .filter(({ type }) => type === 'text')
    .map(({ content }) => text(content))
    .join('\n');
}

const mostTools = 50;

/** A call of a tool, in an answer that cannot be parsed as it was cut. */
const toolCall = /"type":"tool_call","id":"[^"]*","name":"([^"\\]+)"/g;

/** Names of the tools an answer calls, each once. */
export function toolsIn(output: string): string[] {
  const messages = messagesIn(output);
  const names =
    messages.length > 0
      ? messages.flatMap(({ parts }) =>
          parts.filter(({ type }) => type === 'tool_call').map(({ name }) => text(name)),
        )
      : [...output.matchAll(toolCall)].map(([, name]) => name!);
  return [...new Set(names)].filter((name) => name !== '').slice(0, mostTools);
}

/** What an answer says and calls, behind the prompt it answers first. */
export function partsIn(prompt: string, output: string): MessagePart[] {
  const said = messagesIn(output).flatMap(({ parts }) =>
    parts.map(({ type, name, content, arguments: called }) =>
      type === 'tool_call'
        ? partOf(
            'tool',
            text(name),
            typeof called === 'string' ? called : JSON.stringify(called ?? {}),
          )
        : partOf('text', '', text(content)),
    ),
  );
  return [partOf('text', '', prompt), ...said]
    .filter((part) => part !== undefined)
    .slice(0, mostParts);
}
