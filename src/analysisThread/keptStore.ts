import { KeptStore } from '../query/openContext.ts';

/** The store of all that this thread is asked again and again: one connection, with one cache. */
export const keptStore = new KeptStore();
