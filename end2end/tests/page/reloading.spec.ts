// Tests of pages whose WebAssembly cannot run, or cannot work with the HTML that arrived. They
// reload themselves in place of live updates.

import { type Page } from '@playwright/test';

import { heading, log } from '../live';
import { create, expect, live, status, test } from '../server';
import { AT_45, ONE, openStalled } from './stalled';

// The pages of these tests report problems to the console.
test.use({ binary: 'scripted_server', scriptArrives: false });

test.beforeEach(async ({ page }) => {
  await page.clock.install();
});

// A page may be reloading when its test ends.
test.afterEach(async ({ page }) => {
  await page.unrouteAll({ behavior: 'ignoreErrors' });
});

const NO_WEB_ASSEMBLY = 'This browser has WebAssembly turned off, so the page reloads every 10 s.';
const NO_LIVE_UPDATES = 'Live updates don’t work in this browser, so the page reloads every 10 s.';

/** Starts a run that is 45% complete and makes no progress. Returns the path of its page. */
async function stalled(request: Parameters<typeof create>[0], server: { script(script: object): void }): Promise<string> {
  server.script({ delay_ms: 3_600_000, set: AT_45 });
  const id = await create(request, 'Growth Portfolio', ONE);
  await expect.poll(async () => (await status(request, id)).last_seq).toBe(3);
  return live(id);
}

/** Changes the HTML of the live page on its way to the browser. */
async function rewrite(page: Page, change: (html: string) => string): Promise<void> {
  await page.route('**/onboarding/progress*', async (route) => {
    if (route.request().method() !== 'GET') return route.continue();
    const response = await route.fetch();
    const html = await response.text();
    expect(change(html), 'the HTML is changed').not.toBe(html);
    return route.fulfill({ response, body: change(html) });
  });
}

/** Waits until the page is either live, or says that it reloads and does not claim to be live. */
async function expectHonest(page: Page): Promise<void> {
  const isLive = page.locator('html[data-hydrated]').getByText('Live', { exact: true });
  await expect(isLive.or(page.getByText(NO_LIVE_UPDATES, { exact: true }))).toBeVisible();
  if (await isLive.isHidden()) await expect(page.getByText(/^Live(,|$)/)).toBeHidden();
}

/** Counts how often the page was loaded. */
async function countLoads(page: Page): Promise<() => number> {
  let loads = 0;
  page.on('load', () => { loads += 1; });
  return () => loads;
}

async function turnOffWebAssembly(page: Page): Promise<void> {
  await page.addInitScript(() => { Reflect.deleteProperty(window, 'WebAssembly'); });
}

