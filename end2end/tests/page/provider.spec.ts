// Tests of live market data: the real client of a data provider sends its requests to a fake
// provider that the test controls.

import { expectPageEqualsDownloads, heading, linesOnPage, phase } from '../live';
import { Provider } from '../provider';
import { type Environment, test as base, create, expect, hydrated, idOf, live } from '../server';
import { HEADER } from './stalled';

const test = base.extend<{ provider: Provider; perMinute: string }>({
  perMinute: ['6000', { option: true }],
  provider: async ({}, use) => {
    const provider = await Provider.start();
    await use(provider);
    provider.stop();
  },
  environment: async ({ provider, perMinute }, use) => {
    const environment: Environment = {
      MARKET_DATA: 'tiingo', TIINGO_API_KEY: 'a-key-of-the-test', TIINGO_BASE_URL: provider.url, MARKET_DATA_PER_MINUTE: perMinute,
    };
    await use(environment);
  },
});

test.use({ binary: 'scripted_server' });

const CSV = `${HEADER}AAPL,1,100,2025-03-10\nGONE,1,40,2025-03-10\nKO,5,60,2025-03-10\n`;

test('reports an unknown symbol once, with its reason', async ({ page, request, provider }) => {
  provider.unknown = ['GONE'];
  const id = await create(request, 'Live prices', CSV);
  await page.goto(live(id));
  await hydrated(page);
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
  await page.getByText('2 positions analyzed (1 unavailable symbol)', { exact: true }).click();
  await expect(page.getByText('GONE: unknown to Tiingo', { exact: true })).toBeVisible();
  const lines = (await linesOnPage(page)).map((line) => `${line.level} ${line.message}`);
  expect(lines.filter((line) => line.includes('GONE'))).toEqual(['WARN GONE: Symbol unavailable (unknown to Tiingo)']);
  expect(lines).toContain('INFO Fetched AAPL: 273 days of history');
  expect(provider.asked.filter((symbol) => symbol === 'GONE'), 'requested once').toHaveLength(1);
  await expectPageEqualsDownloads(page, request, id);
});

test('shows progress over a slow provider', async ({ page, request, provider }) => {
  provider.delayMs = 700;
  const id = await create(request, 'Slow prices', CSV);
  await page.goto(live(id));
  await hydrated(page);
  const collection = phase(page, 'Market Data Collection');
  await expect(collection.getByText('Running', { exact: true })).toBeVisible();
  await expect(collection.getByRole('progressbar')).toBeVisible();
  await expect(page.getByText(/^Live/)).toBeVisible();
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!', { timeout: 30_000 });
  await expectPageEqualsDownloads(page, request, id);
});

test('fails while the provider is down, then retries', async ({ page, request, provider }) => {
  test.setTimeout(90_000);
  provider.status = 500;
  await page.goto(live(await create(request, 'No prices', CSV)));
  await hydrated(page);
  await expect(heading(page)).toHaveText('Setup Interrupted', { timeout: 60_000 });
  await expect(page.getByText('Failed at: Phase 1 (Market Data Collection)', { exact: true })).toBeVisible();
  const alert = page.getByRole('alert');
  await expect(alert).toContainText(/Tiingo/);
  await expect(alert, 'neither URL nor API key').not.toContainText(/127\.0\.0\.1|a-key-of-the-test/);
  provider.status = 200;
  await page.getByRole('button', { name: 'Retry Setup' }).click();
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!', { timeout: 60_000 });
  await hydrated(page);
  await expectPageEqualsDownloads(page, request, idOf(page));
});

test.describe('with a quota', () => {
  test.use({ perMinute: '4' });

  test('shows the wait for the quota until cancelled', async ({ page, request, provider }) => {
    await page.goto(live(await create(request, 'Limited', CSV)));
    await hydrated(page);
    await expect(page.getByText(/^Waiting for the data provider – next request in \d+ s$/)).toBeVisible();
    expect(provider.asked.length, 'no more requests than the quota').toBeLessThanOrEqual(4);
    await expect(page.getByText('Taking longer than usual')).toBeHidden();
    const { eta } = (await (await request.get(`/api/v1/onboarding/status/${idOf(page)}`)).json()) as { eta: { high_seconds: number } };
    const minutes = Math.ceil(eta.high_seconds / 60);
    await expect(page.getByText(new RegExp(`\\b${minutes} min left$`))).toBeVisible();
    await page.getByRole('button', { name: 'Cancel Setup' }).click();
    await page.getByRole('button', { name: 'Cancel setup', exact: true }).click();
    await expect(heading(page)).toHaveText('Setup Cancelled');
  });
});
