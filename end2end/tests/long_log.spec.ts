// Five thousand lines: what they cost beside a plain page with the same lines, that all of them are found, and that
// nothing grows while a page stays open.

import { type APIRequestContext, type Browser, type CDPSession, type Page } from '@playwright/test';

import { log } from './live';
import { type Server, create, expect, hydrated, live, status, test } from './server';
import { ONE, POLLS } from './page/held';

test.use({ binary: 'scripted_server' });
test.setTimeout(120_000);

const LINES = 5_000;
const POLLS_MEASURED = 60;
const POLL_MS = 40;

interface Cost {
  /** CPU of the page's main thread, in milliseconds. */
  cpu: number;
  layout: number;
}

interface Measured {
  first: Cost;
  perPoll: Cost;
}

async function costs(client: CDPSession): Promise<Cost> {
  const { metrics } = await client.send('Performance.getMetrics');
  const of = (name: string) => (metrics.find((metric) => metric.name === name)?.value ?? 0) * 1_000;
  return { cpu: of('TaskDuration'), layout: of('LayoutDuration') + of('RecalcStyleDuration') };
}

const between = (a: Cost, b: Cost, times = 1): Cost => ({ cpu: (b.cpu - a.cpu) / times, layout: (b.layout - a.layout) / times });

/** A setup with five thousand lines that still runs. */
async function longRun(request: APIRequestContext, server: Server): Promise<string> {
  server.script({ hold: 'phase_2.5' });
  const rows = Array.from({ length: LINES - 80 }, (_, index) => `NONE${index},1,10,2021-03-08\n`).join('');
  const id = await create(request, 'Long', `${ONE}${rows}`);
  await expect.poll(async () => (await status(request, id)).overall_progress?.phases_completed, { timeout: 60_000 }).toBe(4);
  expect((await status(request, id)).last_seq).toBeGreaterThan(LINES - 200);
  return id;
}

/** Answers every poll at once with what is true, and so many lines more each time. */
async function feed(page: Page, newLines: number): Promise<() => number> {
  let answered = 0;
  let first: { changed: { activity_log: Record<string, unknown>[]; last_seq: number; version: number; next_poll_ms: number; overall_progress: { percent_complete: number } } } | undefined;
  await page.route(POLLS, async (route) => {
    if (first === undefined) {
      const url = new URL(route.request().url());
      url.searchParams.set('version', '0');
      first = (await (await route.fetch({ url: url.toString() })).json()) as typeof first;
    }
    answered += 1;
    const { changed } = first!;
    const last = changed.activity_log.at(-1)!;
    const seq = Number(url_(route.request().url(), 'after'));
    const lines = Array.from({ length: newLines }, (_, index) => ({ ...last, seq: seq + index + 1, message: `Creating snapshot for 2024-03-15... (${seq + index + 1}/254)` }));
    const percent_complete = 40 + (answered % 50);
    await route.fulfill({
      json: { changed: { ...changed, version: changed.version + answered, next_poll_ms: POLL_MS, last_seq: seq + newLines, activity_log: lines,
        overall_progress: { ...changed.overall_progress, percent_complete } } },
    });
  });
  return () => answered;
}

const url_ = (url: string, name: string) => new URL(url).searchParams.get(name) ?? '';

async function measureOurs(browser: Browser, server: Server, id: string): Promise<Measured> {
  const page = await browser.newPage({ viewport: { width: 900, height: 900 } });
  const client = await page.context().newCDPSession(page);
  await client.send('Performance.enable');
  const answered = await feed(page, 1);
  const start = await costs(client);
  await page.goto(`${server.url}${live(id)}`);
  await hydrated(page);
  const shown = await costs(client);
  await expect.poll(answered, { timeout: 30_000 }).toBeGreaterThan(5);
  const [before, from] = [await costs(client), answered()];
  await expect.poll(answered, { timeout: 60_000 }).toBeGreaterThan(from + POLLS_MEASURED);
  const [after, to] = [await costs(client), answered()];
  await page.close();
  return { first: between(start, shown), perPoll: between(before, after, to - from) };
}

