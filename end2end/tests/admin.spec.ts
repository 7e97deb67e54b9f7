// Tests the support page in the browser. In development mode, the local user is an admin if
// `ADMIN_USER_IDS` names it.

import { heading } from './live';
import { atPhase } from './page/stalled';
import { create, ended, expect, idOf, status, test } from './server';

test.use({ environment: { ADMIN_USER_IDS: 'local' } });

for (const javaScriptEnabled of [true, false]) {
  const scripts = javaScriptEnabled ? 'with scripts' : 'without scripts';
  test.describe(scripts, () => {
    test.use({ javaScriptEnabled });

    test(`finds a run by its code, ${scripts}`, async ({ page, request }) => {
      const id = await create(request, 'Looked for');
      await ended(request, id);
      const code = (await status(request, id)).support_code ?? '';
      await page.goto('/');
      await page.getByRole('link', { name: 'Support' }).click();
      await expect(heading(page)).toHaveText('Support');
      await expect(page.getByRole('row').filter({ hasText: code })).toContainText('Completed · 100%');
      await page.getByLabel('Support code').fill('zzz zz');
      await page.keyboard.press('Enter');
      await expect(page.getByText('A support code has six letters and digits')).toBeVisible();
      await expect(page.getByLabel('Support code')).toHaveValue('zzz zz');
      await page.getByLabel('Support code').fill(code.toLowerCase().replace('-', ' '));
      await page.getByRole('button', { name: 'Open the run' }).click();
      await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
      expect(idOf(page)).toBe(id);
    });
  });
}

test.describe('with one worker', () => {
  test.use({ binary: 'scripted_server', environment: { ADMIN_USER_IDS: 'local', BATCH_WORKERS: '1' } });

  test('says that queued runs wait', async ({ page, request, server }) => {
    server.script({ hold: 'phase_2' });
    await atPhase(request, await create(request, 'Holder'), 'phase_2');
    const id = await create(request, 'Queued');
    await expect.poll(async () => (await status(request, id)).queue_position).toBe(1);
    await page.goto('/');
    await expect(page.getByRole('listitem').filter({ hasText: 'Queued' })).toContainText('Waiting \u{b7} 1 setup ahead');
    await expect(page.getByRole('listitem').filter({ hasText: 'Holder' })).toContainText(/Running \u{b7} \d+%/u);
    await page.goto('/admin');
    const code = (await status(request, id)).support_code ?? '';
    await expect(page.getByRole('row').filter({ hasText: code })).toContainText('Waiting \u{b7} 1 setup ahead');
    const made = await request.post(`/api/v1/onboarding/portfolios/${id}/links`);
    await page.goto(((await made.json()) as { url: string }).url);
    await expect(page.getByText('Waiting', { exact: true })).toBeVisible();
    await expect(page.getByText('1 setup ahead', { exact: true })).toBeVisible();
    await expect(page.getByText('Running')).toBeHidden();
  });
});

test.describe('without the right', () => {
  test.use({ environment: {} });

  test('hides the support page from other users', async ({ page }) => {
    await page.goto('/');
    await expect(page.getByRole('link', { name: 'Support' })).toBeHidden();
    expect((await page.goto('/admin'))?.status()).toBe(404);
    await expect(heading(page)).toHaveText('Page Not Found');
  });
});
