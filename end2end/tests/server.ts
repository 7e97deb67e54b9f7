// Starts one server per test: a process on a free port with a new database. The server is stopped
// after the test.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

import { type APIRequestContext, type Page, type TestInfo, test as base, expect } from '@playwright/test';

/** Path of the checkout whose release build is tested. */
export const CHECKOUT = process.env.CHECKOUT ?? path.resolve(__dirname, '../..');

/**
 * Which program a test runs: the real server, or `scripted_server`, which injects faults into its
 * data source and its store.
 */
export type Binary = 'portfolio-setup' | 'scripted_server';

/** Faults for `scripted_server` to inject. The server reads them again at every request. */
export interface Script {
  unknown?: Record<string, string>;
  down?: string[];
  delay_ms?: number;
  store_refuses?: string;
  most_pages?: number;
  /**
   * Id of a phase. The store holds back the result of this phase, so the run waits at the end of
   * the phase.
   */
  hold?: string;
  /** Status fields to override before the page receives them. */
  set?: Told;
}

/** A patch of the status object. List items are patched by index. */
export type Told = { [field: string]: Told | string | number | boolean | null | (Told | string)[] };

/** Environment variables of the server that tests may set. */
export type Environment = Partial<
  Record<
    'MARKET_DATA_PER_MINUTE' | 'BATCH_WORKERS' | 'DASHBOARD_URL' | 'LOG_RETENTION_DAYS' | 'SIGN_IN_URL' | 'MARKET_DATA' | 'TIINGO_API_KEY'
    | 'TIINGO_BASE_URL' | 'ADMIN_USER_IDS' | 'AUTH' | 'CLERK_ISSUER' | 'CLERK_PUBLISHABLE_KEY' | 'CLERK_JS_URL',
    string
  >
>;

function binaryPath(binary: Binary): string {
  const file = path.join(CHECKOUT, 'target/release', binary);
  if (!fs.existsSync(file)) {
    throw new Error(`${file} is not built: ${binary === 'scripted_server'
      ? 'cargo build --release -p end2end --bin scripted_server'
      : 'make build'}`);
  }
  return file;
}

