// Opens every screen in each of its states, for the accessibility tests and the screenshots.

import { type APIRequestContext, type Page, expect } from '@playwright/test';

import { caseFile, choose, csvFile, openCheck, press } from './check';
import { heading } from './live';
import { NO_RUN, POLLS, openStalled } from './page/stalled';
import { type Binary, type Environment, type Server, type Told, create, ended, hydrated, live, status } from './server';

export interface State {
  name: string;
  binary?: Binary;
  environment?: Environment;
  open(page: Page, request: APIRequestContext, server: Server): Promise<void>;
}

/** Status fields of a run that takes several minutes and is 45% complete. */
const HALFWAY: Told = {
  positions_total: 20,
  elapsed_seconds: 261,
  overall_progress: { percent_complete: 45, phases_completed: 3 },
  eta: { low_seconds: 360, high_seconds: 540 },
  summary: { positions_analyzed: 18, positions_total: 20, positions_unavailable: 2, trading_days: 254, phases_completed: 3, phases_total: 9, unavailable_symbols: [] },
  phases: {
    '0': {
      status: 'completed', warnings: 2, summary: '18/20 symbols (90% coverage)', duration_seconds: 45,
      warning_groups: [{ title: 'Symbols without prices', effect: 'They\'re left out of every figure, and so is the cash from trading them.', symbols: ['HZNP', 'SGEN'] }],
    },
    '1': { status: 'completed', summary: 'Factor analysis complete', duration_seconds: 12 },
    '2': { status: 'completed', summary: 'Metrics computed', duration_seconds: 5, reused: true },
    '3': { status: 'running', current: 142, total: 254, duration_seconds: 204, usual_seconds: { low: 300, high: 480 } },
  },
};

const HEADER = 'Symbol,Quantity,Entry Price Per Share,Entry Date\n';

const BAD = `${HEADER}AAPL,0,120.5,2021-03-08
A-SYMBOL-THAT-IS-LONGER-THAN-ANY-SYMBOL-MAY-BE,ten,-1,2021-02-30
`;

const SYMBOLS = ['AAPL', 'AMD', 'BAC', 'CVX', 'HD', 'JNJ', 'KO', 'LLY', 'MSFT', 'XOM'];

/** A file of 10,000 positions: lots of ten symbols, some of them short. */
export const TEN_THOUSAND = HEADER + Array.from({ length: 10_000 }, (_, at) => {
  const date = new Date(Date.UTC(2020, 0, 1 + Math.floor(at / SYMBOLS.length))).toISOString().slice(0, 10);
  return `${SYMBOLS[at % SYMBOLS.length]},${at % 7 ? 1 + at % 13 : -1 - at % 13},${50 + at % 90},${date}\n`;
}).join('');

async function show(page: Page, id: string, title: string): Promise<void> {
  await page.goto(live(id));
  await expect(heading(page)).toHaveText(title);
  await hydrated(page);
}

