import type * as Crypto from 'node:crypto';
import type * as Zlib from 'node:zlib';

// Modules of Node that take longer to load than most reports to make: only where they are used.

/** Node's cryptography. */
export function crypto(): typeof Crypto {
  return process.getBuiltinModule('node:crypto');
}

/** Node's compression. */
export function zlib(): typeof Zlib {
  return process.getBuiltinModule('node:zlib');
}
