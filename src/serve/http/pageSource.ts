/** A file of the pages, read once. */
export interface Asset {
  readonly type: string;
  readonly content: Uint8Array<ArrayBuffer>;
}

/** What the server needs of the pages; it knows nothing else of them. */
export interface PageSource {
  /** Where there is a page. */
  readonly paths: readonly string[];
  /** The HTML of a page; `nonce` is for its one style element. */
  readonly page: (path: string, nonce: string) => string | Promise<string>;
  readonly asset: (name: string) => Asset | undefined;
  readonly manifest: () => object;
  /** The message that answers a page's question. */
  readonly tell: (panel: string, body: unknown) => Promise<object>;
}