async function freePort(): Promise<number> {
  const probe = net.createServer();
  probe.listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as net.AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

/** A server process with its own database. */
export class Server {
  /** Everything that the server has written to stdout and stderr since it was first started. */
  output = '';
  private process: ChildProcess | undefined;
  private scripted: Script = {};

  private constructor(
    private readonly binary: Binary,
    private readonly environment: Environment,
    /**
     * Names of the status fields that are deliberately changed to wrong values before the page
     * receives them.
     */
    private readonly change: string[],
    private readonly folder: string,
    private readonly port: number,
  ) {}

  static async create(binary: Binary, environment: Environment, change: string[]): Promise<Server> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'portfolio-setup-'));
    const server = new Server(binary, environment, change, folder, await freePort());
    server.script({});
    await server.start();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  private get scriptFile(): string {
    return path.join(this.folder, 'script.json');
  }

  /**
   * Replaces the faults to inject. The file is renamed atomically, so the server reads either the
   * old or the new faults.
   */
  script(script: Script): void {
    this.scripted = script;
    fs.writeFileSync(`${this.scriptFile}.new`, JSON.stringify({ ...script, change: this.change }));
    fs.renameSync(`${this.scriptFile}.new`, this.scriptFile);
  }

  /** Sets these fields in every status that the page receives from now on. */
  tell(set: Told): void {
    this.script({ ...this.scripted, set });
  }

  /**
   * Starts the server process and waits until it responds. Every start uses the same port and
   * database.
   */
  async start(): Promise<void> {
    const started = spawn(binaryPath(this.binary), [], {
      cwd: CHECKOUT,
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        LEPTOS_SITE_ADDR: `127.0.0.1:${this.port}`,
        DATABASE_URL: `sqlite://${this.folder}/portfolios.db`,
        RUST_LOG: 'warn',
        // The number of workers is the same on every machine. It exceeds the number of runs that
        // any one test keeps waiting.
        BATCH_WORKERS: '4',
        SCRIPT: this.scriptFile,
        ...this.environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process = started;
    for (const stream of [started.stdout, started.stderr]) {
      stream.on('data', (data: Buffer) => { this.output += data.toString(); });
    }
    const isHealthy = async () => {
      if (started.exitCode !== null) throw new Error(`The server ended at once.\n${this.output}`);
      return fetch(`${this.url}/healthz`).then((response) => response.ok, () => false);
    };
    await expect.poll(isHealthy, { message: 'the server responds to /healthz', timeout: 20_000, intervals: [20, 50, 100] }).toBe(true);
  }

  /**
   * Sends a signal to the server and waits until the process has ended. Returns the exit code,
   * which is null if the process was killed, and how long it took to end.
   */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<{ code: number | null; milliseconds: number }> {
    const running = this.process;
    this.process = undefined;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return { code: null, milliseconds: 0 };
    const before = performance.now();
    const exited = once(running, 'exit');
    running.kill(signal);
    const [code] = (await exited) as [number | null];
    return { code, milliseconds: performance.now() - before };
  }

  /** Kills the server process and removes its database. */
  async dispose(): Promise<void> {
    await this.end('SIGKILL');
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

interface Options {
  /** The server program that the test runs against. */
  binary: Binary;
  /** Additional environment variables for the server. */
  environment: Environment;
  /** URLs of other servers that the page is allowed to send requests to. */
  partners: string[];
  /** False if the test blocks the page's JavaScript. */
  scriptArrives: boolean;
}

interface Fixtures {
  server: Server;
  quiet: void;
  provenToFail: void;
}

/**
 * Returns whether the server's responses are deliberately changed during this test. If so, the test
 * must fail.
 */
function isChanged(info: TestInfo): boolean {
  return info.project.name === 'changed';
}

/**
 * Returns the status fields to change during a test: those that its tags name, or all if it has no
 * tags.
 */
function changedFields(info: TestInfo): string[] {
  if (!isChanged(info)) return [];
  return info.tags.length === 0 ? ['*'] : info.tags.map((tag) => tag.slice(1));
}

/** A test with its own server. `page.goto('/')` and `request.get('/…')` refer to that server. */
export const test = base.extend<Options & Fixtures>({
  binary: ['portfolio-setup', { option: true }],
  environment: [{}, { option: true }],
  partners: [[], { option: true }],
  scriptArrives: [true, { option: true }],

  server: async ({ binary, environment }, use, info) => {
    const server = await Server.create(binary, environment, changedFields(info));
    await use(server);
    if (info.status !== info.expectedStatus) await info.attach('server output', { body: server.output, contentType: 'text/plain' });
    if (!isChanged(info)) expect.soft(server.output, 'the server does not panic').not.toContain('panicked at');
    await server.dispose();
  },

  baseURL: async ({ server }, use) => {
    await use(server.url);
  },

  // Fails the test if the page logs a problem to the console (blocked JavaScript, a hydration
  // mismatch, a panic) or sends a request to another server.
  quiet: [
    async ({ context, server, javaScriptEnabled, scriptArrives, partners }, use, info) => {
      const complaints: string[] = [];
      context.on('console', (message) => {
        // Failed requests are ignored, because some tests stop the server on purpose.
        const network = message.text().startsWith('Failed to load resource');
        // With JavaScript turned off, the browser still preloads the JavaScript files, then warns
        // that they are unused.
        const unused = javaScriptEnabled === false && message.text().includes('was preloaded using link preload');
        if (['error', 'warning', 'assert'].includes(message.type()) && !network && !unused) complaints.push(message.text());
      });
      context.on('weberror', (error) => complaints.push(String(error.error())));
      context.on('request', (request) => {
        const isKnown = [server.url, ...partners].some((url) => request.url().startsWith(url));
        if (!isKnown && /^https?:/.test(request.url())) complaints.push(`request to ${request.url()}`);
      });
      await use();
      // A deliberately changed status may be inconsistent, so the page may report problems with it.
      if (!isChanged(info) && scriptArrives) expect(complaints, 'the page reports no problems').toEqual([]);
    },
    { auto: true },
  ],

  provenToFail: [
    async ({}, use, info) => {
      if (isChanged(info)) info.fail();
      await use();
    },
    { auto: true },
  ],
});

export { expect };

/** The fields of the status object that tests read. */
export interface Status {
  portfolio_id: string;
  portfolio_name: string;
  status: string;
  attempt: number;
  attempts: number;
  started_at: string | null;
  elapsed_seconds: number;
  elapsed_ms: number;
  heartbeat_age_seconds: number;
  version: number;
  last_seq: number;
  support_code: string | null;
  queue_position: number | null;
  overall_progress: { percent_complete: number; phases_completed: number; current_phase: string | null } | null;
  activity_log: { seq: number; level: string; message: string; timestamp: string }[];
  phases: { phase_id: string; status: string; current: number; total: number; warnings: number; reused: boolean; duration_ms: number | null }[] | null;
  error: { code: string; message: string; phase_id: string | null } | null;
}

/** Reads a file from the folder `data`, which ships with the project. */
export function shipped(name: string): string {
  return fs.readFileSync(path.join(CHECKOUT, 'data', name), 'utf8');
}

/** Uploads a portfolio through the API. Returns its id. */
export async function create(request: APIRequestContext, name: string, csv = shipped('sample-portfolio.csv'), cash = '50000', headers = {}): Promise<string> {
  const response = await request.post('/api/v1/onboarding/portfolios', {
    headers,
    multipart: { portfolio_name: name, cash_balance: cash, csv_file: { name: 'positions.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) } },
  });
  expect(response.status(), await response.text()).toBe(201);
  return ((await response.json()) as { portfolio_id: string }).portfolio_id;
}

export async function status(request: APIRequestContext, id: string, after?: number): Promise<Status> {
  const response = await request.get(`/api/v1/onboarding/status/${id}${after === undefined ? '' : `?after=${after}`}`);
  expect(response.status()).toBe(200);
  return (await response.json()) as Status;
}

/** Waits until the newest run of a portfolio has ended in the given state. */
export async function ended(request: APIRequestContext, id: string, state: 'completed' | 'failed' = 'completed'): Promise<void> {
  await expect.poll(async () => (await status(request, id)).status, { timeout: 45_000, intervals: [50, 100, 250] }).toBe(state);
}

/** Returns the path and query of a portfolio's live page. */
export function live(id: string): string {
  return `/onboarding/progress?portfolioId=${id}`;
}

/** Returns the portfolio id in the URL of the live page. */
export function idOf(page: Page): string {
  return new URL(page.url()).searchParams.get('portfolioId') ?? '';
}

/** Waits until the page is hydrated. */
export async function hydrated(page: Page): Promise<void> {
  await page.locator('html[data-hydrated]').waitFor({ state: 'attached' });
}