for (const [name, change] of [
  ['stripped comments', (html: string) => html.replace(/<!--.*?-->|<!>/gs, '')],
  ['collapsed white space', (html: string) => html.replace(/>\s+</g, '><').replace(/[ \t\n]+/g, ' ')],
  ['element in body', (html: string) => html.replace('<body>', '<body><div>First</div>')],
  ['element in main', (html: string) => html.replace(/<main[^>]*>/, '$&<div>First</div>')],
  ['element at end', (html: string) => html.replace('</main>', '<div>Last</div></main>')],
  ['element in list', (html: string) => html.replace(/<li[^>]*class="phase[^>]*>/, '$&<div>First</div>')],
] as const) {
  test(`shows new data despite ${name}`, async ({ page, request, server }) => {
    await rewrite(page, change);
    await page.goto(await stalled(request, server));
    await expectHonest(page);
    await expect(page.getByText('Overall: 45% complete', { exact: true })).toBeVisible();
    server.tell({ ...AT_45, overall_progress: { percent_complete: 52 } });
    await page.clock.runFor(10_500);
    await expect(page.getByText('Overall: 52% complete', { exact: true })).toBeVisible();
    await expectHonest(page);
    server.tell({ status: 'completed', overall_progress: { percent_complete: 100 } });
    await page.clock.runFor(10_500);
    await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
  });
}

test('reloads when a download never ends', async ({ page, request, server }) => {
  const path = await stalled(request, server);
  await page.route('**/*.wasm', () => {});
  await page.goto(path);
  await page.clock.runFor(15_000);
  await expect(page.getByText('Part of this page didn’t load, so the page reloads every 10 s.', { exact: true })).toBeVisible();
  await page.unroute('**/*.wasm');
  server.tell({ ...AT_45, overall_progress: { percent_complete: 52 } });
  await page.clock.runFor(10_500);
  await expect(page.getByText('Overall: 52% complete', { exact: true })).toBeVisible();
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
});

test('reloads although the reloading script is missing', async ({ page, request, server }) => {
  const path = await stalled(request, server);
  await turnOffWebAssembly(page);
  await page.route('**/reloading.js', (route) => route.abort());
  await page.goto(path);
  await expect(page.getByText('Overall: 45% complete', { exact: true })).toBeVisible();
  server.tell({ ...AT_45, overall_progress: { percent_complete: 52 } });
  await page.clock.runFor(15_500);
  await expect(page.getByText('Overall: 52% complete', { exact: true })).toBeVisible();
});

test('reloads without WebAssembly until setup completes', async ({ page, request, server }) => {
  await turnOffWebAssembly(page);
  await page.goto(await stalled(request, server));
  await expect(page.getByText(NO_WEB_ASSEMBLY, { exact: true })).toBeVisible();
  await expect(page.getByText('Overall: 45% complete', { exact: true })).toBeVisible();
  await expect(page.getByText(/^As of \d/)).toBeVisible();
  server.tell({ status: 'completed', overall_progress: { percent_complete: 100 } });
  await page.clock.runFor(10_500);
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
  await expect(page.getByText(NO_WEB_ASSEMBLY), 'nothing left to update').toBeHidden();
  const loads = await countLoads(page);
  await page.clock.runFor(60_000);
  await page.evaluate(() => fetch('/healthz'));
  expect(loads(), 'no reload after the end').toBe(0);
});

test('keeps place and selection without WebAssembly', async ({ page, request, server }) => {
  await turnOffWebAssembly(page);
  await page.setViewportSize({ width: 700, height: 400 });
  await page.goto(await stalled(request, server));
  await expect(page.getByText(NO_WEB_ASSEMBLY, { exact: true })).toBeVisible();
  const loads = await countLoads(page);
  await page.evaluate(() => {
    window.scrollTo(0, 300);
    getSelection()?.selectAllChildren(document.querySelector('[role="log"]') ?? document.body);
  });
  await page.clock.runFor(25_000);
  await page.evaluate(() => fetch('/healthz'));
  expect(loads(), 'no reload while text is selected').toBe(0);
  server.tell({ ...AT_45, overall_progress: { percent_complete: 52 } });
  await page.evaluate(() => getSelection()?.removeAllRanges());
  await page.clock.runFor(10_500);
  await expect(page.getByText('Overall: 52% complete', { exact: true })).toBeVisible();
  await expect.poll(() => page.evaluate(() => window.scrollY)).toBe(300);
});

test('never reloads while a dialog is open', async ({ page, request, server }) => {
  await turnOffWebAssembly(page);
  await page.goto(await stalled(request, server));
  await expect(page.getByText(NO_WEB_ASSEMBLY, { exact: true })).toBeVisible();
  const loads = await countLoads(page);
  await page.getByRole('button', { name: 'Cancel Setup' }).click();
  await page.clock.runFor(25_000);
  await page.evaluate(() => fetch('/healthz'));
  expect(loads()).toBe(0);
  server.tell({ ...AT_45, overall_progress: { percent_complete: 52 } });
  await page.getByRole('button', { name: 'Keep running' }).click();
  await page.clock.runFor(10_500);
  await expect(page.getByText('Overall: 52% complete', { exact: true })).toBeVisible();
});

test('keeps the place in the log without WebAssembly', async ({ page, request, server }) => {
  await turnOffWebAssembly(page);
  await page.goto(await stalled(request, server));
  await expect(page.getByText(NO_WEB_ASSEMBLY, { exact: true })).toBeVisible();
  const end = await log(page).evaluate((element) => {
    element.scrollTop = 20;
    return element.scrollTop;
  });
  server.tell({ ...AT_45, overall_progress: { percent_complete: 52 } });
  await page.clock.runFor(10_500);
  await expect(page.getByText('Overall: 52% complete', { exact: true })).toBeVisible();
  await expect.poll(() => log(page).evaluate((element) => element.scrollTop)).toBe(end);
});

test('waits for the server before it reloads', async ({ page, request, server }) => {
  await turnOffWebAssembly(page);
  await page.goto(await stalled(request, server));
  await expect(page.getByText(NO_WEB_ASSEMBLY, { exact: true })).toBeVisible();
  await server.end('SIGKILL');
  await page.clock.runFor(30_000);
  await expect(page.getByText('Overall: 45% complete', { exact: true }), 'no error of the browser').toBeVisible();
  server.script({ delay_ms: 3_600_000, set: { ...AT_45, overall_progress: { percent_complete: 52 } } });
  await server.start();
  await page.clock.runFor(10_500);
  await expect(page.getByText('Overall: 52% complete', { exact: true })).toBeVisible();
});

test('reloads less often after two minutes', async ({ page, request, server }) => {
  await turnOffWebAssembly(page);
  await page.goto(await stalled(request, server));
  const loads = await countLoads(page);
  for (let reload = 1; reload <= 12; reload += 1) {
    await expect(page.getByText(NO_WEB_ASSEMBLY, { exact: true })).toBeVisible();
    await page.clock.runFor(10_000);
    await expect.poll(loads).toBe(reload);
  }
  await expect(page.getByText('This browser has WebAssembly turned off, so the page reloads every 30 s.', { exact: true })).toBeVisible();
  await expect(page.getByText('Overall: 45% complete', { exact: true })).toBeVisible();
});

for (const [name, breakPage] of [
  ['the WebAssembly fails later', () => {
    const fail = () => { throw new Error('no text'); };
    Object.defineProperty(CharacterData.prototype, 'data', { set: fail });
    Object.defineProperty(Node.prototype, 'nodeValue', { set: fail });
  }],
  ['it shows another state', () => { document.querySelector('.connection')?.append(' and well'); }],
] as const) {
  test(`reloads when ${name}`, async ({ page, request, server }) => {
    await openStalled(page, request, server);
    await expect(page.getByText('Live', { exact: true })).toBeVisible();
    await page.evaluate(breakPage);
    server.tell({ ...AT_45, overall_progress: { percent_complete: 52 } });
    // The test's clock reports an error of the page to its caller.
    await page.clock.runFor(3_000).catch(() => {});
    await expect(page.getByText(NO_LIVE_UPDATES, { exact: true })).toBeVisible();
    await expect(page.getByText(/^Live(,|$| and well)/)).toBeHidden();
    await page.clock.runFor(10_500);
    await expect(page.getByText('Overall: 52% complete', { exact: true })).toBeVisible();
    await expect(page.getByText('Live', { exact: true }), 'the new page works').toBeVisible();
  });
}
