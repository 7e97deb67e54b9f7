// Tests of the home page: each portfolio with its state, value, return and equity curve, and the
// actions of its menu. Nothing on it needs scripts.

import type { Locator, Page } from '@playwright/test';

import { tabTo } from './check';
import { Issuer } from './issuer';
import { heading } from './live';
import { create, ended, expect, idOf, live, status, test } from './server';

const POSITIONS = 'Symbol,Quantity,Entry Price Per Share,Entry Date\nAAPL,10,71.712,2019-12-31\nMSFT,5,152.597,2019-12-31\n';
const OTHER = 'Symbol,Quantity,Entry Price Per Share,Entry Date\nKO,20,50,2020-01-02\n';

/** Returns the card of a portfolio. */
function card(page: Page, name: string): Locator {
  return page.getByRole('region', { name: 'Your portfolios' }).getByRole('listitem').filter({ hasText: name });
}

/** Opens the menu of a portfolio, and returns its card. */
async function menu(page: Page, name: string): Promise<Locator> {
  await page.locator(`summary[aria-label="Actions for ${name}"]`).click();
  return card(page, name);
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with scripts' : 'without scripts', () => {
    test.use({ javaScriptEnabled });

    test('shows value, return and curve of a portfolio', async ({ page, request }) => {
      const id = await create(request, 'Growth', POSITIONS);
      await ended(request, id);
      const [item] = await (await request.get('/api/v1/onboarding/portfolios')).json() as { value: number; return: number }[];
      await page.goto('/');
      await expect(card(page, 'Growth')).toContainText(`$${Math.round(item!.value).toLocaleString('en-US')} on Dec 28, 2022`);
      await expect(card(page, 'Growth')).toContainText(/[+-]\d+\.\d% since \w{3} \d{1,2}, 2021/);
      await expect(card(page, 'Growth').getByRole('img', { name: /^Value over time: from \$[\d,]+ to \$[\d,]+$/ })).toBeVisible();
      await card(page, 'Growth').getByRole('link', { name: 'Growth' }).click();
      await expect(heading(page)).toHaveText('Growth');
      await expect(page).toHaveURL(`/portfolios/${id}`);
    });

    test('renames a portfolio', async ({ page, request }) => {
      await ended(request, await create(request, 'Before', POSITIONS));
      await page.goto('/');
      const opened = await menu(page, 'Before');
      await opened.getByLabel('New name').fill('After');
      await opened.getByRole('button', { name: 'Rename' }).click();
      await expect(page.getByRole('status').filter({ hasText: 'Portfolio renamed.' })).toBeVisible();
      await expect(card(page, 'After')).toBeVisible();
      await expect(card(page, 'Before')).toBeHidden();
    });

    test('deletes a portfolio after a question', async ({ page, request }) => {
      for (const name of ['Kept', 'Doomed']) await ended(request, await create(request, name, POSITIONS));
      await page.goto('/');
      const opened = await menu(page, 'Doomed');
      await expect(opened.getByRole('button', { name: 'Delete portfolio' }), 'asks first').toBeHidden();
      await opened.getByText('Delete…', { exact: true }).click();
      await expect(opened).toContainText('Delete "Doomed" with its file, log and results? This can\'t be undone.');
      await opened.getByRole('button', { name: 'Delete portfolio' }).click();
      await expect(page.getByText('Portfolio deleted, with its log and results.')).toBeVisible();
      await expect(card(page, 'Doomed')).toBeHidden();
      await expect(card(page, 'Kept')).toBeVisible();
    });

    test('replaces the positions of a portfolio', async ({ page, request }) => {
      const id = await create(request, 'Growth', POSITIONS);
      await ended(request, id);
      await page.goto('/');
      await (await menu(page, 'Growth')).getByRole('button', { name: 'Replace positions' }).click();
      await expect(page.getByText('Choose the file that replaces your portfolio\'s positions.', { exact: false }).first()).toBeVisible();
      await expect(page.getByLabel('Portfolio name')).toHaveValue('Growth');
      await page.getByLabel('Positions CSV').setInputFiles({ name: 'new.csv', mimeType: 'text/csv', buffer: Buffer.from(OTHER) });
      if (!javaScriptEnabled) await page.getByRole('button', { name: 'Check the file' }).click();
      await expect(heading(page)).toHaveText('Check Your Portfolio');
      await page.getByRole('button', { name: 'Start Setup' }).click();
      await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
      expect(idOf(page), 'the same portfolio').toBe(id);
      expect((await status(request, id)).attempts).toBe(2);
    });

    test('says when a refresh would change nothing', async ({ page, request }) => {
      const id = await create(request, 'Growth', POSITIONS);
      await ended(request, id);
      await page.goto('/');
      const opened = await menu(page, 'Growth');
      await expect(opened).toContainText('Nothing to refresh: the sample prices end on Dec 28, 2022.');
      await expect(opened.getByRole('button', { name: 'Refresh to latest prices' })).toBeHidden();
      await page.goto(`/portfolios/${id}`);
      await expect(page.getByText('As of Dec 28, 2022, when the sample prices end. There are no newer ones.')).toBeVisible();
    });
  });
}

