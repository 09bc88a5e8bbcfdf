import { isLoopbackUrl } from '../../platform/loopback.ts';

/**
 * The base address of a gateway, written in one way; undefined for what is none, has a password in it, or would
 * send a key unencrypted to another machine.
 */
export function gatewayAddress(text: string): string | undefined {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  if (url === undefined || url.username !== '' || url.password !== '') return undefined;
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackUrl(url));
  return isSafe ? url.href : undefined;
}
