import { type FromPanel, isToPanel, protocolVersion, type ToPanel } from '../../src/protocol.ts';

interface VsCode {
  postMessage(message: FromPanel): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCode;

/** May be called once only, so it stays in here. */
const vscode = acquireVsCodeApi();

/** A message without its version. */
type Said = FromPanel extends infer M ? (M extends FromPanel ? Omit<M, 'v'> : never) : never;

/** Tells the host something. */
export function tell(message: Said): void {
  vscode.postMessage({ ...message, v: protocolVersion } as FromPanel);
}

/** Listens to the host; what is not of this protocol is not listened to. */
export function listen(onMessage: (message: ToPanel) => void): void {
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    if (isToPanel(event.data)) onMessage(event.data);
  });
}

/** What was kept when the page was last there. */
export function keptState(): unknown {
  return vscode.getState();
}

/** Keeps what the page needs to come back as it was. */
export function keepState(state: unknown): void {
  vscode.setState(state);
}
