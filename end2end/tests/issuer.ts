// A stand-in for Clerk on a socket of its own: it issues sessions, says with which keys, and has the script that renews
// them. What the script offers the page is what ClerkJS offers it, and nothing more.

import crypto from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import type net from 'node:net';

/** The script, as it runs in the page. */
function clerk(issuer: string): void {
  const listeners: ((state: { session: unknown }) => void)[] = [];
  const token = async () => {
    const answer = await fetch(`${issuer}/token`);
    if (!answer.ok) return null;
    const { jwt } = (await answer.json()) as { jwt: string };
    document.cookie = `__session=${jwt}; path=/; samesite=lax`;
    return jwt;
  };
  const session = { getToken: token };
  const clerk = {
    session: null as typeof session | null,
    addListener: (listener: (state: { session: unknown }) => void) => { listeners.push(listener); },
    load: async () => {
      const look = async () => {
        const state = (await (await fetch(`${issuer}/client`)).json()) as { signed_in: boolean; renews: boolean };
        const is = state.signed_in ? session : null;
        if (is && state.renews) await token();
        if (is !== clerk.session) {
          clerk.session = is;
          listeners.forEach((listener) => listener({ session: is }));
        }
      };
      await look();
      setInterval(() => void look().catch(() => undefined), 1_000);
    },
  };
  Object.assign(window, { Clerk: clerk });
}

/** Seconds by which the clocks of the issuer and of the server may differ. */
const LEEWAY = 30;

export class Issuer {
  /** Who is signed in at the moment. */
  user: string | null = 'user_1';
  /** Whether the script renews sessions on its own, and not only when it is asked. */
  renews = true;
  /** How long a token holds, in seconds. The server allows `LEEWAY` for clocks that differ, all but five of which are taken back. */
  seconds = 60;
  /** How many tokens it issued. */
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

  /** What a server that trusts it has in its environment. */
  get environment() {
    return {
      AUTH: 'clerk',
      CLERK_ISSUER: this.url,
      CLERK_PUBLISHABLE_KEY: 'pk_test_standin',
      CLERK_JS_URL: `${this.url}/clerk.js`,
      SIGN_IN_URL: 'http://127.0.0.1:9/sign-in',
    };
  }

  /** A token of this user that holds for so many seconds from now. */
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
    const say = (status: number, type: string, body: string) => {
      response.writeHead(status, { 'content-type': type, 'access-control-allow-origin': '*', 'cache-control': 'no-store' });
      response.end(body);
    };
    const json = (status: number, body: object) => say(status, 'application/json', JSON.stringify(body));
    switch (request.url) {
      case '/.well-known/jwks.json':
        return json(200, { keys: [{ ...this.keys.publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' }] });
      case '/clerk.js':
        return say(200, 'text/javascript', `(${clerk.toString()})(${JSON.stringify(this.url)})`);
      case '/client':
        return json(200, { signed_in: this.user !== null, renews: this.renews });
      case '/token':
        return this.user === null ? json(401, {}) : json(200, { jwt: this.token(this.user) });
      default:
        return json(404, {});
    }
  }
}
