// Five thousand lines: what they cost beside a plain page with the same lines, that all of them are found, and that
// nothing grows while a page stays open.

import { type APIRequestContext, type Browser, type CDPSession, type Page } from '@playwright/test';

import { log } from './live';
import { type Server, type Status, create, expect, hydrated, live, status, test } from './server';
import { ONE, POLLS } from './page/held';

test.use({ binary: 'scripted_server' });
test.setTimeout(120_000);

const LINES = 5_000;
const POLLS_MEASURED = 60;
const POLL_MS = 40;

/** CPU of the page's main thread, in milliseconds: all of it, and what of it were script and layout. */
interface Cost {
  cpu: number;
  script: number;
  layout: number;
}

interface Measured {
  first: Cost;
  perPoll: Cost;
}

async function costs(client: CDPSession): Promise<Cost> {
  const { metrics } = await client.send('Performance.getMetrics');
  const of = (name: string) => (metrics.find((metric) => metric.name === name)?.value ?? 0) * 1_000;
  return { cpu: of('TaskDuration'), script: of('ScriptDuration'), layout: of('LayoutDuration') + of('RecalcStyleDuration') };
}

const between = (a: Cost, b: Cost, times = 1): Cost => (
  { cpu: (b.cpu - a.cpu) / times, script: (b.script - a.script) / times, layout: (b.layout - a.layout) / times }
);

const words = ({ cpu, script, layout }: Cost) => `${cpu.toFixed(1)} ms (script ${script.toFixed(1)}, layout ${layout.toFixed(1)})`;

const message = (index: number) => `NONE${index}: Symbol unavailable (not in the sample data)`;

/** A setup that still runs and whose log has five thousand lines. */
async function longRun(request: APIRequestContext, server: Server): Promise<string> {
  const activity_log = Array.from({ length: LINES }, (_, index) => (
    { seq: index + 1, timestamp: '2026-01-09T12:04:05.000Z', level: index % 20 === 0 ? 'warning' : 'info', phase_id: 'phase_1', message: message(index) }
  ));
  server.script({ delay_ms: 3_600_000, set: { activity_log, last_seq: LINES } });
  return create(request, 'Long', ONE);
}

/** Answers every poll at once with what is true, and so many lines more each time. */
async function feed(page: Page, newLines: number, everyMs = POLL_MS): Promise<() => number> {
  let answered = 0;
  let first: { changed: Status & { overall_progress: object } } | undefined;
  await page.route(POLLS, async (route) => {
    if (first === undefined) {
      const url = new URL(route.request().url());
      url.searchParams.set('version', '0');
      first = (await (await route.fetch({ url: url.toString() })).json()) as NonNullable<typeof first>;
    }
    answered += 1;
    const { changed } = first!;
    const last = changed.activity_log.at(-1)!;
    const seq = Number(new URL(route.request().url()).searchParams.get('after'));
    const lines = Array.from({ length: newLines }, (_, index) => ({ ...last, seq: seq + index + 1, message: `Creating snapshot for 2024-03-15... (${seq + index + 1}/254)` }));
    const percent_complete = 40 + (answered % 50);
    await route.fulfill({
      json: { changed: { ...changed, version: changed.version + answered, next_poll_ms: everyMs, last_seq: seq + newLines, activity_log: lines,
        overall_progress: { ...changed.overall_progress, percent_complete } } },
    });
  });
  return () => answered;
}

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
  const answer = JSON.stringify(await status(page.request, id));
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

test('five thousand lines are laid out in less time than a plain list of them, and an answer costs less', async ({ browser, request, server }) => {
  const id = await longRun(request, server);
  const ours = await measureOurs(browser, server, id);
  const plain = await measurePlain(browser, server, id);
  console.log(`first render: ${words(ours.first)}; plain: ${words(plain.first)}`);
  console.log(`an answer: ${words(ours.perPoll)}; plain: ${words(plain.perPoll)}`);
  expect(ours.perPoll.cpu / plain.perPoll.cpu, 'CPU of an answer, beside a plain page').toBeLessThan(1);
  expect(ours.first.layout / plain.first.layout, 'layout of the first render, beside a plain page').toBeLessThan(1);
});

test('what searches the whole page finds line 1 of five thousand, and shows it', async ({ page, request, server }) => {
  await page.goto(live(await longRun(request, server)));
  await hydrated(page);
  await expect(page.getByText('5,000 lines', { exact: true })).toBeVisible();
  const first = log(page).locator('#L1');
  await expect(first).not.toBeInViewport();
  expect(await page.evaluate((text) => (window as unknown as { find(text: string): boolean }).find(text), message(0)), 'it is in the page').toBe(true);
  // A link to a text is looked up as Ctrl+F does it, and can be followed without the browser's own window.
  await page.evaluate((text) => {
    const link = document.createElement('a');
    link.href = `#:~:text=${encodeURIComponent(text)}`;
    link.textContent = 'To the text';
    document.querySelector('main')!.prepend(link);
  }, message(0));
  await page.getByRole('link', { name: 'To the text' }).click();
  await expect(first).toBeInViewport();
  await expect(page.getByText('Auto-scrolling'), 'and the reader is left there').toBeHidden();
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
  const answered = await feed(page, 0, 5);
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
  // The browser's own bookkeeping takes some 120 KB, whatever the size of the page.
  expect(after.heap - before.heap, 'heap').toBeLessThan(165_000);
});
