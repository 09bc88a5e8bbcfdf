import type * as Api from '../capture.d.cts';
import { beginAnew, beginning } from './beginning.ts';
import { askStore } from './place.ts';
import { recent } from './recent.ts';
import { summarise } from './summary.ts';

// What of `outlay/capture` asks the store.

export const summary: typeof Api.summary = (question = {}) =>
  askStore((context) => summarise(context, question, beginning()));

export const recentCalls: typeof Api.recentCalls = (count = 20) =>
  askStore((context) => recent(context, count, beginning()));

export const reset: typeof Api.reset = async () => beginAnew(Date.now());
