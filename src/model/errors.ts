/** What went wrong, as a program tells errors apart. Doubles as the terminal's exit code group. */
export type ErrorReason = 'usage' | 'config' | 'store' | 'files';

/**
 * An error meant for a person: says what is wrong, where, and what to do about it. Anything else
 * that is thrown is a bug and goes to the log.
 */
export class HumanError extends Error {
  readonly reason: ErrorReason;

  constructor(reason: ErrorReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'HumanError';
    this.reason = reason;
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
