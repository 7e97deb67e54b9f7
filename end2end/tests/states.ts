// Every state of every screen, as the accessibility tests and the screenshots open it.

import { type APIRequestContext, type Page, expect } from '@playwright/test';

import { heading } from './live';
import { type Binary, type Environment, type Server, create, ended, hydrated, live } from './server';

export interface State {
  name: string;
  binary?: Binary;
  environment?: Environment;
  open(page: Page, request: APIRequestContext, server: Server): Promise<void>;
}

const BAD = `Symbol,Quantity,Entry Price Per Share,Entry Date
AAPL,0,120.5,2021-03-08
A-SYMBOL-THAT-IS-LONGER-THAN-ANY-SYMBOL-MAY-BE,ten,-1,2021-02-30
`;

async function show(page: Page, id: string, title: string): Promise<void> {
  await page.goto(live(id));
  await expect(heading(page)).toHaveText(title);
  await hydrated(page);
}

export const STATES: State[] = [
  {
    name: 'upload',
    async open(page, request) {
      for (const name of ['Growth Portfolio', 'A portfolio whose name is as long as somebody who likes long names would make it']) {
        await ended(request, await create(request, name));
      }
      await page.goto('/');
      await expect(heading(page)).toHaveText('Set Up Your Portfolio');
    },
  },
  {
    name: 'upload-problems',
    async open(page) {
      await page.goto('/');
      await page.getByLabel('Cash balance').fill('much');
      await page.getByLabel('Positions CSV').setInputFiles({ name: 'bad.csv', mimeType: 'text/csv', buffer: Buffer.from(BAD) });
      await page.getByRole('button', { name: 'Start Setup' }).click();
      await expect(page.getByRole('alert')).toContainText('problems to correct');
    },
  },
  {
    name: 'running',
    environment: { MARKET_DATA_PER_MINUTE: '30' },
    async open(page, request) {
      await show(page, await create(request, 'Growth Portfolio'), 'Setting Up Your Portfolio');
      await expect(page.getByText(/^Live, updated \d+ s ago$/)).toBeVisible();
    },
  },
  {
    name: 'running-cancel-question',
    environment: { MARKET_DATA_PER_MINUTE: '30' },
    async open(page, request) {
      await show(page, await create(request, 'Growth Portfolio'), 'Setting Up Your Portfolio');
      await page.getByRole('button', { name: 'Cancel Setup' }).click();
      await expect(page.getByRole('dialog', { name: 'Cancel this setup?' })).toBeVisible();
    },
  },
  {
    name: 'complete',
    async open(page, request) {
      const id = await create(request, 'Growth Portfolio');
      await ended(request, id);
      await show(page, id, 'Portfolio Setup Complete!');
      await page.getByText('18 positions analyzed (2 unavailable symbols)').click();
    },
  },
  {
    name: 'failed',
    binary: 'scripted_server',
    async open(page, request, server) {
      server.script({ store_refuses: 'phase_3' });
      const id = await create(request, 'Growth Portfolio');
      await ended(request, id, 'failed');
      await show(page, id, 'Setup Interrupted');
    },
  },
  {
    name: 'cancelled',
    binary: 'scripted_server',
    async open(page, request, server) {
      server.script({ delay_ms: 300 });
      const id = await create(request, 'Growth Portfolio');
      await request.post(`/api/v1/onboarding/portfolios/${id}/cancel`);
      await ended(request, id, 'failed');
      await show(page, id, 'Setup Cancelled');
    },
  },
  {
    name: 'notfound',
    async open(page) {
      await page.goto(live('00000000-0000-4000-8000-000000000000'));
      await expect(heading(page)).toHaveText('Portfolio Not Found');
    },
  },
  {
    name: 'results',
    async open(page, request) {
      const id = await create(request, 'Growth Portfolio');
      await ended(request, id);
      await page.goto(`/portfolios/${id}`);
      await expect(page.getByRole('heading', { name: 'Correlations' })).toBeVisible();
    },
  },
];
