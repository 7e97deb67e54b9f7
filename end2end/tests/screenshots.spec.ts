// Takes screenshots of every state of every screen.
// Usage: SCREENSHOTS=folder end2end/run.sh screenshots

import path from 'node:path';

import { test } from './server';
import { STATES } from './states';

const FOLDER = process.env.SCREENSHOTS;

const LOOKS = [
  { look: 'light', colorScheme: 'light', width: 900 },
  { look: 'dark', colorScheme: 'dark', width: 900 },
  { look: 'phone', colorScheme: 'light', width: 360 },
] as const;

if (FOLDER !== undefined && FOLDER !== '') {
  for (const state of STATES) {
    test.describe(`pictures of "${state.name}"`, () => {
      test.use({ binary: state.binary ?? 'portfolio-setup', environment: state.environment ?? {} });

      test('takes pictures in light, dark and phone size', async ({ page, request, server }) => {
        await state.open(page, request, server);
        for (const { look, colorScheme, width } of LOOKS) {
          await page.emulateMedia({ colorScheme });
          await page.setViewportSize({ width, height: 800 });
          // Makes the window as tall as the page. The browser does not lay out blocks outside the
          // window, so they would be missing from a full-page screenshot.
          const height = await page.evaluate(() => document.documentElement.scrollHeight);
          await page.setViewportSize({ width, height });
          await page.screenshot({ path: path.join(FOLDER, `${state.name}-${look}.png`), fullPage: true, animations: 'disabled' });
        }
      });
    });
  }
}
