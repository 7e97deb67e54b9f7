import { type Page } from '@playwright/test';

import { choose, csvFile, onCheckPage, positions, press, questions } from './check';
import { heading, phase, PHASES } from './live';
import { create, ended, expect, hydrated, idOf, live, test } from './server';

const HEADER = 'Symbol,Quantity,Entry Price Per Share,Entry Date';
const GOOD = `${HEADER}\nAAPL,10,120.5,2021-03-08\n`;

async function fill(page: Page, name: string, cash: string, csv: string): Promise<void> {
  await page.getByLabel('Portfolio name').fill(name);
  await page.getByLabel('Cash balance').fill(cash);
  await choose(page, csvFile(csv));
}

/** Types a file into the field for text. The page reads pasted text at once, but not typed text. */
async function type(page: Page, csv: string): Promise<void> {
  await page.getByText('Or paste your positions').click();
  await page.getByLabel('Positions as text').fill(csv);
}

test.describe('the upload page', () => {
  test('shows the form, template and sample data', async ({ page }) => {
    await page.goto('/');
    await expect(heading(page)).toHaveText('Set Up Your Portfolio');
    await expect(page.getByLabel('Portfolio name')).toBeEditable();
    await expect(page.getByLabel('Cash balance')).toBeEditable();
    await expect(page.getByLabel('Positions CSV')).toBeEnabled();
    await expect(page.getByRole('button', { name: 'Start Setup' })).toBeEnabled();
    await expect(page.getByRole('button', { name: 'Check the file first' })).toBeEnabled();
    await expect(page.getByRole('button', { name: 'Try a sample portfolio' })).toBeEnabled();
    await expect(page.getByRole('link', { name: 'Download template' })).toBeVisible();
    const main = page.getByRole('main');
    await expect(main).toContainText('AAPL, AMD, BAC');
    await expect(main).toContainText('Dec 31, 2019');
    await expect(main).toContainText('Dec 28, 2022');
    await expect(main).toContainText('MARKET_DATA');
    await expect(page.getByRole('region', { name: 'Your portfolios' })).toContainText('No portfolios yet. Upload one above, or try the sample.');
  });

  test('can be sent by keyboard alone', async ({ page }) => {
    await page.goto('/');
    await page.getByLabel('Portfolio name').focus();
    await page.keyboard.type('By keyboard');
    await page.keyboard.press('Tab');
    await expect(page.getByLabel('Cash balance')).toBeFocused();
    await page.keyboard.press('Tab');
    await expect(page.getByLabel('Positions CSV')).toBeFocused();
    await page.keyboard.press('Tab');
    await expect(page.getByRole('link', { name: 'Download template' })).toBeFocused();
    await page.keyboard.press('Tab');
    await expect(page.getByText('Or paste your positions')).toBeFocused();
    await page.keyboard.press('Tab');
    await expect(page.getByRole('button', { name: 'Start Setup' })).toBeFocused();
    await page.keyboard.press('Tab');
    await expect(page.getByRole('button', { name: 'Check the file first' })).toBeFocused();
    await page.keyboard.press('Tab');
    await expect(page.getByRole('button', { name: 'Try a sample portfolio' })).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
  });

  test('starts one setup on double click', async ({ page, request }) => {
    await page.goto('/');
    await fill(page, 'Clicked twice', '0', GOOD);
    await page.getByRole('button', { name: 'Start Setup' }).dblclick();
    await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
    const list = await (await request.get('/api/v1/onboarding/portfolios')).json() as unknown[];
    expect(list).toHaveLength(1);
  });

  test('accepts its own template unchanged', async ({ page }) => {
    await page.goto('/');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download template' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/\.csv$/);
    await page.getByLabel('Portfolio name').fill('From the template');
    await page.getByLabel('Positions CSV').setInputFiles(await download.path());
    await page.getByRole('button', { name: 'Start Setup' }).click();
    await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
    await expect(page.getByText('Your portfolio "From the template" is ready.')).toBeVisible();
    for (const name of PHASES) await expect(phase(page, name)).toContainText('Completed');
  });

  test('prefers a newly chosen file to the text', async ({ page }) => {
    await page.goto('/');
    await page.getByLabel('Cash balance').fill('much');
    await type(page, `${HEADER}\nAAPL,zero,120.5,2021-03-08\n`);
    await page.getByRole('button', { name: 'Start Setup' }).click();
    await expect(page.getByRole('alert')).toContainText('3 things to fix');
    await page.getByLabel('Portfolio name').fill('Chosen again');
    await page.getByLabel('Cash balance').fill('');
    await choose(page, csvFile(GOOD, 'better.csv'));
    await page.getByRole('button', { name: 'Start Setup' }).click();
    await expect(page.getByText('Your portfolio "Chosen again" is ready.')).toBeVisible();
  });

  test('lists missing fields of an empty form', async ({ page }) => {
    await page.goto('/');
    await page.getByRole('button', { name: 'Start Setup' }).click();
    await expect(page.getByRole('alert')).toContainText('2 things to fix');
    const problems = page.getByRole('alert').getByRole('listitem');
    await expect(problems).toHaveText([/^Portfolio name: /, /^Positions CSV: /]);
  });

  test('escapes HTML in a file', async ({ page }) => {
    const csv = `${HEADER}\n<img src=x onerror=alert(1)>,10,1,2021-03-08\n</textarea><script>alert(1)</script><h2>Forged</h2>,1,1,2021-03-08\n`;
    await page.goto('/');
    await type(page, csv);
    await page.getByRole('button', { name: 'Start Setup' }).click();
    await expect(page.getByRole('alert')).toContainText('<img src=x');
    await expect.soft(page.getByRole('heading', { name: 'Forged' })).toBeHidden();
    await expect(page.getByRole('textbox', { name: 'Edit your file here' })).toHaveValue(csv);
  });

  test('escapes HTML in a portfolio name', async ({ page }) => {
    const name = '<b>Bold</b> & "Co" </title></script><h2>Forged</h2>';
    await page.goto('/');
    await fill(page, name, '', `${HEADER}\nAAPL,0,1,2021-03-08\nMSFT,5,152.597,2019-12-31\n`);
    await onCheckPage(page);
    await expect(page.getByLabel('Portfolio name')).toHaveValue(name);
    await press(page, 'Leave out this row');
    await page.getByRole('button', { name: 'Start Setup' }).click();
    await expect(page.getByText(`Your portfolio "${name}" is ready.`)).toBeVisible();
    await hydrated(page);
    await expect(page.getByText(`Your portfolio "${name}" is ready.`)).toBeVisible();
    await page.getByRole('link', { name: 'View Portfolio Dashboard' }).click();
    await expect(heading(page)).toHaveText(name);
    await expect(page).toHaveTitle(`Results of ${name} · Portfolio Setup`);
    await page.getByRole('link', { name: 'All portfolios' }).click();
    await expect(page.getByRole('link', { name })).toBeVisible();
    await expect(page.getByRole('heading', { name: 'Forged' })).toBeHidden();
  });

  test('lists portfolios newest first with state', async ({ page, request }) => {
    for (const name of ['First', 'Second', 'Third']) await ended(request, await create(request, name, GOOD));
    await page.goto('/');
    const items = page.getByRole('region', { name: 'Your portfolios' }).getByRole('listitem');
    await expect(items).toHaveText([/^Third.*Ready · 1 warning/, /^Second.*Ready/, /^First.*Ready/]);
    await items.getByRole('link', { name: 'Second' }).click();
    await expect(heading(page)).toHaveText('Second');
    await page.getByRole('link', { name: 'All portfolios' }).click();
    await expect(heading(page)).toHaveText('Set Up Your Portfolio');
  });
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('starts one setup on double click without JavaScript', async ({ page, request }) => {
    await page.goto('/');
    await fill(page, 'Clicked twice', '0', GOOD);
    await page.getByRole('button', { name: 'Start Setup' }).dblclick();
    await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
    const list = await (await request.get('/api/v1/onboarding/portfolios')).json() as unknown[];
    expect(list).toHaveLength(1);
  });

  test('lists every problem and keeps the entries', async ({ page }) => {
    const bad = `${HEADER}\nAAPL,0,120.5,2021-03-08\n\nAA PL,ten,-1,2021-02-30\nMSFT,5,200,2021-01-04\nMSFT,6,210,2021-01-04\n`;
    await page.goto('/');
    await fill(page, 'With mistakes', 'much', bad);
    const [response] = await Promise.all([
      page.waitForResponse((candidate) => candidate.request().method() === 'POST'),
      page.getByRole('button', { name: 'Start Setup' }).click(),
    ]);
    expect(response.status()).toBe(422);
    await expect(heading(page)).toHaveText('Set Up Your Portfolio');

    const problems = page.getByRole('alert').getByRole('listitem');
    await expect(page.getByRole('alert')).toContainText('7 things to fix');
    await expect(problems).toHaveText([
      /^Cash balance: .*much/,
      /^Line 2, Quantity: .*zero/,
      /^Line 4, Symbol: .*AA PL/,
      /^Line 4, Quantity: .*ten/,
      /^Line 4, Entry Date: .*2021-02-30/,
      /^Line 4, Entry Price Per Share: .*above \$0/,
      /^Line 6, Symbol: Same symbol and date as line 5/,
    ]);
    await expect(page.getByLabel('Portfolio name')).toHaveValue('With mistakes');
    await expect(page.getByLabel('Cash balance')).toHaveValue('much');
    await expect(page.getByRole('textbox', { name: 'Edit your file here' })).toHaveValue(bad);
    await expect(page.getByRole('region', { name: 'Your portfolios' }), 'nothing has started').toContainText('No portfolios yet.');
  });

  test('uploads the file as corrected on the page', async ({ page }) => {
    await page.goto('/');
    await fill(page, '', '1,000', `${HEADER}\nAAPL,zero,120.5,2021-03-08\n`);
    await page.getByRole('button', { name: 'Start Setup' }).click();
    const text = page.getByRole('textbox', { name: 'Edit your file here' });
    await text.fill((await text.inputValue()).replace('zero', '10'));
    await page.getByLabel('Portfolio name').fill('Corrected here');
    await page.getByRole('button', { name: 'Start Setup' }).click();
    await page.goto(live(idOf(page)));
    await expect(page.getByText('Your portfolio "Corrected here" is ready.')).toBeVisible();
  });

  test('leads from the form to the check page', async ({ page }) => {
    await page.goto('/');
    await fill(page, 'No scripts', '12.50', `${HEADER}\nAAPL,0,120.5,2021-03-08\nMSFT,5,152.597,2019-12-31\n`);
    const [response] = await Promise.all([
      page.waitForResponse((candidate) => candidate.request().method() === 'POST'),
      page.getByRole('button', { name: 'Start Setup' }).click(),
    ]);
    expect(response.status()).toBe(303);
    await onCheckPage(page);
    await expect(questions(page)).toContainText(['Line 2: ']);
    await press(page, 'Leave out this row');
    expect((await positions(page)).map((row) => row.symbol)).toEqual(['MSFT']);
    await expect(page.getByLabel('Cash balance')).toHaveValue('12.50');
    await page.getByRole('button', { name: 'Start Setup' }).click();
    await page.goto(live(idOf(page)));
    await expect(page.getByText('Your portfolio "No scripts" is ready.')).toBeVisible();
  });

  test.describe('with a slow setup', () => {
    test.use({ environment: { MARKET_DATA_PER_MINUTE: '180' } });

    test('reloads the live page until setup completes', async ({ page }) => {
      await page.goto('/');
      await page.getByRole('button', { name: 'Try a sample portfolio' }).click();
      await expect(heading(page)).toHaveText('Setting Up Your Portfolio');
      await expect(page.getByText(/^Overall: \d+% complete$/)).toBeVisible();
      await expect(phase(page, 'Market Data Collection')).toContainText('Running');
      await expect(page.getByRole('link', { name: 'Download Full Log' })).toBeVisible();
      await expect(page.getByRole('button', { name: 'Pause updates' }), 'nothing to pause').toBeHidden();
      await expect(heading(page)).toHaveText('Portfolio Setup Complete!', { timeout: 30_000 });
    });

    test('cancels after one question and retries', async ({ page }) => {
      await page.goto('/');
      await page.getByRole('button', { name: 'Try a sample portfolio' }).click();
      await page.getByRole('button', { name: 'Cancel Setup' }).click();
      await page.getByRole('button', { name: 'Cancel setup', exact: true }).click();
      await expect(heading(page)).toHaveText('Setup Cancelled', { timeout: 15_000 });
      await page.getByRole('button', { name: 'Retry Setup' }).click();
      await expect(heading(page)).toHaveText('Setting Up Your Portfolio');
      await expect(heading(page)).toHaveText('Portfolio Setup Complete!', { timeout: 30_000 });
    });
  });
});