export const STATES: State[] = [
  {
    name: 'upload',
    async open(page, request) {
      for (const name of ['Growth Portfolio', 'A portfolio whose name is as long as someone who likes long names would make it']) {
        await ended(request, await create(request, name));
      }
      await page.goto('/');
      await expect(heading(page)).toHaveText('Set Up Your Portfolio');
    },
  },
  {
    name: 'home-menu',
    async open(page, request) {
      await ended(request, await create(request, 'Growth Portfolio'));
      await page.goto('/');
      await page.locator('summary[aria-label="Actions for Growth Portfolio"]').click();
      await page.getByText('Delete…', { exact: true }).click();
      await expect(page.getByRole('button', { name: 'Delete portfolio' })).toBeVisible();
    },
  },
  {
    name: 'upload-problems',
    async open(page) {
      await page.goto('/');
      await page.getByLabel('Cash balance').fill('much');
      await page.getByText('Or paste your positions').click();
      await page.getByLabel('Positions as text').fill(BAD);
      await page.getByRole('button', { name: 'Start Setup' }).click();
      await expect(page.getByRole('alert')).toContainText('things to fix');
    },
  },
  {
    name: 'upload-file-read',
    async open(page) {
      await page.goto('/');
      await choose(page, csvFile(`${HEADER}AAPL,10,120.5,2021-03-08\n`));
      await expect(page.getByText('1 position read, nothing to fix.')).toBeVisible();
    },
  },
  {
    name: 'check',
    async open(page) {
      await openCheck(page, caseFile('fault-06-before-a-split.csv'), 'Growth Portfolio');
      await expect(page.getByRole('region', { name: 'Worth a look' })).toBeVisible();
    },
  },
  {
    name: 'check-questions',
    async open(page) {
      await openCheck(page, caseFile('01-schwab-positions.csv'));
      await press(page, 'Start Setup');
      await expect(page.getByRole('heading', { name: '3 things to fix' })).toBeVisible();
    },
  },
  {
    name: 'check-many-problems',
    async open(page) {
      const rows = Array.from({ length: 300 }, (_, at) => `AAPL,${at + 1},120.5,never-${at}-a-day-that-is-longer-than-any-day\n`);
      await openCheck(page, csvFile(`${HEADER}MSFT,5,200,2021-01-04\n${rows.join('')}`), 'Growth Portfolio');
      await page.getByRole('link', { name: 'Show all 300' }).click();
      await page.getByText('How the file is read').click();
      await expect(page.getByText('Line 302: ')).toBeVisible();
    },
  },
  {
    name: 'check-history',
    async open(page) {
      await openCheck(page, caseFile('09-scalable-transactions.csv'), 'Growth Portfolio');
      await page.getByText('Or type what you paid per share, in dollars').first().click();
      await page.getByText(/lines aren't positions/).click();
    },
  },
  {
    name: 'running',
    environment: { MARKET_DATA_PER_MINUTE: '30' },
    async open(page, request) {
      await show(page, await create(request, 'Growth Portfolio'), 'Setting Up Your Portfolio');
      await expect(page.getByText('Live', { exact: true })).toBeVisible();
    },
  },
  {
    name: 'running-cancel-question',
    environment: { MARKET_DATA_PER_MINUTE: '30' },
    async open(page, request) {
      await show(page, await create(request, 'Growth Portfolio'), 'Setting Up Your Portfolio');
      await page.getByRole('button', { name: 'Cancel Setup' }).click();
      await expect(page.getByRole('dialog', { name: 'Cancel setup?' })).toBeVisible();
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
    name: 'complete-with-gaps',
    binary: 'scripted_server',
    async open(page, request, server) {
      server.script({ down: ['MRK'] });
      const id = await create(request, 'Growth Portfolio');
      await ended(request, id);
      await show(page, id, 'Portfolio Setup Complete!');
      await expect(page.getByRole('button', { name: 'Try missing symbols again' })).toBeVisible();
    },
  },
  {
    name: 'failed-by-file',
    async open(page, request) {
      const id = await create(request, 'Unknown', 'Symbol,Quantity,Entry Price Per Share,Entry Date\nHZNP,1,90,2021-06-15\n');
      await ended(request, id, 'failed');
      await show(page, id, 'Setup Interrupted');
      await expect(page.getByRole('button', { name: 'Correct positions' })).toBeVisible();
    },
  },
  {
    name: 'check-correction',
    async open(page, request) {
      const id = await create(request, 'Growth Portfolio');
      await ended(request, id);
      await show(page, id, 'Portfolio Setup Complete!');
      await page.getByRole('button', { name: 'Correct positions' }).click();
      await expect(page.getByRole('region', { name: 'Symbols without prices' })).toBeVisible();
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
    name: 'running-far',
    binary: 'scripted_server',
    async open(page, request, server) {
      await openStalled(page, request, server, HALFWAY);
      await expect(page.getByText('142/254 dates')).toBeVisible();
    },
  },
  {
    name: 'running-late-second-attempt',
    binary: 'scripted_server',
    async open(page, request, server) {
      const late = { ...HALFWAY, attempt: 2, attempts: 2, heartbeat_age_seconds: 45, limit_wait_seconds: 90, store_busy: true };
      await openStalled(page, request, server, late);
      await expect(page.getByRole('navigation', { name: 'Attempts' })).toBeVisible();
    },
  },
  {
    name: 'queued',
    binary: 'scripted_server',
    async open(page, request, server) {
      await openStalled(page, request, server, { queue_position: 3 });
      await expect(page.getByText('3 setups ahead of yours')).toBeVisible();
    },
  },
  {
    name: 'reconnecting',
    binary: 'scripted_server',
    async open(page, request, server) {
      await openStalled(page, request, server, HALFWAY);
      await page.route(POLLS, (route) => route.fulfill({ status: 500, body: 'no' }));
      await expect(page.getByRole('button', { name: 'Try now' })).toBeVisible();
      await expect(page.getByText(/^Reconnecting in \d+ s/)).toBeVisible();
    },
  },
  {
    name: 'offline',
    binary: 'scripted_server',
    async open(page, request, server) {
      await openStalled(page, request, server, HALFWAY);
      await page.context().setOffline(true);
      await expect(page.getByText(/^Offline/)).toBeVisible();
    },
  },
  {
    name: 'reloading',
    binary: 'scripted_server',
    async open(page, request, server) {
      await openStalled(page, request, server, HALFWAY);
      await page.evaluate(() => {
        document.querySelector('.connection')?.append(' (changed by an extension)');
        // Keeps the page from reloading.
        getSelection()?.selectAllChildren(document.querySelector('h1') ?? document.body);
      });
      await expect(page.getByText('Live updates don’t work in this browser, so the page reloads every 10 s.')).toBeVisible();
    },
  },
  {
    name: 'paused',
    binary: 'scripted_server',
    async open(page, request, server) {
      await openStalled(page, request, server, HALFWAY);
      await page.getByRole('button', { name: 'Pause updates' }).click();
      await expect(page.getByText(/^Paused/)).toBeVisible();
    },
  },
  {
    name: 'signed-out',
    binary: 'scripted_server',
    environment: { SIGN_IN_URL: 'http://127.0.0.1:9/sign-in' },
    async open(page, request, server) {
      await openStalled(page, request, server, HALFWAY);
      await page.route(POLLS, (route) => route.fulfill({ status: 401, contentType: 'application/json', body: '"signed_out"' }));
      await expect(heading(page)).toHaveText('Sign In to Continue');
    },
  },
  {
    name: 'lost',
    binary: 'scripted_server',
    async open(page, request, server) {
      await openStalled(page, request, server, NO_RUN);
      await expect(heading(page)).toHaveText('Status Unavailable', { timeout: 20_000 });
    },
  },
  {
    name: 'complete-second-attempt',
    binary: 'scripted_server',
    async open(page, request, server) {
      server.script({ store_refuses: 'phase_3', unknown: { KO: 'delisted' }, delay_ms: 30 });
      const id = await create(request, 'Growth Portfolio');
      await ended(request, id, 'failed');
      server.script({ delay_ms: 400 });
      await show(page, id, 'Setup Interrupted');
      await page.getByRole('button', { name: 'Retry Setup' }).click();
      await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
      await hydrated(page);
      await page.getByText('Keyboard shortcuts', { exact: true }).click();
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
    name: 'links',
    async open(page, request) {
      const id = await create(request, 'A portfolio whose name is as long as someone who likes long names would make it');
      await page.goto(`/portfolios/${id}/links`);
      for (let links = 0; links < 3; links += 1) await page.getByRole('button', { name: 'Make a link' }).click();
      await expect(page.getByRole('button', { name: 'Take back' })).toHaveCount(3);
      await expect(page.getByRole('img', { name: 'QR code of the link' })).toBeVisible();
    },
  },
  {
    name: 'shared',
    binary: 'scripted_server',
    async open(page, request, server) {
      server.script({ hold: 'phase_2', unknown: { KO: 'delisted' } });
      const id = await create(request, 'A portfolio whose name is as long as someone who likes long names would make it');
      const link = await request.post(`/api/v1/onboarding/portfolios/${id}/links`);
      await expect.poll(async () => (await status(request, id)).overall_progress?.phases_completed).toBe(3);
      await page.goto(`${((await link.json()) as { url: string }).url}?updates=paused`);
      await expect(page.getByText('Updates are paused.')).toBeVisible();
    },
  },
  {
    name: 'shared-gone',
    async open(page) {
      await page.goto('/shared/unknown');
      await expect(heading(page)).toHaveText('Link Not Available');
    },
  },
  {
    name: 'support',
    environment: { ADMIN_USER_IDS: 'local' },
    async open(page, request) {
      for (const name of ['One', 'Two']) await ended(request, await create(request, name));
      await page.goto('/admin?code=nonsense');
      await expect(page.getByRole('row')).toHaveCount(3);
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
  {
    name: 'results-explained',
    async open(page, request) {
      const id = await create(request, 'Growth Portfolio');
      await ended(request, id);
      await page.goto(`/portfolios/${id}`);
      await page.getByRole('button', { name: 'Market sensitivity' }).click();
      await expect(page.getByRole('dialog', { name: 'Beta' })).toBeVisible();
    },
  },
  {
    name: 'results-pages',
    async open(page, request) {
      const id = await create(request, 'Many lots', TEN_THOUSAND);
      await ended(request, id);
      await page.goto(`/portfolios/${id}?sort=beta&order=reversed&find=AAPL&page=2`);
      await expect(page.getByText('Positions 101 to 200 of 1,000')).toBeVisible();
    },
  },
];
