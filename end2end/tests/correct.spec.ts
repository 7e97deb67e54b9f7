// Tests of Correct positions: from a run with gaps over the check page to the next attempt of the
// same portfolio.

import { heading, linesOnPage } from './live';
import { create, ended, expect, idOf, live, status, test } from './server';

const GAPS = 'Symbol,Quantity,Entry Price Per Share,Entry Date\nAAPL,1,100,2021-03-08\nHZNP,1,90,2021-06-15\n';

test('corrects a symbol in the next attempt', async ({ page, request }) => {
  const id = await create(request, 'Gaps', GAPS);
  await ended(request, id);
  await page.goto(live(id));
  await page.getByRole('button', { name: 'Correct positions' }).click();
  await expect(heading(page)).toHaveText('Check Your Portfolio');
  await expect(page.getByText(/^You're correcting "Gaps"\./)).toBeVisible();
  await expect(page.getByLabel('Portfolio name')).toHaveValue('Gaps');
  await page.getByLabel('HZNP (line 3)').fill('MSFT');
  await page.getByRole('region', { name: 'Symbols without prices' }).getByRole('button', { name: 'Apply' }).click();
  await expect(page.getByRole('region', { name: 'Symbols without prices' })).toBeHidden();
  await expect(page.getByRole('rowheader', { name: 'MSFT' })).toBeVisible();
  await page.getByRole('button', { name: 'Start Setup' }).click();
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
  expect(idOf(page), 'the same portfolio').toBe(id);
  await expect(page.getByText('2 positions analyzed', { exact: true })).toBeVisible();
  expect((await status(request, id)).attempts).toBe(2);
  await page.getByRole('navigation', { name: 'Attempts' }).getByRole('link', { name: 'Attempt 1' }).click();
  await expect(page.getByText('Superseded by attempt 2.')).toBeVisible();
  await expect(page.getByText('1 position analyzed (1 unavailable symbol)', { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Correct positions' }), 'only the newest attempt').toBeHidden();
  expect((await linesOnPage(page)).map((line) => line.message)).toContain('HZNP: Symbol unavailable (not in the sample data)');
});

test('replaces the file of a portfolio', async ({ page, request }) => {
  const id = await create(request, 'Unknown', 'Symbol,Quantity,Entry Price Per Share,Entry Date\nHZNP,1,90,2021-06-15\n');
  await ended(request, id, 'failed');
  await page.goto(live(id));
  await page.getByRole('button', { name: 'Correct positions' }).click();
  await page.getByRole('button', { name: 'Change file' }).click();
  await expect(page.getByText('Choose the file that replaces your portfolio\'s positions.', { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Try a sample portfolio' })).toBeHidden();
  await page.getByLabel('Positions CSV').setInputFiles({ name: 'new.csv', mimeType: 'text/csv', buffer: Buffer.from(GAPS.replace('HZNP', 'KO')) });
  await expect(heading(page)).toHaveText('Check Your Portfolio');
  await expect(page.getByText(/^You're correcting "Unknown"\./)).toBeVisible();
  await page.getByRole('button', { name: 'Start Setup' }).click();
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
  expect(idOf(page)).toBe(id);
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('leads back to setup without a change', async ({ page, request }) => {
    const id = await create(request, 'Gaps', GAPS);
    await ended(request, id);
    await page.goto(live(id));
    await page.getByRole('button', { name: 'Correct positions' }).click();
    await expect(heading(page)).toHaveText('Check Your Portfolio');
    await page.getByRole('link', { name: 'Back to the setup' }).click();
    await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
    expect((await status(request, id)).attempts).toBe(1);
  });
});
