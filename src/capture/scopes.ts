import { AsyncLocalStorage } from 'node:async_hooks';
import type { Labels } from './capture.d.cts';

const scopes = new AsyncLocalStorage<Labels>();

/** Runs work with labels for the calls it makes; what is already said stays where they are silent. */
export function inScope<T>(labels: Labels, work: () => T): T {
  return scopes.run(laidOver(scopes.getStore() ?? {}, labels), work);
}

/** The labels of a call that is made now by a client with labels of its own. */
export function labelsNow(own: Labels): Labels {
  const inner = scopes.getStore();
  return inner === undefined ? own : laidOver(own, inner);
}

function laidOver(below: Labels, above: Labels): Labels {
  return {
    agent: above.agent ?? below.agent,
    task: above.task ?? below.task,
    correlation: above.correlation ?? below.correlation,
  };
}
