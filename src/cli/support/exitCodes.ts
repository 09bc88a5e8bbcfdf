import type { ErrorReason } from '../../model/errors.ts';

/** Exit codes: 0 fine or no data, 1 an alert asked for, 2 wrong use, 3 something cannot be read. */
export const exitCodes: Readonly<Record<ErrorReason, number>> = {
  usage: 2,
  config: 2,
  store: 3,
  files: 3,
};
