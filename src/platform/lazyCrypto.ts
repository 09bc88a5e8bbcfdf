import type * as Crypto from 'node:crypto';

/** Node's cryptography. It takes longer to load than most reports to make: only where it is used. */
export function crypto(): typeof Crypto {
  return process.getBuiltinModule('node:crypto');
}
