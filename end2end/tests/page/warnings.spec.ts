// Tests of warnings, which the page groups by cause, and of the details that users copy for the
// support staff.

import { heading, textLog } from '../live';
import { create, ended, expect, hydrated, live, status, test } from '../server';
import { ONE, TWO, openStalled } from './stalled';

test.use({ binary: 'scripted_server' });

test('groups warnings by cause with symbols and effects', async ({ page, request, server }) => {
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
  const region = page.getByRole('region', { name: 'Before you read the results' });
  await expect(region.getByRole('listitem')).toHaveCount(groups.length);
  for (const { title, effect, symbols } of groups) {
    const item = region.getByRole('listitem').filter({ hasText: title });
    await expect(item).toContainText(effect);
    await expect(item).toContainText(symbols.join(', '));
  }
  await expect(region.getByRole('listitem').filter({ hasText: 'HZNP' })).toContainText('HZNP, SGEN');
});

test('hides the section without warnings', { tag: '@portfolio_name' }, async ({ page, request }) => {
  const id = await create(request, 'Plain', TWO);
  await ended(request, id);
  await page.goto(live(id));
  await expect(page.getByText('Your portfolio "Plain" is ready.')).toBeVisible();
  await expect(page.getByRole('region', { name: 'Before you read the results' })).toBeHidden();
});

test('promises no results after a failure without any', async ({ page, request, server }) => {
  const title = 'No prices for 2 symbols';
  const phases = { '0': { status: 'failed', warnings: 2, warning_groups: [{ title, effect: 'Left out.', symbols: ['HZNP', 'SGEN'], symbols_total: 2 }] } };
  await openStalled(page, request, server, { status: 'failed', error: { code: 'no_prices', message: 'Why.', phase_id: 'phase_1', who: 'you' }, phases });
  await expect(page.getByRole('region', { name: 'Warnings', exact: true }).getByText(title)).toBeVisible();
  await expect(page.getByText('Before you read the results')).toBeHidden();
});

test('repeats the support code in log and details', async ({ page, context, request, server }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  server.script({ store_refuses: 'phase_3' });
  const id = await create(request, 'Helped', ONE);
  await ended(request, id, 'failed');
  await page.goto(live(id));
  await hydrated(page);
  await expect(heading(page)).toHaveText('Setup Interrupted');
  const { support_code: code } = await status(request, id);
  expect(code).toMatch(/^[A-Z0-9]{3}-[A-Z0-9]{3}$/);
  await expect(page.getByRole('alert')).toContainText(`Give them support code ${code}.`);
  await page.getByRole('button', { name: 'Copy support details' }).click();
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible();
  const details = await page.evaluate(() => navigator.clipboard.readText());
  for (const line of [
    `Support code: ${code}`, `Portfolio: ${id}`, 'Attempt: 1 of 1', 'Phase: phase_3 Position Betas', 'Time zone: America/New_York',
    /^Error: [a-z_]+$/m, /^Status version: \d+$/m, /^App version: \d+\.\d+\.\d+$/m, /^Polls: \d+ succeeded, \d+ failed, slowest \d+ ms$/m,
  ]) {
    expect(details).toMatch(typeof line === 'string' ? new RegExp(`^${line}$`, 'm') : line);
  }
  const [beginning, support] = (await textLog(request, id)).split(/^=+\nSUPPORT\n=+$/m);
  expect(beginning, 'the header of the file comes first').toContain('SIGMASIGHT PORTFOLIO SETUP LOG');
  expect(support).toContain(code);
});

test('shows the support code during a run', async ({ page, request, server }) => {
  await openStalled(page, request, server, { support_code: 'ABC-123' });
  await expect(page.getByText('Support code ABC-123')).toBeVisible();
});

test('reports that copying failed', async ({ page, request, server }) => {
  await page.addInitScript(() => { Object.defineProperty(navigator, 'clipboard', { get: () => undefined }); });
  await openStalled(page, request, server, { support_code: 'ABC-123' });
  await expect(page.getByText('Support code ABC-123')).toBeVisible();
  await page.getByRole('button', { name: 'Copy support details' }).click();
  await expect(page.getByRole('button', { name: 'Couldn\'t copy' })).toBeVisible();
});
