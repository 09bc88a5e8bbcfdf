import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as Api from './capture.d.cts';
import { inScope } from './scopes.ts';
import { journal, trackClient } from './track.ts';

// What programs import as `outlay/capture`: `capture.d.cts` says what each of them is.

export const track: typeof Api.track = (client, options = {}) => trackClient(client, options);

export const scope: typeof Api.scope = (labels, work) => inScope(labels, work);

export const status: typeof Api.status = () => journal.status;

export const summary: typeof Api.summary = async (question) => store().summary(question);

export const recentCalls: typeof Api.recentCalls = async (count) => store().recentCalls(count);

export const reset: typeof Api.reset = async () => store().reset();

/** What asks the store: a bundle beside this one, which a program that only writes never loads. */
function store(): Pick<typeof Api, 'summary' | 'recentCalls' | 'reset'> {
  return createRequire(join(import.meta.dirname, 'x'))('./captureStore.cjs');
}
