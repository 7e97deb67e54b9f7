// Helpers for the page *Check Your Portfolio*: open it with a file, and read what it shows.

import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';

import { type Locator, type Page, expect } from '@playwright/test';

import { heading } from './live';
import { CHECKOUT } from './server';

const CASES = path.join(CHECKOUT, 'crates/positions/cases');

/** A file as a browser uploads it. */
export interface Upload {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

export function csvFile(text: string, name = 'positions.csv'): Upload {
  return { name, mimeType: 'text/csv', buffer: Buffer.from(text) };
}

/** Reads a file of the folder `cases`. */
export function caseFile(name: string): Upload {
  return { name, mimeType: 'text/csv', buffer: fs.readFileSync(path.join(CASES, name)) };
}

/** A position that a careful person would enter for a file. */
export interface ExpectedPosition {
  symbol: string;
  quantity: number;
  entry_price: number | null;
  entry_price_with_fees?: number;
  entry_price_without_fees?: number;
  entry_date: string | null;
  exit_date?: string;
  exit_price?: number;
  price_currency?: string;
  optional?: string;
}

/** The positions and cash that a careful person would enter for a file. */
export interface Expected {
  positions: ExpectedPosition[];
  cash: { currency: string; amount: number | null }[];
}

/** Returns the names of the brokers' files in the folder `cases`, without the ending. */
export function brokers(): string[] {
  return fs.readdirSync(CASES).filter((file) => /^\d\d-.*\.csv$/.test(file)).map((file) => file.slice(0, -4)).sort();
}

export function expectedOf(name: string): Expected {
  return JSON.parse(fs.readFileSync(path.join(CASES, `${name}.expected.json`), 'utf8')) as Expected;
}

/** Chooses a file on the upload page. With scripts, the file is read at once. */
export async function choose(page: Page, file: Upload): Promise<void> {
  await page.getByLabel('Positions CSV').setInputFiles(file);
}

/**
 * Opens the check page with a file. With scripts, it opens as soon as the file is chosen, unless
 * there is nothing to check. Otherwise a button leads there.
 */
export async function openCheck(page: Page, file: Upload, name = '', hasScripts = true): Promise<void> {
  await page.goto('/');
  await page.getByLabel('Portfolio name').fill(name);
  await choose(page, file);
  const state = async () => page.url().includes('/portfolios/new/') ? 'open' : page.locator('#file-status').innerText({ timeout: 1_000 }).catch(() => '');
  if (hasScripts) await expect.poll(state, { timeout: 20_000 }).toMatch(/^open$|positions? read/);
  if (!hasScripts || await state() !== 'open') await page.getByRole('button', { name: 'Check the file first' }).click();
  await onCheckPage(page);
}

/** Waits until the check page is open. */
export async function onCheckPage(page: Page): Promise<void> {
  await expect(page).toHaveURL(/\/portfolios\/new\/[0-9a-f-]{36}/);
  await expect(heading(page)).toHaveText('Check Your Portfolio');
}

/** Presses a button and waits until the page has been loaded again. */
export async function press(page: Page, name: string | RegExp): Promise<void> {
  const answer = page.waitForResponse((response) => response.request().method() === 'POST');
  await page.getByRole('button', { name }).first().click();
  await (await answer).finished();
  await page.waitForLoadState('load');
}

/** Returns the items of the list *To fix*, one per kind of problem. */
export function questions(page: Page): Locator {
  return page.locator('ul[aria-label="To fix"] > li');
}

/** Returns the menu over a column. */
export function menu(page: Page, column: string): Locator {
  return page.getByRole('table', { name: 'What we read' }).getByLabel(column, { exact: true });
}

/** One row of the table *Your positions*, as shown. */
export interface Row {
  symbol: string;
  quantity: number;
  price: string;
  date: string;
  exitDate: string;
  exitPrice: string;
}

/** Reads all rows of the tables of positions, open or not. Columns that a table lacks are empty. */
export async function positions(page: Page): Promise<Row[]> {
  const rows = await page.locator('table.positions').evaluateAll((tables) => tables.flatMap((table) => {
    const names = [...table.querySelectorAll('thead th')].map((cell) => cell.textContent ?? '');
    return [...table.querySelectorAll('tbody tr')].map((row) => [...row.children].map((cell, at) => [names[at] ?? '', (cell.textContent ?? '').trim()]));
  }));
  return rows.map((cells) => {
    const row = new Map(cells as [string, string][]);
    return {
      symbol: row.get('Symbol') ?? '',
      quantity: Number((row.get('Quantity') ?? '').replaceAll(',', '')),
      price: row.get('Price paid') ?? '',
      date: row.get('Bought on') ?? '',
      exitDate: row.get('Sold on') ?? '',
      exitPrice: row.get('Sold at') ?? '',
    };
  });
}

/** Returns a value of the sums to compare with a statement. */
export async function sum(page: Page, name: string): Promise<string> {
  return await page.locator('dl.facts > div').filter({ hasText: name }).locator('.value').innerText();
}

/** Presses Tab until an element has the focus. */
export async function tabTo(page: Page, element: Locator, most = 80): Promise<void> {
  for (let pressed = 0; pressed < most; pressed += 1) {
    if (await element.evaluate((node) => node === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`not reached with ${most} presses of Tab`);
}

/** Drops files on the page, as a person does with the mouse. */
export async function drop(page: Page, ...files: Upload[]): Promise<void> {
  const sent = files.map(({ name, mimeType, buffer }) => ({ name, mimeType, data: buffer.toString('base64') }));
  const transfer = await page.evaluateHandle((files) => {
    const transfer = new DataTransfer();
    for (const { name, mimeType, data } of files) {
      const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
      transfer.items.add(new File([bytes], name, { type: mimeType }));
    }
    return transfer;
  }, sent);
  for (const type of ['dragenter', 'dragover', 'drop']) await page.dispatchEvent('main', type, { dataTransfer: transfer });
}

/** Writes a workbook with one worksheet. Texts become inline strings, numbers stay numbers. */
export function workbook(rows: (string | number)[][], name = 'positions.xlsx'): Upload {
  const cell = (value: string | number) =>
    typeof value === 'number' ? `<c><v>${value}</v></c>` : `<c t="inlineStr"><is><t>${value}</t></is></c>`;
  const sheet = rows.map((row) => `<row>${row.map(cell).join('')}</row>`).join('');
  const spreadsheet = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const packages = 'http://schemas.openxmlformats.org/package/2006';
  const relation = (type: string, target: string) =>
    `<Relationships xmlns="${packages}/relationships"><Relationship Id="rId1" Type="${office}/${type}" Target="${target}"/></Relationships>`;
  const workbookType = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
  const buffer = zip({
    '[Content_Types].xml':
      `<Types xmlns="${packages}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>`
      + `<Override PartName="/xl/workbook.xml" ContentType="${workbookType}.sheet.main+xml"/>`
      + `<Override PartName="/xl/worksheets/sheet1.xml" ContentType="${workbookType}.worksheet+xml"/></Types>`,
    '_rels/.rels': relation('officeDocument', 'xl/workbook.xml'),
    'xl/workbook.xml': `<workbook xmlns="${spreadsheet}" xmlns:r="${office}"><sheets><sheet name="Stocks" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': relation('worksheet', 'worksheets/sheet1.xml'),
    'xl/worksheets/sheet1.xml': `<worksheet xmlns="${spreadsheet}"><sheetData>${sheet}</sheetData></worksheet>`,
  });
  return { name, mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', buffer };
}

/** Writes a zip archive of deflated files. */
function zip(files: Record<string, string>): Buffer {
  const local: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const data = Buffer.from(text);
    const packed = zlib.deflateRawSync(data);
    // The fields that the local header and the directory have in common, from the version on.
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(8, 4);
    fields.writeUInt32LE(zlib.crc32(data), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(data.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    local.push(Buffer.from('PK\x03\x04'), fields, Buffer.from(name), packed);
    directory.push(Buffer.from('PK\x01\x02\x14\x00'), fields, place, Buffer.from(name));
    offset += 30 + name.length + packed.length;
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(Object.keys(files).length, 4);
  end.writeUInt16LE(Object.keys(files).length, 6);
  end.writeUInt32LE(entries.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...local, entries, Buffer.from('PK\x05\x06'), end]);
}
