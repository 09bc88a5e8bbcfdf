import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json as bodyOf } from 'node:stream/consumers';

/** What a stand-in answers a request with. */
export type Reply =
  | { readonly json: unknown; readonly status?: number; readonly headers?: Record<string, string> }
  /** Server-sent events; the connection is cut behind them where `cut` says so, or waits for ever. */
  | {
      readonly events: readonly unknown[];
      readonly last?: 'cut' | 'wait';
    }
  | { readonly text: string; readonly type: string };

export interface Asked {
  readonly method: string;
  readonly path: string;
  // biome-ignore lint/suspicious/noExplicitAny: what comes is what tests look into
  readonly body: any;
}

/** A stand-in for the APIs of OpenAI and Anthropic: it answers what it is told, in order, and keeps what it is asked. */
export class ModelApis implements AsyncDisposable {
  readonly asked: Asked[] = [];
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  readonly #replies: Reply[] = [];

  static async start(): Promise<ModelApis> {
    const apis = new ModelApis();
    await new Promise<void>((resolve) => apis.#server.listen(0, '127.0.0.1', resolve));
    return apis;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What the next requests are answered with. */
  reply(...replies: Reply[]): void {
    this.#replies.push(...replies);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request;
    const isJson = /json/.test(request.headers['content-type'] ?? '');
    this.asked.push({ method, path: url, body: isJson ? await bodyOf(request) : undefined });
    const reply = this.#replies.shift() ?? {
      json: { error: { message: 'nothing left' } },
      status: 500,
    };
    if ('json' in reply) {
      response.writeHead(reply.status ?? 200, {
        'content-type': 'application/json',
        ...reply.headers,
      });
      response.end(JSON.stringify(reply.json));
    } else if ('text' in reply) {
      response.writeHead(200, { 'content-type': reply.type });
      response.end(reply.text);
    } else {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const event of reply.events) {
        const { type } = event as { type?: string };
        const name = type === undefined ? '' : `event: ${type}\n`;
        response.write(
          `${name}data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`,
        );
      }
      if (reply.last === 'cut') setTimeout(() => response.destroy(), 20);
      else if (reply.last !== 'wait') response.end();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** An answer of OpenAI's chat API. */
export function chatAnswer(id: string, more: object = {}): object {
  return {
    id,
    object: 'chat.completion',
    created: 1_764_500_000,
    model: 'gpt-5.5-2026-04-23',
    service_tier: 'default',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: 'a secret answer' },
        finish_reason: 'stop',
      },
    ],
    usage: chatUsage,
    ...more,
  };
}

/** Of 1,000 tokens of a prompt 600 were cached; of 200 tokens of an answer 50 were reasoning. */
export const chatUsage = {
  prompt_tokens: 1000,
  completion_tokens: 200,
  total_tokens: 1200,
  prompt_tokens_details: { cached_tokens: 600, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 50 },
};

/** The chunks of the same answer, the usage last. */
export function chatChunks(id: string, { usage = true } = {}): unknown[] {
  const head = {
    id,
    object: 'chat.completion.chunk',
    created: 1_764_500_000,
    model: 'gpt-5.5-2026-04-23',
  };
  const chunk = (delta: object, finish: string | null = null) => ({
    ...head,
    choices: [{ index: 0, delta, finish_reason: finish }],
    usage: null,
  });
  return [
    chunk({ role: 'assistant', content: 'a secret ' }),
    chunk({ content: 'answer' }),
    chunk({}, 'stop'),
    ...(usage ? [{ ...head, choices: [], usage: chatUsage }] : []),
    '[DONE]',
  ];
}

/** An answer of OpenAI's responses API. */
export function responseAnswer(id: string, more: object = {}): Record<string, unknown> {
  return {
    id,
    object: 'response',
    created_at: 1_764_500_000,
    status: 'completed',
    model: 'gpt-5.5-2026-04-23',
    service_tier: 'flex',
    output: [
      {
        type: 'message',
        id: 'm',
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text: 'a secret answer', annotations: [] }],
      },
    ],
    usage: {
      input_tokens: 1000,
      input_tokens_details: { cached_tokens: 600, cache_write_tokens: 0 },
      output_tokens: 200,
      output_tokens_details: { reasoning_tokens: 50 },
      total_tokens: 1200,
    },
    ...more,
  };
}

/** An answer of Anthropic's API. */
export function messageAnswer(id: string, more: object = {}): Record<string, unknown> {
  return {
    id,
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-5-5',
    content: [{ type: 'text', text: 'a secret answer' }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: {
      input_tokens: 100,
      output_tokens: 200,
      cache_creation_input_tokens: 300,
      cache_creation: { ephemeral_5m_input_tokens: 100, ephemeral_1h_input_tokens: 200 },
      cache_read_input_tokens: 400,
      server_tool_use: { web_search_requests: 1 },
      service_tier: 'standard',
      inference_geo: 'us',
    },
    ...more,
  };
}

/** The events of the same answer. */
export function messageEvents(id: string): unknown[] {
  const { content: _content, usage, ...head } = messageAnswer(id);
  const begun = { ...(usage as object), output_tokens: 1 };
  return [
    { type: 'message_start', message: { ...head, content: [], stop_reason: null, usage: begun } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    {
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'text_delta', text: 'a secret answer' },
    },
    { type: 'content_block_stop', index: 0 },
    {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens: 200 },
    },
    { type: 'message_stop' },
  ];
}
