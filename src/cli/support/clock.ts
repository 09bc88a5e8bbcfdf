import { HumanError } from '../../model/errors.ts';

/**
 * The moment reports are made for, UTC milliseconds. `OUTLAY_NOW` (a moment such as
 * 2026-11-01T10:00:00Z) stands still for scripts that must print the same twice.
 */
export function now(variable: string | undefined = process.env.OUTLAY_NOW): number {
  const written = (variable ?? '').trim();
  if (written === '') return Date.now();
  const at = Date.parse(written);
  if (Number.isFinite(at)) return at;
  throw new HumanError(
    'config',
    `OUTLAY_NOW=${written.slice(0, 40)} is not a time. Use one such as 2026-11-01T10:00:00Z.`,
  );
}
