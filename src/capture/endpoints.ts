import type { CallApi } from '../model/capture/callRecord.ts';

/** What is done with what a request of the SDK brings. */
export type Endpoint =
  /** A model answers. */
  | { readonly kind: 'answer'; readonly api: CallApi }
  /** An answer is fetched that was asked for before. */
  | { readonly kind: 'fetched'; readonly api: CallApi }
  /** The results of a batch of Anthropic's, a JSON object a line. */
  | { readonly kind: 'results' }
  /** A file, which may hold the results of a batch of OpenAI's. */
  | { readonly kind: 'file' };

const endpoints: readonly (readonly [method: string, path: RegExp, Endpoint])[] = [
  ['post', /^(?:\/v1)?\/messages$/, { kind: 'answer', api: 'anthropic.messages' }],
  ['post', /^\/chat\/completions$/, { kind: 'answer', api: 'openai.chat' }],
  ['post', /^\/completions$/, { kind: 'answer', api: 'openai.completions' }],
  ['post', /^\/responses(?:\/compact)?$/, { kind: 'answer', api: 'openai.responses' }],
  ['post', /^\/embeddings$/, { kind: 'answer', api: 'openai.embeddings' }],
  ['get', /^\/responses\/[^/]+$/, { kind: 'fetched', api: 'openai.responses' }],
  ['get', /\/messages\/batches\/[^/]+\/results$/, { kind: 'results' }],
  ['get', /^\/files\/[^/]+\/content$/, { kind: 'file' }],
];

/** What a request is, by its method and path as the SDK names them; undefined where no model is asked. */
export function endpointOf(method: 'post' | 'get', path: unknown): Endpoint | undefined {
  if (typeof path !== 'string') return undefined;
  const plain = path.replace(/[?#].*$/s, '').replace(/^https?:\/\/[^/]*/i, '');
  return endpoints.find(([by, pattern]) => by === method && pattern.test(plain))?.[2];
}

/** Whether streams of an API tell their usage only when they are asked. */
export function mustBeAsked(api: CallApi): boolean {
  return api === 'openai.chat' || api === 'openai.completions';
}
