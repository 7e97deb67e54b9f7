import { defineConfig } from '@playwright/test';

// Failed tests are not retried: a test that passes only on the second attempt is flaky and must be
// fixed.
//
// The tests of `browser` measure times, so they run one after the other. The tests of `screens` do
// not, so two of them run in parallel.
//
// The tests in `tests/page` run a second time with deliberately altered server responses, and must
// fail then. This proves that each test checks data from the server, not only fixed text of the
// page. The second run spends most of its time waiting for timeouts, so it also runs two tests in
// parallel.
export default defineConfig({
  projects: [
    { name: 'browser', workers: 1, testIgnore: 'accessibility.spec.ts' },
    { name: 'screens', dependencies: ['browser'], testMatch: 'accessibility.spec.ts', fullyParallel: true },
    {
      name: 'changed',
      dependencies: ['screens'],
      testDir: './tests/page',
      fullyParallel: true,
      timeout: 30_000,
      expect: { timeout: 2_500 },
      use: { actionTimeout: 2_500 },
    },
  ],
  testDir: './tests',
  outputDir: './test-results',
  workers: 2,
  retries: 0,
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: 'list',
  use: {
    browserName: 'chromium',
    headless: true,
    viewport: { width: 900, height: 900 },
    // The browser uses a time zone other than UTC, so that tests can tell local times from UTC.
    timezoneId: 'America/New_York',
    locale: 'en-US',
    actionTimeout: 10_000,
    navigationTimeout: 20_000,
    trace: 'off',
    video: 'off',
    screenshot: 'off',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
