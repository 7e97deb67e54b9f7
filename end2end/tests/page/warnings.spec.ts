// Warnings that mean something, and what whoever helps needs.

import { heading, textLog } from '../live';
import { create, ended, expect, hydrated, live, status, test } from '../server';
import { ONE, TWO, openHeld } from './held';

test.use({ binary: 'scripted_server' });

test('warnings are grouped by cause, with the symbols and what they change in the results', async ({ page, request, server }) => {
  const csv = `${ONE}HZNP,1,90,2021-06-15\nSGEN,1,90,2021-06-15\nOWN,2,10,2021-06-15\n`.replace(
    /^(Symbol.*)$/m, '$1,Investment Class').replace(/^(AAPL|HZNP|SGEN)(.*)$/gm, '$1$2,PUBLIC').replace(/^OWN(.*)$/m, 'OWN$1,PRIVATE');
  server.script({ unknown: { HZNP: 'delisted', SGEN: 'delisted' } });
  const id = await create(request, 'Warned', csv);
  await ended(request, id);
  await page.goto(live(id));
  await hydrated(page);
  const known = (await status(request, id)) as unknown as { phases: { warning_groups: { title: string; effect: string; symbols: string[] }[] }[] };
  const groups = known.phases.flatMap((phase) => phase.warning_groups);
  expect(groups.length, 'causes, not lines').toBeGreaterThan(1);
  const region = page.getByRole('region', { name: 'What to know about the results' });
  await expect(region.getByRole('listitem')).toHaveCount(groups.length);
  for (const { title, effect, symbols } of groups) {
    const item = region.getByRole('listitem').filter({ hasText: title });
    await expect(item).toContainText(effect);
    await expect(item).toContainText(symbols.join(', '));
  }
  await expect(region.getByRole('listitem').filter({ hasText: 'HZNP' })).toContainText('HZNP, SGEN');
});

test('without warnings there is nothing to know', { tag: '@portfolio_name' }, async ({ page, request }) => {
  const id = await create(request, 'Plain', TWO);
  await ended(request, id);
  await page.goto(live(id));
  await expect(page.getByText('Your portfolio "Plain" is ready.')).toBeVisible();
  await expect(page.getByRole('region', { name: 'What to know about the results' })).toBeHidden();
});

test('an error is told in plain words with a short code, which the log and the details carry too', async ({ page, context, request, server }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  server.script({ store_refuses: 'phase_3' });
  const id = await create(request, 'Helped', ONE);
  await ended(request, id, 'failed');
  await page.goto(live(id));
  await hydrated(page);
  await expect(heading(page)).toHaveText('Setup Interrupted');
  const { support_code: code } = await status(request, id);
  expect(code).toMatch(/^[A-Z0-9]{3}-[A-Z0-9]{3}$/);
  await expect(page.getByRole('alert')).toContainText(`Support code ${code}.`);
  await page.getByRole('button', { name: 'Copy support details' }).click();
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible();
  const details = await page.evaluate(() => navigator.clipboard.readText());
  for (const line of [
    `Support code: ${code}`, `Portfolio: ${id}`, 'Attempt: 1 of 1', 'Phase: phase_3 Position Betas', 'Time zone: America/New_York',
    /^Error: [a-z_]+$/m, /^Status version: \d+$/m, /^Program version: \d+\.\d+\.\d+$/m, /^Polls: \d+ answered, \d+ failed, longest \d+ ms$/m,
  ]) {
    expect(details).toMatch(typeof line === 'string' ? new RegExp(`^${line}$`, 'm') : line);
  }
  const [heading_, support] = (await textLog(request, id)).split(/^=+\nSUPPORT\n=+$/m);
  expect(heading_, 'after the header of the file').toContain('SIGMASIGHT PORTFOLIO SETUP LOG');
  expect(support).toContain(code);
});

test('the code of a run that goes on can be read out, too', async ({ page, request, server }) => {
  await openHeld(page, request, server, { support_code: 'ABC-123' });
  await expect(page.getByText('Support code ABC-123')).toBeVisible();
});

test('what could not be copied is said not to be', async ({ page, request, server }) => {
  await page.addInitScript(() => { Object.defineProperty(navigator, 'clipboard', { get: () => undefined }); });
  await openHeld(page, request, server, { support_code: 'ABC-123' });
  await expect(page.getByText('Support code ABC-123')).toBeVisible();
  await page.getByRole('button', { name: 'Copy support details' }).click();
  await expect(page.getByRole('button', { name: 'Could not copy' })).toBeVisible();
});
