import type { PanelMessage } from '../../src/protocol/session.ts';

/** A message of a main thread with nothing to say of it. */
export const plainMessage: Omit<PanelMessage, 'key' | 'at' | 'nano'> = {
  agentId: '',
  model: 'claude-opus-5-5',
  requestedModel: '',
  requests: 1,
  recovered: false,
  row: '',
  pricedBy: 'catalogue',
  declined: 0,
  atLeast: false,
  usage: { input: 0, output: 0, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0, webSearches: 0 },
  classes: null,
  parts: [],
  tools: [],
  miss: null,
  request: null,
};
