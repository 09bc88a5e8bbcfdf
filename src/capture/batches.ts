import type { CallApi } from '../model/capture/callRecord.ts';
import { hashText } from '../model/hash53.ts';
import { isObject } from '../model/objects.ts';
import { type CallPlace, writeCall } from './call.ts';
import { nothingObserved, observeAnswer, word } from './observed.ts';

/** Where results of batches are written down. */
export type BatchPlace = Omit<CallPlace, 'api'>;

/** A line of the results of a batch of Anthropic's. `batch` is the batch's id. */
export function writeResult(place: BatchPlace, batch: string, line: unknown): void {
  if (!isObject(line) || !isObject(line.result)) return;
  const { type, message } = line.result;
  const api: CallApi = 'anthropic.messages';
  const seen = nothingObserved();
  if (type === 'succeeded') observeAnswer(seen, api, message);
  // Those that were cancelled or have expired were never sent to a model.
  else if (type !== 'errored') return;
  const failed = type === 'errored' ? 'error' : '';
  writeCall({ ...place, api }, seen, { failed, batch: true, id: idOf(batch, line.custom_id) });
}

/** A line of the output of a batch of OpenAI's; anything else is passed over. */
export function writeOutput(place: BatchPlace, line: unknown): void {
  if (!isObject(line) || !isBatchId(line.id) || !('custom_id' in line)) return;
  const { response, error } = line;
  const status = isObject(response) ? response.status_code : undefined;
  const body = isObject(response) && isObject(response.body) ? response.body : {};
  const api = apiOf(body);
  if (api === undefined && !isObject(error) && status === 200) return;
  const seen = nothingObserved();
  if (status === 200 && api !== undefined) observeAnswer(seen, api, body);
  // There is no answer of that day's: it was made when it says so.
  if (typeof body.created === 'number') seen.madeAt = body.created * 1000;
  const failed = status === 200 ? '' : Number.isInteger(status) ? String(status) : 'error';
  const id = idOf(line.id, line.custom_id);
  writeCall({ ...place, api: api ?? 'openai.chat' }, seen, { failed, batch: true, id });
}

/** Whether a text can begin a file with the output of a batch: others are not looked through. */
export function beginsOutput(text: string): boolean {
  return /^\s*\{\s*"id"\s*:\s*"batch_req_/.test(text);
}

function isBatchId(id: unknown): id is string {
  return typeof id === 'string' && id.startsWith('batch_req_');
}

function apiOf({ object }: Readonly<Record<string, unknown>>): CallApi | undefined {
  switch (object) {
    case 'chat.completion':
      return 'openai.chat';
    case 'text_completion':
      return 'openai.completions';
    case 'response':
      return 'openai.responses';
    case 'list':
      return 'openai.embeddings';
    default:
      return undefined;
  }
}

/** The same however often results are read. What somebody called a request stays with them: a hash of it does. */
function idOf(batch: string, customId: unknown): string {
  return `${word(batch) || 'batch'}/${hashText(String(customId)).toString(36)}`;
}
