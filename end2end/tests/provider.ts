// A fake Tiingo server on its own port. It uses Tiingo's response format, made-up prices, and
// failures on demand.

import { once } from 'node:events';
import http from 'node:http';
import type net from 'node:net';

const DAY_MS = 86_400_000;

/** Returns a made-up price for a symbol and a weekday, which is the same at every request. */
function price(symbol: string, day: number): number {
  const seed = [...symbol].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % 997;
  return Math.round((50 + (seed % 200)) * (1 + 0.1 * Math.sin(day / 23 + seed) + 0.03 * Math.sin(day * (1 + (seed % 7)))) * 100) / 100;
}

export class Provider {
  /** Symbols for which the provider responds with 404. */
  unknown: string[] = [];
  /** HTTP status of every response. Responses contain prices only if it is 200. */
  status = 200;
  /** Delay of every response in milliseconds. */
  delayMs = 0;
  /** The symbols requested so far, in the order of the requests. */
  readonly asked: string[] = [];

  private constructor(private readonly server: http.Server) {}

  static async start(): Promise<Provider> {
    const server = http.createServer();
    const provider = new Provider(server);
    server.on('request', (request, response) => setTimeout(() => provider.answer(request, response), provider.delayMs));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return provider;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as net.AddressInfo).port}`;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private answer(request: http.IncomingMessage, response: http.ServerResponse): void {
    const address = new URL(request.url ?? '/', this.url);
    const symbol = /^\/tiingo\/daily\/([^/]+)\/prices$/.exec(address.pathname)?.[1] ?? '';
    this.asked.push(symbol);
    const json = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    if (this.status !== 200) return json(this.status, { detail: 'Unavailable today.' });
    if (this.unknown.includes(symbol)) return json(404, { detail: `Error: Ticker '${symbol}' not found` });
    const [from, to] = ['startDate', 'endDate'].map((name) => Date.parse(address.searchParams.get(name) ?? ''));
    const days = [];
    for (let day = from!; day <= to!; day += DAY_MS) {
      const weekday = new Date(day).getUTCDay();
      if (weekday === 0 || weekday === 6) continue;
      const close = price(symbol, day / DAY_MS);
      days.push({ date: new Date(day).toISOString(), close, adjClose: close, open: close, high: close, low: close, volume: 1000, divCash: 0, splitFactor: 1 });
    }
    json(200, days);
  }
}
