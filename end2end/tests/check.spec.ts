// Tests of the page *Check Your Portfolio*: the positions and questions of a file, the repairs, and
// the way to a running setup. All of it works with and without scripts.

import { type Page } from '@playwright/test';

import {
  type Expected, type ExpectedPosition, type Row, type Upload, brokers, caseFile, choose, csvFile, drop, expectedOf, menu, onCheckPage, openCheck,
  positions, press, questions, sum, tabTo, workbook,
} from './check';
import { heading } from './live';
import { expect, idOf, live, test } from './server';

const HEADER = 'Symbol,Quantity,Entry Price Per Share,Entry Date';
const GOOD = `${HEADER}\nAAPL,10,71.712,2019-12-31\nMSFT,5,152.597,2019-12-31\n`;

/** A file without entry dates, so that there is one question. */
const UNDATED = 'Symbol,Quantity,Entry Price Per Share\nAAPL,10,71.712\nMSFT,5,152.597\n';

/** A file whose third column has a name that says nothing. */
const UNNAMED_PRICE = 'Symbol,Quantity,Zzz,Entry Date\nAAPL,10,71.712,2019-12-31\nMSFT,5,152.597,2019-12-31\n';

/** Dates that are right in both orders of day and month. */
const AMBIGUOUS = `${HEADER}\nAAPL,10,150,01/03/2022\nMSFT,5,290,02/03/2022\nKO,7,60,03/03/2022\n`;

const HELD = /as held throughout$/;
const MARKET = /^Take the market's prices?$/;

