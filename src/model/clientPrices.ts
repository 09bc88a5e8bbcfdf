/**
 * Who names the price of a model the catalogue does not know: the administrator, in the agent's managed
 * settings, or the list its maker serves to the agent (the client), which keeps it in a file.
 */
export type ClientPriceSource = 'managed' | 'client';

/** A price list in an agent's own files, as it stands there: nothing of it is checked. Plain data. */
export interface ClientPriceList {
  readonly source: ClientPriceSource;
  readonly data: unknown;
}
