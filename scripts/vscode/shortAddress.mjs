/** An address that fits on a line, for one that does not. */
import { createServer } from 'node:http';

/**
 * Sends whoever opens the short address to the long one, on this machine only.
 * @param {string} address
 * @returns {Promise<{ address: string, stop: () => void }>}
 */
export async function shortAddress(address) {
  const server = createServer((request, response) => {
    const isRoot = request.url === '/';
    response.writeHead(isRoot ? 302 : 404, isRoot ? { location: address } : {}).end();
  });
  await new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    address: `http://127.0.0.1:${server.address().port}/`,
    stop: () => server.close(),
  };
}
