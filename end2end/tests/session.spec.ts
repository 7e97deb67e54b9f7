// Tests that an open page renews the session, without a second sign-in, when its session token
// expires. Also tests that no user sees another user's portfolio.

import type { APIRequestContext, Page } from '@playwright/test';

import { Issuer } from './issuer';
import { heading } from './live';
import { create, expect, test as base } from './server';

const WATCH_SECONDS = Number(process.env.WATCH_SECONDS ?? 25);
const IS_LONG = WATCH_SECONDS >= 120;

const test = base.extend<{ issuer: Issuer }>({
  issuer: async ({}, use) => {
    const issuer = await Issuer.start();
    await use(issuer);
    issuer.stop();
  },
  environment: async ({ issuer }, use) => {
    // The sample portfolio needs 25 price histories. At this rate limit, its run is still in
    // progress at the end of the test.
    const perMinute = IS_LONG ? Math.floor((25 * 60) / (WATCH_SECONDS + 60)) : 30;
    await use({ ...issuer.environment, MARKET_DATA_PER_MINUTE: String(perMinute) });
  },
  partners: async ({ issuer }, use) => use([issuer.url]),
});

/** Uploads the sample portfolio as the given user. */
async function createAs(request: APIRequestContext, issuer: Issuer, user: string, name: string): Promise<string> {
  return create(request, name, undefined, undefined, { authorization: `Bearer ${issuer.token(user)}` });
}

