// Every test has its own server: a fresh database, a free port, a process that ends with the test.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

import { type APIRequestContext, type Page, type TestInfo, test as base, expect } from '@playwright/test';

/** The checkout whose release build is tested. */
export const CHECKOUT = process.env.CHECKOUT ?? path.resolve(__dirname, '../..');

/** The real server, or the one whose data source and store follow a script. */
export type Binary = 'portfolio-setup' | 'scripted_server';

/** What should go wrong, for `scripted_server`. Read anew at every request. */
export interface Script {
  unknown?: Record<string, string>;
  down?: string[];
  delay_ms?: number;
  store_refuses?: string;
  most_pages?: number;
  /** The phase whose result is kept waiting. */
  hold?: string;
  /** Fields of the status that the page is told, whatever is true. */
  set?: Told;
}

/** A patch of the status object. Lists are patched by the number of an item. */
export type Told = { [field: string]: Told | string | number | boolean | null | (Told | string)[] };

/** Environment variables that tests set. */
export type Environment = Partial<
  Record<
    'MARKET_DATA_PER_MINUTE' | 'BATCH_WORKERS' | 'DASHBOARD_URL' | 'LOG_RETENTION_DAYS' | 'SIGN_IN_URL' | 'MARKET_DATA' | 'TIINGO_API_KEY'
    | 'TIINGO_BASE_URL' | 'AUTH' | 'CLERK_ISSUER' | 'CLERK_PUBLISHABLE_KEY' | 'CLERK_JS_URL',
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
  /** What it said on stdout and stderr, all starts together. */
  output = '';
  private process: ChildProcess | undefined;
  private scripted: Script = {};

  private constructor(
    private readonly binary: Binary,
    private readonly environment: Environment,
    /** Fields of the status that are changed before the page is told. */
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

  /** Changes what goes wrong from now on. Whoever reads the file sees the old script or the new one, whole. */
  script(script: Script): void {
    this.scripted = script;
    fs.writeFileSync(`${this.scriptFile}.new`, JSON.stringify({ ...script, change: this.change }));
    fs.renameSync(`${this.scriptFile}.new`, this.scriptFile);
  }

  /** From now on the page is told this, whatever is true. */
  tell(set: Told): void {
    this.script({ ...this.scripted, set });
  }

  /** Starts the process, again on the same port and database, and waits until it answers. */
  async start(): Promise<void> {
    const started = spawn(binaryPath(this.binary), [], {
      cwd: CHECKOUT,
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        LEPTOS_SITE_ADDR: `127.0.0.1:${this.port}`,
        DATABASE_URL: `sqlite://${this.folder}/portfolios.db`,
        RUST_LOG: 'warn',
        // More than the setups that one test holds, on any machine.
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
    const answers = async () => {
      if (started.exitCode !== null) throw new Error(`The server ended at once.\n${this.output}`);
      return fetch(`${this.url}/healthz`).then((answer) => answer.ok, () => false);
    };
    await expect.poll(answers, { message: 'the server answers /healthz', timeout: 20_000, intervals: [20, 50, 100] }).toBe(true);
  }

  /** Sends a signal and waits for the end. Gives the exit code (null after a kill) and how long it took. */
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

  /** Ends the process, however it fares, and removes its database. */
  async dispose(): Promise<void> {
    await this.end('SIGKILL');
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

interface Options {
  /** Which server the test runs against. */
  binary: Binary;
  /** More of its environment. */
  environment: Environment;
  /** Servers that the page may ask, beside its own. */
  partners: string[];
  /** Whether the page's script can be had, or the test keeps it from coming. */
  scriptArrives: boolean;
}

interface Fixtures {
  server: Server;
  quiet: void;
  provenToFail: void;
}

/** Whether a test runs with the answers of the server changed under it, which it has to notice. */
function isChanged(info: TestInfo): boolean {
  return info.project.name === 'changed';
}

/** The fields that are changed under a test: those that its tags name, or all that say something about a run. */
function changedFields(info: TestInfo): string[] {
  if (!isChanged(info)) return [];
  return info.tags.length === 0 ? ['*'] : info.tags.map((tag) => tag.slice(1));
}

/** A test with its own server; `page.goto('/')` and `request.get('/…')` are that server's. */
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

  // A page that works says nothing in the console (a refused script, a hydration mismatch, a panic), and asks
  // nobody but its own server.
  quiet: [
    async ({ context, server, javaScriptEnabled, scriptArrives, partners }, use, info) => {
      const said: string[] = [];
      context.on('console', (message) => {
        // What the network did is what the tests themselves look at: some of them stop the server.
        const network = message.text().startsWith('Failed to load resource');
        // Without scripts the browser fetches the script's files all the same, and complains that nobody used them.
        const unused = javaScriptEnabled === false && message.text().includes('was preloaded using link preload');
        if (['error', 'warning', 'assert'].includes(message.type()) && !network && !unused) said.push(message.text());
      });
      context.on('weberror', (error) => said.push(String(error.error())));
      context.on('request', (request) => {
        const isKnown = [server.url, ...partners].some((url) => request.url().startsWith(url));
        if (!isKnown && /^https?:/.test(request.url())) said.push(`asked ${request.url()}`);
      });
      await use();
      // What was changed need not make sense to the page; it is the test that has to notice.
      if (!isChanged(info) && scriptArrives) expect(said, 'the page has nothing to complain about').toEqual([]);
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

/** Parts of the status object that tests look at. */
export interface Status {
  portfolio_id: string;
  portfolio_name: string;
  status: string;
  attempt: number;
  attempts: number;
  elapsed_seconds: number;
  heartbeat_age_seconds: number;
  version: number;
  last_seq: number;
  support_code: string | null;
  queue_position: number | null;
  overall_progress: { percent_complete: number; phases_completed: number } | null;
  activity_log: { seq: number; level: string; message: string; timestamp: string }[];
  phases: { phase_id: string; status: string; current: number; total: number; warnings: number; reused: boolean; duration_ms: number | null }[] | null;
  error: { code: string; message: string; phase_id: string | null } | null;
}

/** A file that ships with the project. */
export function shipped(name: string): string {
  return fs.readFileSync(path.join(CHECKOUT, 'data', name), 'utf8');
}

/** Uploads by REST; gives the new portfolio's id. */
export async function create(request: APIRequestContext, name: string, csv = shipped('sample-portfolio.csv'), cash = '50000', headers = {}): Promise<string> {
  const answer = await request.post('/api/v1/onboarding/portfolios', {
    headers,
    multipart: { portfolio_name: name, cash_balance: cash, csv_file: { name: 'positions.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) } },
  });
  expect(answer.status(), await answer.text()).toBe(201);
  return ((await answer.json()) as { portfolio_id: string }).portfolio_id;
}

export async function status(request: APIRequestContext, id: string, after?: number): Promise<Status> {
  const answer = await request.get(`/api/v1/onboarding/status/${id}${after === undefined ? '' : `?after=${after}`}`);
  expect(answer.status()).toBe(200);
  return (await answer.json()) as Status;
}

/** Waits until a run has ended in this state. */
export async function ended(request: APIRequestContext, id: string, state: 'completed' | 'failed' = 'completed'): Promise<void> {
  await expect.poll(async () => (await status(request, id)).status, { timeout: 45_000, intervals: [50, 100, 250] }).toBe(state);
}

/** The address of the live page. */
export function live(id: string): string {
  return `/onboarding/progress?portfolioId=${id}`;
}

/** The id in the address of the live page. */
export function idOf(page: Page): string {
  return new URL(page.url()).searchParams.get('portfolioId') ?? '';
}

/** Waits until the page's script is at work. */
export async function hydrated(page: Page): Promise<void> {
  await page.locator('html[data-hydrated]').waitFor({ state: 'attached' });
}