test('opens the menu and renames by keyboard', async ({ page, request }) => {
  await ended(request, await create(request, 'Typed', POSITIONS));
  await page.goto('/');
  const summary = page.locator('summary[aria-label="Actions for Typed"]');
  await tabTo(page, summary);
  await page.keyboard.press('Enter');
  const field = card(page, 'Typed').getByLabel('New name');
  await tabTo(page, field);
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('By keys');
  await page.keyboard.press('Enter');
  await expect(card(page, 'By keys')).toBeVisible();
});

test('fits 320 pixels with an open menu', async ({ page, request }) => {
  const name = 'Longest'.repeat(14);
  await ended(request, await create(request, name, POSITIONS));
  await page.setViewportSize({ width: 320, height: 640 });
  for (const media of [{ colorScheme: 'light' }, { colorScheme: 'dark' }, { forcedColors: 'active' }] as const) {
    await page.emulateMedia(media);
    await page.goto('/');
    await menu(page, name);
    const [content, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth] as const);
    expect(content, JSON.stringify(media)).toBeLessThanOrEqual(screen);
  }
});

test.describe('with a running setup', () => {
  test.use({ environment: { MARKET_DATA_PER_MINUTE: '60' } });

  test('says why a running portfolio cannot be changed', async ({ page, request }) => {
    const id = await create(request, 'Busy');
    await page.goto('/');
    const opened = await menu(page, 'Busy');
    await expect(opened).toContainText('cancel the setup first');
    for (const action of ['Rename', 'Replace positions', 'Refresh to latest prices']) {
      await expect(opened.getByRole('button', { name: action })).toHaveCount(0);
    }
    await opened.getByRole('link', { name: 'Busy' }).click();
    await expect(page).toHaveURL(live(id));
  });
});

test.describe('at the top of every page', () => {
  test('names development mode', async ({ page, request }) => {
    const id = await create(request, 'Growth', POSITIONS);
    await ended(request, id);
    for (const address of ['/', live(id), `/portfolios/${id}`, `/portfolios/${id}/links`, '/nowhere']) {
      await page.goto(address);
      await expect(page.getByText('Development mode: nothing to sign out of')).toBeVisible();
      await expect(page.getByRole('link', { name: 'Portfolio Setup', exact: true })).toHaveAttribute('href', '/');
    }
  });
});

const signedIn = test.extend<{ issuer: Issuer }>({
  issuer: async ({}, use) => {
    const issuer = await Issuer.start();
    await use(issuer);
    issuer.stop();
  },
  environment: async ({ issuer }, use) => use(issuer.environment),
  partners: async ({ issuer }, use) => use([issuer.url]),
});

signedIn('signs out from the top of the page', async ({ page }) => {
  await page.goto('/');
  await expect(page.getByText('Signed in as user_1@example.com')).toBeVisible();
  await page.getByRole('link', { name: 'Sign out' }).click();
  await expect(heading(page)).toHaveText('Sign In to Continue');
  await expect(page.getByText('Not signed in')).toBeVisible();
});
