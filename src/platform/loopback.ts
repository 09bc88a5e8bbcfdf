import type { Server } from 'node:http';
import { crypto } from './lazyBuiltins.ts';

/** The address servers of this machine listen at, and nobody beyond it can ask. */
export const loopbackAddress = '127.0.0.1';

/** Whether a connection to this host does not leave the machine. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** The same of the host of an address, where one of IPv6 stands in brackets. */
export function isLoopbackUrl({ hostname }: URL): boolean {
  return isLoopback(hostname.replace(/^\[|\]$/g, ''));
}

/** A secret a caller has to know: 256 random bits, as letters, digits, `-` and `_`. */
export function newToken(): string {
  return crypto().randomBytes(32).toString('base64url');
}

/** Whether a text can be such a secret. */
export function isToken(value: unknown): value is string {
  return typeof value === 'string' && /^[\w-]{32,128}$/.test(value);
}

/** Compares what a caller gives with a secret, in a time that tells nothing of either. */
export function secretCheck(secret: string): (given: string) => boolean {
  const digest = (text: string): Buffer => crypto().createHash('sha256').update(text).digest();
  const wanted = digest(secret);
  return (given) => crypto().timingSafeEqual(digest(given), wanted);
}

/** Listens on loopback only. False where another program has the port, or it may not be had. */
export function listenOnLoopback(server: Server, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
      else reject(error);
    };
    server.once('error', failed);
    server.listen({ port, host: loopbackAddress, exclusive: true }, () => {
      server.off('error', failed);
      resolve(true);
    });
  });
}
