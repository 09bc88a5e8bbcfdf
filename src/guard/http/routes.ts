/** Path of the guard's answers; what follows is the event. */
export const guardPath = '/outlay/guard/';

/** Path a caller asks whether the server is the guard's. */
export const healthPath = '/outlay/guard-health';

/** Headers with what of a session's environment the guard judges by, and the variable of each. */
export const sessionHeaders = {
  'X-Outlay-Entrypoint': 'CLAUDE_CODE_ENTRYPOINT',
  'X-Outlay-Budget': 'COST_BUDGET_USD',
  'X-Outlay-Store': 'OUTLAY_STORE',
} as const;

/** The address Claude Code asks at an event. */
export function eventUrl(port: number, event: string, strict: boolean): string {
  return `http://127.0.0.1:${port}${guardPath}${event}${strict ? '?strict' : ''}`;
}

/** The event of such an address; undefined for any other. */
export function eventOfUrl(url: string): string | undefined {
  return /^http:\/\/127\.0\.0\.1:\d{1,5}\/outlay\/guard\/(\w+)(\?strict)?$/.exec(url)?.[1];
}
