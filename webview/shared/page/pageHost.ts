/** Who shows the page: VS Code, or a browser that asks `outlay serve`. */
export interface PageHost {
  postMessage(message: object): void;
  getState(): unknown;
  setState(state: unknown): void;
}