/** Returns the amount as the page shows it. */
function dollars(amount: number): string {
  return `$${amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

function isShown(expected: ExpectedPosition, row: Row): boolean {
  const price = (shown: string, ...wanted: (number | null | undefined)[]) => {
    const found = Number(shown.replaceAll(',', '').replace(/ [A-Z]{3}$/, ''));
    if (wanted[0] === null) return shown === '–';
    return wanted.some((value) => typeof value === 'number' && Math.abs(found - value) <= Math.max(0.021, value * 0.000_2));
  };
  return row.symbol === expected.symbol
    && row.quantity === expected.quantity
    && price(row.price, expected.entry_price, expected.entry_price_with_fees, expected.entry_price_without_fees)
    && row.date === (expected.entry_date ?? '–')
    && row.exitDate === (expected.exit_date ?? '')
    && (expected.exit_price === undefined || price(row.exitPrice, expected.exit_price));
}

/** Returns the questions that follow from what a file lacks. */
function expectedQuestions({ positions }: Expected): RegExp[] {
  const of = (question: RegExp, isOpen: (position: ExpectedPosition) => boolean) =>
    positions.some((position) => position.optional === undefined && isOpen(position)) ? [question] : [];
  return [
    ...of(/^The file doesn't say when .* opened\.|^\S+ has no entry date\./, (position) => position.entry_date === null),
    ...of(/^The file doesn't say what .* cost\.|^\S+ has no entry price\./, (position) => position.price_currency === undefined && position.entry_price === null),
    ...of(/^Prices are in EUR\./, (position) => position.price_currency !== undefined && position.entry_price !== null),
    ...of(/^Exit prices are in EUR\./, (position) => position.price_currency !== undefined && position.exit_price !== undefined),
  ];
}

/** Expects that the page shows the positions, questions and cash of a broker's file. */
async function expectAsExpected(page: Page, name: string): Promise<void> {
  const expected = expectedOf(name);
  const wanted = expected.positions.filter((position) => position.optional === undefined);
  const shown = await positions(page);
  const missing = wanted.filter((position) => !shown.some((row) => isShown(position, row)));
  expect.soft(missing, `${name}: missing among ${JSON.stringify(shown)}`).toEqual([]);
  const spurious = shown.filter((row) => !expected.positions.some((position) => isShown(position, row)));
  expect.soft(spurious, `${name}: not in the file`).toEqual([]);
  const asked = await questions(page).locator('> p.strong').allInnerTexts();
  const awaited = expectedQuestions(expected);
  for (const question of awaited) expect.soft(asked.filter((text) => question.test(text)), `${name}: ${question}`).toHaveLength(1);
  expect.soft(asked, `${name}: questions`).toHaveLength(awaited.length);
  const cash = expected.cash.find(({ currency, amount }) => currency === 'USD' && amount !== null);
  if (cash?.amount != null) {
    await expect.soft(page.getByRole('button', { name: `Use ${dollars(cash.amount)} as the cash balance` }), name).toBeVisible();
  }
}

/** Returns the portfolios of the user. */
async function portfolios(page: Page): Promise<unknown[]> {
  return await (await page.request.get('/api/v1/onboarding/portfolios')).json() as unknown[];
}

/** Files in layouts that the folder of cases does not have, and the positions a person expects. */
const OTHER_LAYOUTS: { name: string; csv: string; shown: [string, number, string][] }[] = [
  {
    name: 'Fidelity',
    csv: `Account Number,Account Name,Symbol,Description,Quantity,Last Price,Last Price Change,Current Value,Today's Gain/Loss Dollar,Today's Gain/Loss Percent,Total Gain/Loss Dollar,Total Gain/Loss Percent,Percent Of Account,Cost Basis Total,Average Cost Basis,Type
X00000000,Individual,SPAXX**,HELD IN MONEY MARKET,,,,$2304.11,,,,,6.97%,,,Cash,
X00000000,Individual,AAPL,APPLE INC,120,$131.92,+$0.12,$15830.40,+$14.40,+0.09%,+$1148.40,+7.82%,47.92%,$14682.00,$122.35,Cash,
X00000000,Individual,-AAPL230120C150,AAPL JAN 20 2023 $150 CALL,-2,$0.35,-$0.05,-$70.00,+$10.00,+12.50%,+$1154.00,+94.28%,-0.21%,$1224.00,$6.12,Margin,
Pending Activity,,,,,,,-$150.00,,,,,,,,

"The data and information in this spreadsheet is provided to you solely for your use, and is not for distribution."

"Date downloaded 12/20/2022 4:05 PM ET"
`,
    shown: [['AAPL', 120, '122.35'], ['AAPL230120C00150000', -2, '6.12']],
  },
  {
    name: 'Yahoo Finance',
    csv: `Symbol,Current Price,Date,Time,Change,Open,High,Low,Volume,Trade Date,Purchase Price,Quantity,Commission,High Limit,Low Limit,Comment
AAPL,131.92,2022/12/20,16:00 EST,0.12,131.1,132.0,130.2,77432800,20210315,122.35,120.0,0.0,,,
KO,61.84,2022/12/20,16:00 EST,0.12,61.1,62.0,61.0,7743280,20200706,41.28,350.5,0.0,,,
`,
    shown: [['AAPL', 120, '122.35'], ['KO', 350.5, '41.28']],
  },
  {
    name: 'a German spreadsheet',
    csv: 'Meine Aktien;;;\nSymbol;Stück;Kaufkurs;Kaufdatum\nAAPL;1.250;122,35;15.03.2021\nKO;350,5;41,28;06.07.2020\nSumme;;14.682,00;\n',
    shown: [['AAPL', 1250, '122.35'], ['KO', 350.5, '41.28']],
  },
];

for (const javaScriptEnabled of [true, false]) {
  test.describe(`the check page ${javaScriptEnabled ? 'with' : 'without'} scripts`, () => {
    test.use({ javaScriptEnabled });

    const open = (page: Page, file: Upload, name = '') => openCheck(page, file, name, javaScriptEnabled);

    test('shows positions of each broker', async ({ page }) => {
      test.setTimeout(180_000);
      expect(brokers().length).toBeGreaterThanOrEqual(14);
      for (const name of brokers()) {
        await open(page, caseFile(`${name}.csv`));
        await expectAsExpected(page, name);
        await expect.soft(page.getByRole('region', { name: 'What we read' }).first(), name).toBeVisible();
      }
    });

    test("starts a broker's file in three presses", async ({ page }) => {
      await page.goto('/');
      await page.getByLabel('Portfolio name').fill('From Schwab');
      await choose(page, caseFile('01-schwab-positions.csv'));
      if (!javaScriptEnabled) await page.getByRole('button', { name: 'Start Setup' }).click();
      await onCheckPage(page);
      await expect(page.getByRole('heading', { name: '2 things to fix' })).toBeVisible();
      await press(page, HELD);
      await press(page, MARKET);
      await expect(page.getByText('Prices are known for all 6 symbols.')).toBeVisible();
      await page.getByRole('button', { name: 'Start Setup' }).click();
      await expect(heading(page)).toHaveText('Portfolio Setup Complete!', { timeout: 30_000 });
      await expect(page.getByText('Your portfolio "From Schwab" is ready.')).toBeVisible();
    });

    test('starts other layouts in three presses', async ({ page }) => {
      for (const { name, csv, shown } of OTHER_LAYOUTS) {
        await open(page, csvFile(csv, `${name}.csv`), name);
        const rows = (await positions(page)).map(({ symbol, quantity, price }) => [symbol, quantity, price]);
        expect.soft(rows, name).toEqual(shown);
        for (let pressed = 0; await questions(page).count() > 0; pressed += 1) {
          expect(pressed, `${name}: two presses before the last`).toBeLessThan(2);
          await questions(page).getByRole('button').first().click();
          await onCheckPage(page);
        }
        await page.getByRole('button', { name: 'Start Setup' }).click();
        await expect(page.getByText(`Your portfolio "${name}" is ready.`)).toBeVisible({ timeout: 30_000 });
      }
    });

    test('reads ambiguous dates after one press', async ({ page }) => {
      await open(page, csvFile(AMBIGUOUS));
      await expect(questions(page)).toHaveCount(1);
      await expect(questions(page)).toContainText('2 dates in “Entry Date” could mean two days.');
      await press(page, 'Read dates as day/month/year');
      await expect(questions(page)).toHaveCount(0);
      expect((await positions(page)).map((row) => row.date)).toEqual(['2022-03-01', '2022-03-02', '2022-03-03']);
    });

    test('takes cash rows as cash balance', async ({ page }) => {
      await open(page, caseFile('fault-05-cash-rows.csv'), 'With cash');
      await press(page, 'Use $15,234.18 as the cash balance');
      expect(await sum(page, 'Cash')).toBe('$15,234.18');
      await expect(page.getByText('$15,234.18, from your file')).toBeVisible();
      expect((await positions(page)).map((row) => row.symbol)).toEqual(['AAPL', 'KO']);
      await press(page, 'Type another amount');
      await page.getByLabel('Cash balance').fill('$1,000');
      await page.getByRole('button', { name: 'Start Setup' }).click();
      await expect(heading(page)).toHaveText('Portfolio Setup Complete!', { timeout: 30_000 });
    });

    test('converts shares from before a split', async ({ page }) => {
      await open(page, caseFile('fault-06-before-a-split.csv'));
      const warnings = page.getByRole('region', { name: 'Worth a look' });
      await expect(warnings).toContainText('300.35');
      for (let pressed = 0; await page.getByRole('button', { name: /^Convert/ }).count() > 0; pressed += 1) {
        expect(pressed, 'each press repairs something').toBeLessThan(2);
        await press(page, /^Convert/);
      }
      const rows = await positions(page);
      expect(rows.map(({ symbol, quantity }) => [symbol, quantity])).toEqual([['AAPL', 100], ['GE', 100], ['KO', 100]]);
      expect(rows.map((row) => row.price)).toEqual(['75.09', '95.44', '54.99']);
      await expect(warnings).toBeHidden();
    });

    for (const { label, quantities } of [
      { label: 'Read 1,250 as 1250', quantities: [1250, 2500] },
      { label: 'Read 1,250 as 1.25', quantities: [1.25, 2.5] },
    ]) {
      test(`offers "${label}"`, async ({ page }) => {
        await open(page, csvFile('Symbol;Quantity;Entry Price Per Share;Entry Date\nAAPL;1,250;70;2019-12-31\nMSFT;2,500;150;2019-12-31\n'));
        await expect(questions(page).first()).toContainText('could mean two values');
        await press(page, label);
        await expect(questions(page)).toHaveCount(0);
        expect((await positions(page)).map((row) => row.quantity)).toEqual(quantities);
      });
    }

    test('maps a column by its menu', async ({ page }) => {
      await open(page, csvFile(UNNAMED_PRICE));
      expect((await positions(page)).map((row) => row.price)).toEqual(['–', '–']);
      await menu(page, 'Zzz').selectOption('Price paid per share');
      await press(page, 'Read it this way');
      await expect(menu(page, 'Zzz')).toHaveValue('entry_price');
      expect((await positions(page)).map((row) => row.price)).toEqual(['71.71', '152.60']);
      await expect(questions(page)).toHaveCount(0);
    });

    test('lists all occurrences on request', async ({ page }) => {
      const rows = Array.from({ length: 12 }, (_, at) => `AAPL,${at + 1},150,never ${at + 1}\n`).join('');
      await open(page, csvFile(`${HEADER}\nMSFT,5,290,2022-03-01\n${rows}`));
      const examples = questions(page).locator('ul.examples > li');
      await expect(examples).toHaveCount(3);
      await page.getByRole('link', { name: 'Show all 12' }).click();
      await expect(examples).toHaveCount(12);
      await expect(examples.last()).toContainText('Line 14: ');
      await expect(page.getByRole('link', { name: 'Show all 12' })).toBeHidden();
    });

    test('keeps name and cash when changing files', async ({ page }) => {
      await open(page, csvFile(UNDATED), 'Kept');
      await page.getByLabel('Cash balance').fill('12.50');
      await page.getByLabel('Portfolio name').fill('Kept & found');
      await page.getByRole('button', { name: 'Change file' }).click();
      await expect(heading(page)).toHaveText('Set Up Your Portfolio');
      await expect(page.getByLabel('Portfolio name')).toHaveValue('Kept & found');
      await expect(page.getByLabel('Cash balance')).toHaveValue('12.50');
      await choose(page, csvFile(GOOD));
      await page.getByRole('button', { name: 'Start Setup' }).click();
      await expect(page.getByText('Your portfolio "Kept & found" is ready.')).toBeVisible();
    });

    test('keeps all choices on reload', async ({ page }) => {
      await open(page, csvFile(`${AMBIGUOUS}CASH,100,1,03/03/2022\n`), 'Kept');
      await press(page, 'Read dates as day/month/year');
      await press(page, 'Use $100.00 as the cash balance');
      await menu(page, 'Quantity').selectOption('Not used');
      await press(page, 'Read it this way');
      await menu(page, 'Quantity').selectOption('Quantity');
      await press(page, 'Read it this way');
      const before = await positions(page);
      expect(before.map((row) => row.date)).toEqual(['2022-03-01', '2022-03-02', '2022-03-03']);
      const address = page.url();
      await page.reload();
      expect(await positions(page)).toEqual(before);
      await page.goto('/');
      await page.goto(address);
      expect(await positions(page)).toEqual(before);
      expect(await sum(page, 'Cash')).toBe('$100.00');
      await expect(page.getByLabel('Portfolio name')).toHaveValue('Kept');
      expect(await portfolios(page), 'nothing has started').toEqual([]);
    });

    test('starts one portfolio on double click', async ({ page }) => {
      await open(page, csvFile(GOOD), 'Clicked twice');
      const address = page.url();
      await page.getByRole('button', { name: 'Start Setup' }).dblclick();
      await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
      expect(await portfolios(page)).toHaveLength(1);
      const id = idOf(page);
      await page.goto(address);
      await expect(page).toHaveURL(live(id));
    });

    test('asks for a missing name at the start', async ({ page }) => {
      await open(page, csvFile(GOOD));
      await expect(questions(page)).toHaveCount(0);
      await press(page, 'Start Setup');
      await expect(questions(page)).toHaveText(/The portfolio has no name/);
      await page.getByLabel('Portfolio name').fill('Named');
      await page.getByRole('button', { name: 'Start Setup' }).click();
      await expect(page.getByText('Your portfolio "Named" is ready.')).toBeVisible();
    });

    test('reads ten thousand dates after one press', async ({ page }) => {
      const rows = Array.from({ length: 10_000 }, (_, at) => {
        const [day, month] = [1 + Math.floor(at / 100) % 12, 1 + Math.floor(at / 1_200)];
        return `S${at % 100},${at + 1},12.5,${month}/${day}/2021\n`;
      });
      await open(page, csvFile(`${HEADER}\n${rows.join('')}`));
      const html = await (await page.request.get(page.url())).body();
      expect(html.length, 'bytes of the page').toBeLessThan(150_000);
      await expect(questions(page)).toHaveCount(1);
      await press(page, 'Read dates as month/day/year');
      await expect(questions(page)).toHaveCount(0);
      expect(await sum(page, 'Positions')).toBe('10,000');
      expect((await positions(page))[0]).toMatchObject({ symbol: 'S0', quantity: 1, date: '2021-01-01' });
    });

    test('reads an Excel workbook', async ({ page }) => {
      const rows = [HEADER.split(','), ['AAPL', 10, 71.712, '2019-12-31'], ['MSFT', 5.5, 152.597, '2019-12-31']];
      await open(page, workbook(rows));
      expect((await positions(page)).map(({ symbol, quantity }) => [symbol, quantity])).toEqual([['AAPL', 10], ['MSFT', 5.5]]);
      await page.getByText('How the file is read').click();
      await expect(page.getByLabel('Worksheet')).toHaveValue('Stocks');
    });

    test('reads pasted text', async ({ page }) => {
      await page.goto('/');
      await page.getByText('Or paste your positions').click();
      await page.getByLabel('Positions as text').fill(UNDATED);
      await page.getByRole('button', { name: 'Check the file first' }).click();
      await onCheckPage(page);
      expect((await positions(page)).map((row) => row.symbol)).toEqual(['AAPL', 'MSFT']);
    });

    test('remembers a layout until told to forget', async ({ page }) => {
      await open(page, csvFile(UNNAMED_PRICE), 'Mapped');
      await menu(page, 'Zzz').selectOption('Price paid per share');
      await page.getByRole('button', { name: 'Start Setup' }).click();
      await expect(page.getByText('Your portfolio "Mapped" is ready.')).toBeVisible();
      await open(page, csvFile(UNNAMED_PRICE));
      await expect(page.getByText('We read this file the way you chose last time.')).toBeVisible();
      expect((await positions(page)).map((row) => row.price)).toEqual(['71.71', '152.60']);
      await press(page, 'Forget this layout');
      await expect(page.getByText('We read this file the way you chose last time.')).toBeHidden();
      expect((await positions(page)).map((row) => row.price)).toEqual(['–', '–']);
    });

    test('takes one day for all positions', async ({ page }) => {
      await open(page, csvFile(UNDATED));
      await page.getByLabel('Or all on one day').fill('2021-03-08');
      await press(page, 'Use this day');
      await expect(questions(page)).toHaveCount(0);
      expect((await positions(page)).map((row) => row.date)).toEqual(['2021-03-08', '2021-03-08']);
    });

    test('takes typed dollars for foreign prices', async ({ page }) => {
      await open(page, csvFile('Symbol,Quantity,Entry Price Per Share,Currency,Entry Date\nAAPL,10,60,EUR,2019-12-31\nMSFT,5,152.597,USD,2019-12-31\n'));
      await expect(questions(page)).toHaveCount(1);
      await page.getByText('Or type what you paid per share, in dollars').click();
      await page.getByLabel('AAPL (line 2)').fill('71.71');
      await questions(page).getByRole('button', { name: 'Apply' }).click();
      await expect(questions(page)).toHaveCount(0);
      expect((await positions(page)).map((row) => row.price)).toEqual(['71.71', '152.60']);
    });

    test('accepts all suggestions with one press', async ({ page }) => {
      await open(page, caseFile('01-schwab-positions.csv'), 'One press');
      await press(page, 'Accept all 3 suggestions');
      await expect(questions(page)).toHaveCount(0);
      expect(await sum(page, 'Cash')).toBe('$6,601.37');
      const assumptions = page.getByRole('region', { name: 'What we assume' }).getByRole('listitem');
      await expect(assumptions).toHaveText([/^We count 7 positions without a date as held throughout\./, /^We take the market's price for 1 position without a price in dollars\./]);
      await page.getByRole('button', { name: 'Start Setup' }).click();
      await expect(page.getByText('Your portfolio "One press" is ready.')).toBeVisible({ timeout: 30_000 });
    });

    test('takes back an assumption', async ({ page }) => {
      await open(page, csvFile(UNDATED));
      await press(page, HELD);
      expect((await positions(page)).map((row) => row.date)).toEqual(['held throughout', 'held throughout']);
      await press(page, /^Change$/);
      await expect(questions(page)).toHaveCount(1);
      await expect(page.getByRole('region', { name: 'What we assume' })).toBeHidden();
    });

    test('puts back a row that was left out', async ({ page }) => {
      await open(page, csvFile(`${HEADER}\nAAPL,0,120.5,2021-03-08\nMSFT,5,152.597,2019-12-31\n`));
      await press(page, 'Leave out this row');
      expect((await positions(page)).map((row) => row.symbol)).toEqual(['MSFT']);
      await page.getByText("1 line isn't a position").click();
      await press(page, 'Put line 2 back');
      await expect(questions(page)).toHaveCount(1);
    });

    test('takes typed dollars for exits in euros', async ({ page }) => {
      await open(page, caseFile('09-scalable-transactions.csv'), 'In euros');
      await expect(questions(page)).toHaveCount(2);
      const exits = async () => (await positions(page)).map((row) => row.exitPrice).filter((price) => price !== '');
      expect(await exits()).toEqual(['306.05 EUR']);
      await page.getByText('Or type what you paid per share, in dollars').click();
      for (const field of await questions(page).first().getByLabel(/ \(line \d\)$/).all()) await field.fill('190');
      await page.getByText('Type what you received per share, in dollars').click();
      await page.getByLabel('LLY (line 5)').fill('311.20');
      await questions(page).last().getByRole('button', { name: 'Apply' }).click();
      await expect(questions(page)).toHaveCount(0);
      expect((await positions(page)).map((row) => row.price)).toEqual(['190.00', '190.00', '190.00', '190.00', '190.00']);
      expect(await exits()).toEqual(['311.20']);
    });

    test('asks once per purchase sold in parts', async ({ page }) => {
      await open(page, caseFile('09-scalable-transactions.csv'));
      await page.getByText('Or type what you paid per share, in dollars').click();
      await expect(questions(page).first().getByLabel(/^[A-Z]+ \(line \d\)$/)).toHaveCount(4);
    });

    test('takes a typed symbol for an ISIN', async ({ page }) => {
      await open(page, csvFile('ISIN,Quantity,Entry Price Per Share,Entry Date\nUS88160R1014,10,60,2019-12-31\n'));
      await expect(questions(page)).toHaveCount(1);
      await page.getByText('Or type the symbols').click();
      await page.getByLabel('US88160R1014').fill('AAPL');
      await questions(page).getByRole('button', { name: 'Apply' }).click();
      await expect(questions(page)).toHaveCount(0);
      expect((await positions(page)).map((row) => row.symbol)).toEqual(['AAPL']);
    });

    test('escapes HTML of a checked file', async ({ page }) => {
      await open(page, csvFile(`${HEADER},<h2>Forged</h2>\nAAPL,10,71.712,2019-12-31,<img src=x onerror=alert(1)>\n<b>B</b>,1,1,2021-03-08,</table>\n`, '<i>x.csv'));
      await expect(page.getByRole('heading', { name: 'Forged' })).toBeHidden();
      await expect(page.getByText('<img src=x onerror=alert(1)>')).toBeVisible();
      await expect(page.getByRole('main')).toContainText('ix.csv, read as');
    });
  });
}

test.describe('the upload page', () => {
  test('says that a good file is read', async ({ page }) => {
    await page.goto('/');
    await choose(page, csvFile(GOOD));
    await expect(page.getByRole('status').filter({ hasText: '2 positions read, nothing to fix.' })).toBeVisible();
    await page.getByLabel('Portfolio name').fill('Read at once');
    await page.getByRole('button', { name: 'Start Setup' }).click();
    await expect(page.getByText('Your portfolio "Read at once" is ready.')).toBeVisible();
    expect(await portfolios(page)).toHaveLength(1);
  });

  test('opens the check page at once', async ({ page }) => {
    await openCheck(page, caseFile('01-schwab-positions.csv'), 'Typed before');
    await expect(page.getByLabel('Portfolio name')).toHaveValue('Typed before');
    await expect(page.getByRole('main')).toContainText('01-schwab-positions.csv');
    await expectAsExpected(page, '01-schwab-positions');
  });

  test('names symbols without prices of a good file', async ({ page }) => {
    await page.goto('/');
    await choose(page, csvFile(`${GOOD}HZNP,10,90,2021-03-08\n`));
    await expect(page.getByText('3 positions read. There are no prices for HZNP, so it will be left out.')).toBeVisible();
  });

  test('reads a dropped file at once', async ({ page }) => {
    await page.goto('/');
    await drop(page, csvFile(UNDATED, 'dropped.csv'));
    await onCheckPage(page);
    await expect(page.getByRole('main')).toContainText('dropped.csv');
    expect((await positions(page)).map((row) => row.symbol)).toEqual(['AAPL', 'MSFT']);
  });

  test('keeps a good dropped file for the start', async ({ page }) => {
    await page.goto('/');
    await page.getByLabel('Portfolio name').fill('Dropped');
    await drop(page, csvFile(GOOD));
    await expect(page.getByText('2 positions read, nothing to fix.')).toBeVisible();
    await page.getByRole('button', { name: 'Start Setup' }).click();
    await expect(page.getByText('Your portfolio "Dropped" is ready.')).toBeVisible();
  });

  test('reads text pasted into its field', async ({ page, context, server }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.url });
    await page.goto('/');
    await page.evaluate((text) => navigator.clipboard.writeText(text), UNDATED);
    await page.getByText('Or paste your positions').click();
    await page.getByLabel('Positions as text').focus();
    await page.keyboard.press('Control+v');
    await onCheckPage(page);
    await expect(page.getByRole('main')).toContainText('pasted.csv');
  });

  test('reads text pasted anywhere on the page', async ({ page, context, server }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.url });
    await page.goto('/');
    await page.evaluate((text) => navigator.clipboard.writeText(text), GOOD);
    await page.keyboard.press('Control+v');
    await expect(page.getByText('2 positions read, nothing to fix.')).toBeVisible();
    await expect(page.getByLabel('Positions as text')).toHaveValue(GOOD);
  });

  test('asks for one file at a time', async ({ page }) => {
    await page.goto('/');
    await drop(page, csvFile(GOOD), csvFile(UNDATED, 'other.csv'));
    await expect(page.locator('#file-status')).toHaveText('Drop one file at a time.');
    await expect(page.getByLabel('Positions CSV')).toHaveValue('');
  });

  test('asks again for a file it cannot open', async ({ page }) => {
    await page.goto('/');
    await page.getByLabel('Portfolio name').fill('Kept');
    // Behaves as a browser does after a chosen file was deleted.
    await page.evaluate(() => { File.prototype.slice = () => { throw new DOMException('gone', 'NotFoundError'); }; });
    await choose(page, csvFile(GOOD));
    await expect(page.locator('#file-status')).toHaveText('Your browser can’t open this file. Choose it again.');
    await expect(page.getByLabel('Positions CSV')).toHaveValue('');
    await expect(page.getByLabel('Portfolio name')).toHaveValue('Kept');
  });

  test('names an unreadable file at once', async ({ page }) => {
    await page.goto('/');
    await choose(page, { name: 'positions.csv', mimeType: 'text/csv', buffer: Buffer.from('%PDF-1.7\n') });
    await expect(page.locator('#file-status')).toContainText('PDF');
    await choose(page, csvFile(GOOD));
    await expect(page.locator('#file-status')).toHaveText('2 positions read, nothing to fix.');
  });

  test('keeps name and cash when going back', async ({ page }) => {
    await page.goto('/');
    await page.getByLabel('Portfolio name').fill('Kept');
    await page.getByLabel('Cash balance').fill('12.50');
    await choose(page, csvFile(UNDATED));
    await onCheckPage(page);
    await page.goBack();
    await expect(heading(page)).toHaveText('Set Up Your Portfolio');
    await expect(page.getByLabel('Portfolio name')).toHaveValue('Kept');
    await expect(page.getByLabel('Cash balance')).toHaveValue('12.50');
  });

  test('reaches a running setup by keyboard alone', async ({ page }) => {
    const chooser = page.waitForEvent('filechooser');
    await page.goto('/');
    await tabTo(page, page.getByLabel('Portfolio name'), 10);
    await page.keyboard.type('By keyboard');
    await tabTo(page, page.getByLabel('Positions CSV'), 3);
    await page.keyboard.press('Enter');
    await (await chooser).setFiles(caseFile('01-schwab-positions.csv'));
    await onCheckPage(page);
    for (const repair of [HELD, MARKET, /^Use \$6,601\.37/]) {
      const button = page.getByRole('button', { name: repair });
      await tabTo(page, button, 20);
      await page.keyboard.press('Enter');
      await expect(button).toHaveCount(0);
    }
    expect(await sum(page, 'Cash')).toBe('$6,601.37');
    await tabTo(page, page.getByRole('button', { name: 'Start Setup' }));
    await page.keyboard.press('Enter');
    await expect(page.getByText('Your portfolio "By keyboard" is ready.')).toBeVisible({ timeout: 30_000 });
  });

  test('leads from the top to Start Setup', async ({ page }) => {
    await openCheck(page, csvFile(GOOD), 'From the top');
    const start = page.getByRole('button', { name: 'Start Setup' });
    await expect(start).not.toBeInViewport();
    await tabTo(page, page.getByRole('link', { name: 'Go to Start Setup' }), 6);
    await page.keyboard.press('Enter');
    await expect(start).toBeFocused();
    await expect(start).toBeInViewport();
    await page.keyboard.press('Tab');
    await expect(page.getByRole('button', { name: 'Change file' })).toBeFocused();
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await expect(page.getByText('Your portfolio "From the top" is ready.')).toBeVisible({ timeout: 30_000 });
  });

  test('applies fields on Enter without starting', async ({ page }) => {
    await openCheck(page, csvFile(GOOD), 'First');
    await page.getByLabel('Cash balance').fill('250');
    const answer = page.waitForResponse((response) => response.request().method() === 'POST');
    await page.getByLabel('Cash balance').press('Enter');
    await answer;
    await onCheckPage(page);
    expect(await sum(page, 'Cash')).toBe('$250.00');
    expect(await portfolios(page)).toEqual([]);
  });
});
