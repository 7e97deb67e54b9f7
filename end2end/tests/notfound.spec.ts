import { heading } from './live';
import { create, ended, expect, hydrated, live, test } from './server';

const UNKNOWN = '00000000-0000-4000-8000-000000000000';

for (const [label, address] of [
  ['an unknown id', `/onboarding/progress?portfolioId=${UNKNOWN}`],
  ['a malformed id', '/onboarding/progress?portfolioId=not-an-id'],
  ['the results of an unknown id', `/portfolios/${UNKNOWN}`],
  ['the results of a malformed id', '/portfolios/not-an-id'],
] as const) {
  test(`shows Portfolio Not Found for ${label}`, async ({ page }) => {
    const response = await page.goto(address);
    expect(response?.status()).toBe(404);
    await expect(heading(page)).toHaveText('Portfolio Not Found');
    await page.getByRole('link', { name: 'All portfolios' }).click();
    await expect(heading(page)).toHaveText('Set Up Your Portfolio');
  });
}

test('redirects the live page without an id home', async ({ page, request }) => {
  const response = await request.get('/onboarding/progress', { maxRedirects: 0 });
  expect([response.status(), response.headers().location]).toEqual([303, '/']);
  await page.goto('/onboarding/progress');
  await expect(page).toHaveURL('/');
  await expect(heading(page)).toHaveText('Set Up Your Portfolio');
});

test('shows Page Not Found with a link home', async ({ page }) => {
  const response = await page.goto('/no/such/page');
  expect(response?.status()).toBe(404);
  await expect(heading(page)).toHaveText('Page Not Found');
  await expect(page.getByRole('link', { name: 'All portfolios' })).toBeVisible();
});

test('distinguishes invalid and unknown ids in the API', async ({ request }) => {
  const malformed = await request.get('/api/v1/onboarding/status/not-an-id');
  expect([malformed.status(), (await malformed.json()).error.code]).toEqual([400, 'invalid_portfolio_id']);
  const unknown = await request.get(`/api/v1/onboarding/status/${UNKNOWN}`);
  expect([unknown.status(), (await unknown.json()).error.code]).toEqual([404, 'portfolio_not_found']);
});

test.describe('with a slow setup', () => {
  test.use({ environment: { MARKET_DATA_PER_MINUTE: '60' } });

  test('stops polling when the portfolio is deleted', async ({ page, request }) => {
    const id = await create(request, 'Deleted');
    await page.goto(live(id));
    await hydrated(page);
    expect((await request.delete(`/api/v1/onboarding/portfolios/${id}`)).status(), 'not while it runs').toBe(409);
    await page.getByRole('button', { name: 'Pause updates' }).click();
    await request.post(`/api/v1/onboarding/portfolios/${id}/cancel`);
    await ended(request, id, 'failed');
    expect((await request.delete(`/api/v1/onboarding/portfolios/${id}`)).status()).toBe(204);
    await page.getByRole('button', { name: 'Resume updates' }).click();
    await expect(page.getByText('This portfolio no longer exists').first()).toBeVisible();
    await expect(heading(page)).toHaveText('Portfolio Not Found');
    await expect(page.getByText('setup keeps going'), 'nothing goes on').toBeHidden();
    await expect(page.getByRole('button', { name: 'Cancel Setup' })).toBeHidden();
    expect((await page.goto(live(id)))?.status()).toBe(404);
  });
});
