import type { Disposable } from 'vscode';

/**
 * Runs an action in a turn of its own: whoever activates the extension need not wait for it. Where it is
 * disposed of before, nothing runs.
 */
export function nextTurn(action: () => void): Disposable {
  const waiting = setImmediate(action);
  return { dispose: () => clearImmediate(waiting) };
}
