// Tests read-only links in the browser: the owner's page with the QR code, and the page behind a
// link. Both are rendered by the server alone and work without scripts.

import { type APIRequestContext, type Page } from '@playwright/test';

import { heading } from './live';
import { atPhase } from './page/stalled';
import { create, ended, expect, hydrated, live, status, test } from './server';

/** Makes a link through the API and returns its address. */
async function link(request: APIRequestContext, id: string): Promise<string> {
  const response = await request.post(`/api/v1/onboarding/portfolios/${id}/links`);
  expect(response.status()).toBe(201);
  return ((await response.json()) as { url: string }).url;
}

/** Makes a link with the form, and returns the address that the page shows once. */
async function makeByForm(page: Page, id: string): Promise<string> {
  await page.goto(`/portfolios/${id}/links`);
  await page.getByLabel('Works for').selectOption('1 hour');
  await page.getByRole('button', { name: 'Make a link' }).click();
  return page.getByLabel('Link to copy').inputValue();
}

/** Returns the colors of two pixels of the QR code on the screen: of its margin and of a corner. */
async function colors(page: Page): Promise<number[][]> {
  const code = page.getByRole('img', { name: 'QR code of the link' });
  const modules = Number((await code.getAttribute('viewBox'))?.split(' ')[2]);
  const screenshot = (await code.screenshot()).toString('base64');
  return page.evaluate(async ([data, count]) => {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const context = new OffscreenCanvas(image.width, image.height).getContext('2d', { willReadFrequently: true });
    if (!context) throw new Error('no canvas');
    context.drawImage(image, 0, 0);
    const at = (module: number) => Math.floor(((module + 0.5) * image.width) / count);
    return [1, 4].map((module) => [...context.getImageData(at(module), at(module), 1, 1).data].slice(0, 3));
  }, [screenshot, modules] as const);
}

test('leads the owner from live page to link', async ({ page, request }) => {
  const id = await create(request, 'Growth Portfolio');
  await ended(request, id);
  await page.goto(live(id));
  await hydrated(page);
  await page.getByRole('link', { name: 'Follow on my phone' }).click();
  await expect(heading(page)).toHaveText('Share Progress');
  await page.getByRole('button', { name: 'Make a link' }).click();
  await expect(page.getByLabel('Link to copy')).toHaveValue(/^http:\/\/127\.0\.0\.1:\d+\/shared\/[\w-]{43}$/);
  await page.getByRole('link', { name: 'Open the shared page' }).click();
  await expect(heading(page)).toHaveText('Growth Portfolio');
});

test('draws the QR code black on white everywhere', async ({ page, request }) => {
  await makeByForm(page, await create(request, 'Drawn'));
  for (const media of [{ colorScheme: 'light' }, { colorScheme: 'dark' }, { forcedColors: 'active' }] as const) {
    await page.emulateMedia(media);
    expect(await colors(page), JSON.stringify(media)).toEqual([[255, 255, 255], [0, 0, 0]]);
  }
});

test('links phases to lines of the shared log', async ({ page, request }) => {
  const id = await create(request, 'Linked');
  await ended(request, id);
  await page.goto(await link(request, id));
  await page.getByRole('link', { name: 'Log of Phase 4', exact: true }).click();
  const line = page.locator(`[id="${new URL(page.url()).hash.slice(1)}"]`);
  await expect(line).toBeInViewport();
  await expect(line).toContainText('Phase 4: Portfolio Snapshots');
});

test.describe('after a cancellation', () => {
  test.use({ binary: 'scripted_server' });

  test('names no reader as the one who cancelled', async ({ page, request, server }) => {
    server.script({ delay_ms: 3_600_000 });
    const id = await create(request, 'Cancelled');
    await atPhase(request, id, 'phase_1');
    await request.post(`/api/v1/onboarding/portfolios/${id}/cancel`);
    await ended(request, id, 'failed');
    await page.goto(await link(request, id));
    await expect(page.getByText('Setup was cancelled', { exact: true })).toBeVisible();
    await expect(page.getByRole('main')).not.toContainText(/you cancelled|by you/i);
  });
});

for (const javaScriptEnabled of [true, false]) {
  const scripts = javaScriptEnabled ? 'with scripts' : 'without scripts';
  test.describe(scripts, () => {
    test.use({ javaScriptEnabled, binary: 'scripted_server' });

    test(`follows a run to its end, ${scripts}`, async ({ page, request, server }) => {
      server.script({ hold: 'phase_2' });
      const id = await create(request, 'Followed');
      await expect.poll(async () => (await status(request, id)).overall_progress?.phases_completed).toBe(3);
      await page.goto(await link(request, id));
      await expect(heading(page)).toHaveText('Followed');
      await expect(page.getByText(/^Running · \d+% complete$/)).toBeVisible();
      await expect(page.getByRole('listitem').filter({ hasText: '4. Portfolio Snapshots' })).toContainText('Running');
      await page.getByRole('link', { name: 'Pause updates' }).click();
      await expect(page.getByText('Updates are paused.')).toBeVisible();
      await page.getByRole('link', { name: 'Resume updates' }).click();
      server.script({});
      await expect(page.getByText('Completed · 100% complete'), 'without a click').toBeVisible({ timeout: 20_000 });
      await expect(page.getByText('This page updates')).toBeHidden();
    });

    test(`takes a link back, ${scripts}`, async ({ page, request, server }) => {
      server.script({});
      const id = await create(request, 'Taken back');
      const address = await makeByForm(page, id);
      expect((await page.goto(address))?.status()).toBe(200);
      await page.goto(`/portfolios/${id}/links`);
      await expect(page.getByText(address), 'the address is shown once').toBeHidden();
      await page.getByRole('button', { name: 'Take back' }).click();
      await expect(page.getByText('No links work right now.')).toBeVisible();
      expect((await page.goto(address))?.status()).toBe(404);
      await expect(page.getByText('This link has expired or was taken back.')).toBeVisible();
    });
  });
}

test.describe('while the run goes on', () => {
  test.use({ binary: 'scripted_server', viewport: { width: 390, height: 500 } });

  test('keeps the scroll position when it reloads', async ({ page, request, server }) => {
    server.script({ hold: 'phase_2' });
    const id = await create(request, 'Scrolled');
    await atPhase(request, id, 'phase_2');
    await page.goto(await link(request, id));
    await page.evaluate(() => window.scrollTo(0, 300));
    await page.waitForEvent('load', { timeout: 15_000 });
    // The browser keeps the text in its place, so the position follows a line that comes or goes
    // above it, such as the second line of the time left.
    const distance = () => page.evaluate(() => Math.abs(window.scrollY - 300));
    await expect.poll(distance).toBeLessThanOrEqual(40);
  });
});
