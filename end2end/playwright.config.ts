import { defineConfig } from '@playwright/test';

// No retries: a test that passes at the second try has failed.
//
// The tests in `tests/page` run a second time with the answers of the server changed under them, and have to fail then:
// nothing that they look at is a fixed text of the page. They mostly wait for what does not come, so two at once.
export default defineConfig({
  projects: [
    { name: 'browser', workers: 1 },
    {
      name: 'changed',
      dependencies: ['browser'],
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
    // Another zone than UTC, so that local times and UTC times can be told apart.
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