/** The same lines in a plain list, one more with each answer, and the newest in view. */
async function measurePlain(browser: Browser, server: Server, id: string): Promise<Measured> {
  const page = await browser.newPage({ viewport: { width: 900, height: 900 } });
  const client = await page.context().newCDPSession(page);
  await client.send('Performance.enable');
  const html = await (await page.request.get(`${server.url}${live(id)}`)).text();
  const items = [...html.matchAll(/<li id="L\d+".*?<\/li>/gs)].map(([item]) => item).join('');
  const answer = JSON.stringify(await status(page.request as APIRequestContext, `${id}`, LINES).catch(() => ({})));
  await page.route('**/plain', (route) => route.fulfill({
    contentType: 'text/html',
    body: `<!DOCTYPE html><link rel="stylesheet" href="/pkg/portfolio-setup.css"><main><p id="clock"></p><div class="log" id="log"><ol>${items}</ol></div></main>`,
  }));
  const start = await costs(client);
  await page.goto(`${server.url}/plain`);
  await page.evaluate(() => { const element = document.getElementById('log')!; element.scrollTop = element.scrollHeight; });
  const shown = await costs(client);
  const before = await costs(client);
  await page.evaluate(async ([times, ms, text]) => {
    const scroller = document.getElementById('log')!;
    const list = scroller.firstElementChild!;
    for (let round = 0; round < Number(times); round += 1) {
      await new Promise((then) => setTimeout(then, Number(ms)));
      JSON.parse(String(text));
      document.getElementById('clock')!.textContent = `Overall: ${40 + (round % 50)}% complete`;
      const line = list.lastElementChild!.cloneNode(true) as Element;
      line.querySelector('.message')!.textContent = `Creating snapshot for 2024-03-15... (${round}/254)`;
      list.append(line);
      await new Promise((then) => requestAnimationFrame(then));
      scroller.scrollTop = scroller.scrollHeight;
    }
  }, [POLLS_MEASURED, POLL_MS, answer]);
  const after = await costs(client);
  await page.close();
  return { first: between(start, shown), perPoll: between(before, after, POLLS_MEASURED) };
}

test('five thousand lines cost less than a plain list of them, at first and with every answer', async ({ browser, request, server }) => {
  const id = await longRun(request, server);
  const ours = await measureOurs(browser, server, id);
  const plain = await measurePlain(browser, server, id);
  const words = (name: string, { first, perPoll }: Measured) =>
    `${name}: first render ${first.cpu.toFixed(0)} ms (layout ${first.layout.toFixed(0)}), an answer ${perPoll.cpu.toFixed(1)} ms (layout ${perPoll.layout.toFixed(1)})`;
  console.log(`${words('ours', ours)}\n${words('plain', plain)}`);
  expect(ours.perPoll.cpu / plain.perPoll.cpu, 'CPU of an answer, beside a plain page').toBeLessThan(1);
  expect(ours.first.layout / plain.first.layout, 'layout of the first render, beside a plain page').toBeLessThan(1);
});

test('the browser\'s own search finds line 1 of five thousand, and shows it', async ({ page, request, server }) => {
  const id = await longRun(request, server);
  await page.goto(live(id));
  await hydrated(page);
  const first = log(page).locator('#L1');
  await expect(first).not.toBeInViewport();
  const words = (await first.locator('.message').textContent()) ?? '';
  expect(words).toContain('Starting batch processing');
  expect(await page.evaluate((text) => (window as unknown as { find(text: string): boolean }).find(text), words)).toBe(true);
  await expect(first).toBeInViewport();
});

test('five hundred answers later neither heap, nor memory, nor the number of nodes has grown', async ({ page, request, server }) => {
  await page.addInitScript(() => {
    const instantiate = WebAssembly.instantiateStreaming.bind(WebAssembly);
    WebAssembly.instantiateStreaming = async (...given) => {
      const made = await instantiate(...given);
      Object.assign(window, { memory: made.instance.exports.memory });
      return made;
    };
  });
  const id = await longRun(request, server);
  const client = await page.context().newCDPSession(page);
  await client.send('Performance.enable');
  const answered = await feed(page, 0);
  await page.goto(live(id));
  await hydrated(page);
  const measure = async () => {
    await client.send('HeapProfiler.collectGarbage');
    const { metrics } = await client.send('Performance.getMetrics');
    const of = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? 0;
    const memory = await page.evaluate(() => (window as unknown as { memory: WebAssembly.Memory }).memory.buffer.byteLength);
    return { heap: of('JSHeapUsedSize'), nodes: of('Nodes'), listeners: of('JSEventListeners'), memory };
  };
  await expect.poll(answered, { timeout: 60_000 }).toBeGreaterThan(100);
  const before = await measure();
  const from = answered();
  await expect.poll(answered, { timeout: 90_000 }).toBeGreaterThan(from + 500);
  const after = await measure();
  console.log(`after 100 answers ${JSON.stringify(before)}, after 600 ${JSON.stringify(after)}`);
  expect(after.nodes - before.nodes, 'nodes').toBeLessThan(50);
  expect(after.listeners - before.listeners, 'listeners').toBeLessThan(10);
  expect(after.memory, 'memory of the WebAssembly').toBe(before.memory);
  expect(after.heap / before.heap, 'heap').toBeLessThan(1.05);
});
