// A fake Clerk server on its own port. It issues session tokens, publishes its keys, and serves a
// JavaScript file that renews sessions. The JavaScript implements only the part of ClerkJS that the
// pages use.

import crypto from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import type net from 'node:net';

/**
 * A fake of ClerkJS. This function runs in the browser, so it cannot use anything defined outside
 * of it.
 */
function clerk(issuer: string): void {
  const listeners: ((state: { session: unknown }) => void)[] = [];
  const token = async () => {
    const response = await fetch(`${issuer}/token`);
    if (!response.ok) return null;
    const { jwt } = (await response.json()) as { jwt: string };
    document.cookie = `__session=${jwt}; path=/; samesite=lax`;
    return jwt;
  };
  const session = { getToken: token };
  const clerk = {
    session: null as typeof session | null,
    user: null as { id: string; primaryEmailAddress: { emailAddress: string } } | null,
    signOut: async () => {
      await fetch(`${issuer}/sign-out`);
      document.cookie = '__session=; path=/; max-age=0';
      clerk.session = clerk.user = null;
      listeners.forEach((listener) => listener({ session: null }));
    },
    addListener: (listener: (state: { session: unknown }) => void) => { listeners.push(listener); },
    load: async () => {
      const refresh = async () => {
        const state = (await (await fetch(`${issuer}/client`)).json()) as { user: string | null; renews: boolean };
        const current = state.user ? session : null;
        clerk.user = state.user ? { id: state.user, primaryEmailAddress: { emailAddress: `${state.user}@example.com` } } : null;
        if (current && state.renews) await token();
        if (current !== clerk.session) {
          clerk.session = current;
          listeners.forEach((listener) => listener({ session: current }));
        }
      };
      await refresh();
      setInterval(() => void refresh().catch(() => undefined), 1_000);
    },
  };
  Object.assign(window, { Clerk: clerk });
}

/**
 * How many seconds the server's clock may differ from the issuer's. The server therefore accepts
 * tokens for this long after they expire.
 */
const LEEWAY = 30;

export class Issuer {
  /** Id of the signed-in user; `null` if no user is signed in. */
  user: string | null = 'user_1';
  /**
   * Whether the fake ClerkJS renews sessions every second. If false, it renews them only when the
   * page asks for it.
   */
  renews = true;
  /**
   * Lifetime of a token in seconds. The server accepts an expired token for another 30 seconds
   * (`LEEWAY`). Tokens are therefore issued 25 seconds in the past, so that the server accepts them
   * for only 5 seconds longer than their lifetime.
   */
  seconds = 60;
  /** Number of tokens issued so far. */
  issued = 0;
  private readonly keys = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });

  private constructor(private readonly server: http.Server) {}

  static async start(): Promise<Issuer> {
    const server = http.createServer();
    const issuer = new Issuer(server);
    server.on('request', (request, response) => issuer.answer(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return issuer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as net.AddressInfo).port}`;
  }

  /** Environment variables that make a server trust this issuer. */
  get environment() {
    return {
      AUTH: 'clerk',
      CLERK_ISSUER: this.url,
      CLERK_PUBLISHABLE_KEY: 'pk_test_standin',
      CLERK_JS_URL: `${this.url}/clerk.js`,
      SIGN_IN_URL: 'http://127.0.0.1:9/sign-in',
    };
  }

  /**
   * Issues a token that is valid for `seconds`. If `seconds` is negative, the token has already
   * expired.
   */
  token(user: string, seconds = this.seconds): string {
    this.issued += 1;
    const now = Math.floor(Date.now() / 1000) - (LEEWAY - 5);
    const claims = { iss: this.url, sub: user, sid: `sess_${user}`, iat: now + Math.min(seconds, 0), nbf: now + Math.min(seconds, 0), exp: now + seconds };
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = `${part({ alg: 'RS256', kid: 'one', typ: 'JWT' })}.${part(claims)}`;
    return `${signed}.${crypto.sign('RSA-SHA256', Buffer.from(signed), this.keys.privateKey).toString('base64url')}`;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private answer(request: http.IncomingMessage, response: http.ServerResponse): void {
    const send = (status: number, type: string, body: string) => {
      response.writeHead(status, { 'content-type': type, 'access-control-allow-origin': '*', 'cache-control': 'no-store' });
      response.end(body);
    };
    const json = (status: number, body: object) => send(status, 'application/json', JSON.stringify(body));
    switch (request.url) {
      case '/.well-known/jwks.json':
        return json(200, { keys: [{ ...this.keys.publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' }] });
      case '/clerk.js':
        return send(200, 'text/javascript', `(${clerk.toString()})(${JSON.stringify(this.url)})`);
      case '/client':
        return json(200, { user: this.user, renews: this.renews });
      case '/sign-out':
        this.user = null;
        return json(200, {});
      case '/token':
        return this.user === null ? json(401, {}) : json(200, { jwt: this.token(this.user) });
      default:
        return json(404, {});
    }
  }
}
