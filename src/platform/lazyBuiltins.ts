import type * as Crypto from 'node:crypto';
import type * as Http from 'node:http';
import type * as Zlib from 'node:zlib';

// Modules of Node that take longer to load than most reports to make: only where they are used.

/** Node's cryptography. */
export function crypto(): typeof Crypto {
  return process.getBuiltinModule('node:crypto');
}

/** Node's HTTP. */
export function http(): typeof Http {
  return process.getBuiltinModule('node:http');
}

/** Node's compression. */
export function zlib(): typeof Zlib {
  return process.getBuiltinModule('node:zlib');
}
