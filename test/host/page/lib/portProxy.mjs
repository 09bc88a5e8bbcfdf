/** Forwards `/proxy/PORT/…` to that port of this machine without the prefix, as editors in a browser do. */
import { once } from 'node:events';
import http from 'node:http';

export async function startPortProxy() {
  const server = http.createServer((request, response) => {
    const [, port, rest = ''] = /^\/proxy\/(\d+)\/(.*)$/.exec(request.url) ?? [];
    if (port === undefined) {
      response.writeHead(404).end();
      return;
    }
    const { method, headers } = request;
    const onward = http.request({ host: '127.0.0.1', port, path: `/${rest}`, method, headers });
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    template: `http://127.0.0.1:${server.address().port}/proxy/{{port}}/`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
