// SPDX-License-Identifier: Apache-2.0
// The page in Chromium, watched: what it complained of and asked for; and the few things that a user does with it.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';

export async function open_page(playwright, path) {
  const { chromium } = createRequire(import.meta.url)(playwright);
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--headless=new', '--no-sandbox',
    '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist'] });
  const page = await browser.newPage({ viewport: { width: 1280, height: 1000 }, acceptDownloads: true });
  const complaints = [], requests = [];
  page.on('console', message => { if (['error', 'warning'].includes(message.type())) complaints.push(message.text()); });
  page.on('pageerror', error => complaints.push(String(error)));
  page.on('request', request => requests.push(request.url()));
  await page.goto(`file://${path}`, { timeout: 120000 });
  await page.waitForSelector('body[data-ready=yes]', { timeout: 120000 });
  return new Session(browser, page, complaints, requests);
}

class Session {
  constructor(browser, page, complaints, requests) {
    Object.assign(this, { browser, page, complaints, requests });
  }

  message() {
    return this.page.textContent('#message');
  }

  /// Chooses files; resolves when the page has looked at them.
  async choose(...files) {
    const before = await this.page.evaluate(() => document.body.dataset.taken ?? '0');
    await this.page.setInputFiles('#files', files);
    await this.page.waitForFunction(old => (document.body.dataset.taken ?? '0') !== old, before, { timeout: 60000 });
  }

  /// The same by dragging and dropping.
  async drop(...files) {
    const before = await this.page.evaluate(() => document.body.dataset.taken ?? '0');
    const contents = files.map(file => ({ name: basename(file), bytes: readFileSync(file).toString('base64') }));
    await this.page.evaluate(all => {
      const data = new DataTransfer();
      for (const { name, bytes } of all) data.items.add(new File([Uint8Array.from(atob(bytes), c => c.charCodeAt(0))], name));
      for (const type of ['dragover', 'drop']) document.getElementById('drop').dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
    }, contents);
    await this.page.waitForFunction(old => (document.body.dataset.taken ?? '0') !== old, before, { timeout: 60000 });
  }

  async map(precision, sigma = '') {
    await this.page.selectOption('#precision', precision);
    await this.page.fill('#sigma', sigma);
    const before = await this.page.evaluate(() => document.body.dataset.runs ?? '0');
    await this.page.click('#map');
    await this.page.waitForFunction(old => (document.body.dataset.runs ?? '0') !== old, before, { timeout: 120000 });
  }

  layers() {
    return this.page.$$eval('#maps button', buttons => buttons.map(button => button.dataset.map));
  }

  /// The saved file of a layer, decompressed, and its sidecar.
  async saved(name) {
    const downloads = [];
    const both = new Promise(resolve => {
      const keep = download => { if (downloads.push(download) === 2) { this.page.off('download', keep); resolve(); } };
      this.page.on('download', keep);
    });
    await this.page.click(`#maps button[data-map=${name}]`);
    await this.page.waitForFunction(shown => document.body.dataset.shown === shown, name, { timeout: 60000 });
    await this.page.click('#save');
    await both;
    const bytes = Object.fromEntries(await Promise.all(downloads.map(async download => [download.suggestedFilename(), readFileSync(await download.path())])));
    return { image: gunzipSync(bytes[`${name}.nii.gz`]), sidecar: JSON.parse(bytes[`${name}.json`]) };
  }
}
