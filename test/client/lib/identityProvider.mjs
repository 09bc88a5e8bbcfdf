/**
 * An OpenID Connect provider on loopback, as far as a gateway needs one: whoever is named in `person` signs in
 * without being asked.
 */
import { createSign, generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';

export const client = { id: 'gateway', secret: 'a secret of the tests' };

/**
 * @typedef {object} Person
 * @property {string} sub the id a provider knows somebody by
 * @property {string} email
 * @property {string} name
 * @property {string[]} groups
 */
export class IdentityProvider {
  url = '';
  /** Who signs in next. @type {Person | undefined} */
  person;
  #server;
  #keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  #codes = new Map();

  static async start() {
    const provider = new IdentityProvider();
    const server = createServer((request, response) => {
      provider.#serve(request, response).catch((error) => response.destroy(error));
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    provider.#server = server;
    provider.url = `http://127.0.0.1:${server.address().port}`;
    return provider;
  }

  async close() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request, response) {
    const url = new URL(request.url, this.url);
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
        return sendJson(response, this.#discovery());
      case '/keys': {
        const key = this.#keys.publicKey.export({ format: 'jwk' });
        return sendJson(response, { keys: [{ ...key, kid: 'one', alg: 'RS256', use: 'sig' }] });
      }
      case '/authorize': {
        const code = randomUUID();
        this.#codes.set(code, { person: this.person, nonce: url.searchParams.get('nonce') });
        const back = new URL(url.searchParams.get('redirect_uri'));
        back.searchParams.set('code', code);
        back.searchParams.set('state', url.searchParams.get('state'));
        return response.writeHead(302, { location: back.href }).end();
      }
      case '/token': {
        let text = '';
        for await (const part of request) text += part;
        const { person, nonce } = this.#codes.get(new URLSearchParams(text).get('code'));
        const token = this.#signed({ ...person, nonce });
        return sendJson(response, {
          ...{ access_token: randomUUID(), token_type: 'Bearer', expires_in: 3600 },
          id_token: token,
        });
      }
    }
    response.writeHead(404).end();
  }

  #discovery() {
    return {
      issuer: this.url,
      authorization_endpoint: `${this.url}/authorize`,
      token_endpoint: `${this.url}/token`,
      jwks_uri: `${this.url}/keys`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      code_challenge_methods_supported: ['S256'],
    };
  }

  #signed(claims) {
    const seconds = Math.floor(Date.now() / 1000);
    const payload = { ...claims, iss: this.url, aud: client.id, iat: seconds, exp: seconds + 3600 };
    const parts = [{ alg: 'RS256', typ: 'JWT', kid: 'one' }, payload];
    const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
    const signature = createSign('sha256').update(signed.join('.')).sign(this.#keys.privateKey);
    return [...signed, signature.toString('base64url')].join('.');
  }
}

function sendJson(response, value) {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}
