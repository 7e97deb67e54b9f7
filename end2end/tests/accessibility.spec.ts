import AxeBuilder from '@axe-core/playwright';
import { type Page } from '@playwright/test';

import { heading, log } from './live';
import { create, expect, hydrated, live, test } from './server';
import { STATES } from './states';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/**
 * Best-practice rules that are checked in addition to the WCAG rules. `landmark-unique` requires
 * that no two landmarks have the same role and name, because a screen reader could not tell them
 * apart.
 */
const PRACTICES = ['landmark-unique'];

type RunOptions = Parameters<AxeBuilder['options']>[0];

const ALL_RULES: RunOptions = {
  runOnly: { type: 'tag', values: RULES },
  rules: Object.fromEntries(PRACTICES.map((rule) => [rule, { enabled: true }])),
};

/** The only rules whose result depends on the colors. */
const COLOR_RULES: RunOptions = { runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } };

/** Returns the violations that axe finds, in a short form for the test report. */
async function violations(page: Page, options: RunOptions): Promise<string[]> {
  const found = await new AxeBuilder({ page }).options(options).analyze();
  return found.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(' ')}: ${node.failureSummary ?? ''}`));
}

for (const state of STATES) {
  test.describe(`the screen "${state.name}"`, () => {
    test.use({ binary: state.binary ?? 'portfolio-setup', environment: state.environment ?? {} });

    test('has no accessibility violations and fits 320 pixels', async ({ page, request, server }) => {
      // Checking a long page takes most of the usual time on a slow machine.
      test.slow();
      await state.open(page, request, server);
      await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
      expect.soft(await violations(page, ALL_RULES), 'light').toEqual([]);
      await page.emulateMedia({ colorScheme: 'dark' });
      expect.soft(await violations(page, COLOR_RULES), 'dark').toEqual([]);
      await page.emulateMedia({ forcedColors: 'active' });
      expect.soft(await violations(page, COLOR_RULES), 'forced colors').toEqual([]);
      await page.emulateMedia({ forcedColors: 'none' });
      await page.setViewportSize({ width: 320, height: 640 });
      const width = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth] as const);
      expect.soft(width[0], 'the page does not scroll sideways').toBeLessThanOrEqual(width[1]);
      expect.soft(await violations(page, ALL_RULES), '320 pixels').toEqual([]);
      expect(await page.evaluate(() => document.documentElement.lang)).toBe('en');
      await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
      await expect(page.getByRole('main')).toHaveCount(1);
    });
  });
}

test.describe('with a running setup', () => {
  test.use({ environment: { MARKET_DATA_PER_MINUTE: '120' } });

  test('scrolls the log and answers dialogs by keyboard', async ({ page, request }) => {
    await page.goto(live(await create(request, 'By keyboard')));
    await hydrated(page);
    await log(page).focus();
    await expect(log(page)).toBeFocused();
    await page.getByRole('button', { name: 'Cancel Setup' }).focus();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Keep running' }), 'the question is read').toBeFocused();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toBeHidden();
    await expect(heading(page)).toHaveText('Setting Up Your Portfolio');
  });
});