/** Starts recording the headings that the page shows. Returns a function that returns them. */
async function recordHeadings(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const seen = ((window as unknown as { seen: string[] }).seen = [document.querySelector('h1')?.textContent ?? '']);
    new MutationObserver(() => {
      const now = document.querySelector('h1')?.textContent ?? '';
      if (seen.at(-1) !== now) seen.push(now);
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
  return () => page.evaluate(() => (window as unknown as { seen: string[] }).seen);
}

test('renews the session while the page is open', async ({ page, request, issuer }) => {
  test.setTimeout((WATCH_SECONDS + 60) * 1_000);
  issuer.seconds = IS_LONG ? 60 : 2;
  const id = await createAs(request, issuer, 'user_1', 'Long watch');
  let refused = 0;
  let answered = 0;
  page.on('response', (response) => {
    if (response.url().includes('/api/page/status')) response.ok() ? (answered += 1) : (refused += 1);
  });
  await page.goto(`/onboarding/progress?portfolioId=${id}`);
  await expect(heading(page)).toHaveText('Setting Up Your Portfolio');
  const seen = await recordHeadings(page);
  const until = Date.now() + WATCH_SECONDS * 1_000;
  await expect.poll(() => Date.now() > until, { timeout: (WATCH_SECONDS + 30) * 1_000, intervals: [500] }).toBe(true);
  expect(await seen()).toEqual(['Setting Up Your Portfolio']);
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  expect(refused, 'polls without a session').toBe(0);
  expect(answered, 'polls that were answered').toBeGreaterThan(WATCH_SECONDS / 2 - 4);
  expect(issuer.issued, 'tokens').toBeGreaterThan(IS_LONG ? WATCH_SECONDS / 60 : 5);
});

test('repeats a poll with a renewed token', async ({ page, request, issuer }) => {
  issuer.renews = false;
  issuer.seconds = 1;
  const id = await createAs(request, issuer, 'user_1', 'Polled again');
  const refused = page.waitForResponse((response) => response.url().includes('/api/page/status') && response.status() === 401);
  await page.goto(`/onboarding/progress?portfolioId=${id}`);
  await expect(heading(page)).toHaveText('Setting Up Your Portfolio');
  const seen = await recordHeadings(page);
  await refused;
  await page.waitForResponse((response) => response.url().includes('/api/page/status') && response.ok());
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  expect(await seen()).toEqual(['Setting Up Your Portfolio']);
});

test('stops without a session and resumes with another', async ({ page, request, issuer }) => {
  issuer.seconds = 1;
  const id = await createAs(request, issuer, 'user_1', 'Comes back');
  await page.goto(`/onboarding/progress?portfolioId=${id}`);
  await expect(heading(page)).toHaveText('Setting Up Your Portfolio');
  issuer.user = null;
  await expect(heading(page)).toHaveText('Sign In to Continue', { timeout: 20_000 });
  await expect(page.getByText('Your setup keeps running.')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Sign In' })).toHaveAttribute('href', 'http://127.0.0.1:9/sign-in');
  issuer.user = 'user_1';
  await expect(heading(page)).toHaveText('Setting Up Your Portfolio');
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  const status = await request.get(`/api/v1/onboarding/status/${id}`, { headers: { authorization: `Bearer ${issuer.token('user_1')}` } });
  expect(await status.json(), 'the run goes on unchanged').toMatchObject({ attempt: 1, attempts: 1, status: 'running' });
});

test('asks to sign in before saving the log', async ({ page, request, context, issuer, server }) => {
  // A renewal in flight would sign the user in again after the cookie has expired.
  issuer.renews = false;
  const id = await createAs(request, issuer, 'user_1', 'Downloaded');
  await page.goto(`/onboarding/progress?portfolioId=${id}`);
  await expect(heading(page)).toHaveText('Setting Up Your Portfolio');
  // Only the download finds that the session has ended.
  await page.route('**/api/page/status*', (route) => route.abort());
  issuer.user = null;
  await context.addCookies([{ name: '__session', value: issuer.token('user_1', -60), url: server.url }]);
  const saved: string[] = [];
  page.on('download', (download) => saved.push(download.suggestedFilename()));
  await page.getByRole('link', { name: 'Download Full Log' }).click();
  await expect(heading(page)).toHaveText('Sign In to Continue');
  expect(saved).toEqual([]);
  await page.unroute('**/api/page/status*');
  issuer.user = 'user_1';
  // The page reloads at most once every ten seconds.
  await expect(heading(page)).toHaveText('Setting Up Your Portfolio', { timeout: 20_000 });
  await page.getByRole('link', { name: 'Download Full Log' }).click();
  await expect.poll(() => saved.length).toBe(1);
});

test('fills the page after an expired first request', async ({ page, request, context, issuer, server }) => {
  const id = await createAs(request, issuer, 'user_1', 'Filled later');
  const [address, expired] = [`/onboarding/progress?portfolioId=${id}`, issuer.token('user_1', -60)];
  // Requests the HTML without a browser. In a browser, the page would renew the session and reload
  // itself immediately.
  const first = await request.get(address, { headers: { cookie: `__session=${expired}` } });
  expect(first.status()).toBe(401);
  expect(await first.text()).not.toContain('Filled later');
  await context.addCookies([{ name: '__session', value: expired, url: server.url }]);
  expect((await page.goto(address))?.status()).toBe(401);
  await expect(heading(page)).toHaveText('Setting Up Your Portfolio');
  await expect(page.getByText('Filled later').first()).toBeVisible();
});

test('keeps the form until the person signs in', async ({ page, context, issuer, server }) => {
  await page.goto('/');
  await page.getByLabel('Portfolio name').fill('Kept');
  await page.getByLabel('Cash balance').fill('1234');
  const csv = 'Symbol,Quantity,Entry Price Per Share,Entry Date\nAAPL,10,71.712,2019-12-31\n';
  await page.getByLabel('Positions CSV').setInputFiles({ name: 'mine.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
  issuer.user = null;
  await context.addCookies([{ name: '__session', value: issuer.token('user_1', -60), url: server.url }]);
  await page.getByRole('button', { name: 'Start Setup' }).click();
  await expect(page.getByRole('alert')).toContainText('nothing has started');
  await expect(page.getByLabel('Portfolio name')).toHaveValue('Kept');
  await expect(page.getByLabel('Cash balance')).toHaveValue('1234');
  await expect(page.getByLabel('Your file', { exact: true })).toHaveValue(csv);
  issuer.user = 'user_1';
  // Waits until the browser has the cookie of a valid session, so that the next request is
  // accepted.
  await expect.poll(async () => (await context.cookies()).some(({ name, value }) => name === '__session' && !isExpired(value))).toBe(true);
  await page.getByRole('button', { name: 'Start Setup' }).click();
  await expect(heading(page)).toHaveText('Setting Up Your Portfolio');
  await expect(page.getByText('Kept').first()).toBeVisible();
});

/** Returns whether a token has expired. */
function isExpired(token: string): boolean {
  const claims = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());
  return claims.exp * 1_000 < Date.now();
}

test('shows other users nothing, not even a title', async ({ page, request, issuer }) => {
  const id = await createAs(request, issuer, 'user_1', 'Secret plan');
  issuer.user = 'user_2';
  for (const address of [`/onboarding/progress?portfolioId=${id}`, `/portfolios/${id}`]) {
    await page.goto(address);
    await expect(heading(page)).toHaveText('Portfolio Not Found');
    expect(await page.title()).not.toContain('Secret plan');
    expect(await page.content()).not.toContain('Secret plan');
  }
  await page.goto('/');
  await expect(heading(page)).toHaveText('Set Up Your Portfolio');
  expect(await page.content(), 'the list has only the user\'s own portfolios').not.toContain('Secret plan');
});

test('continues to the page after sign-in', async ({ page, request, issuer }) => {
  const id = await createAs(request, issuer, 'user_1', 'Not yet');
  issuer.user = null;
  await page.goto(`/portfolios/${id}`);
  await expect(heading(page)).toHaveText('Sign In to Continue');
  expect(await page.title()).not.toContain('Not yet');
  issuer.user = 'user_1';
  await expect(heading(page)).toHaveText('Not yet');
});
