// SPDX-License-Identifier: Apache-2.0
// The page in Chromium, watched: what it complained of and asked for; and the few things that a user does with it.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
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
  const { unzipSync } = createRequire(import.meta.url)(`${dirname(playwright)}/fflate`);
  return new Session(browser, page, complaints, requests, unzipSync);
}

class Session {
  constructor(browser, page, complaints, requests, unzip) {
    Object.assign(this, { browser, page, complaints, requests, unzip });
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
  drop(...files) {
    return this.drop_on('drop', ...files);
  }

  async drop_on(id, ...files) {
    const before = await this.page.evaluate(() => document.body.dataset.taken ?? '0');
    const contents = files.map(file => ({ name: basename(file), bytes: readFileSync(file).toString('base64') }));
    await this.page.evaluate(({ all, place }) => {
      const data = new DataTransfer();
      for (const { name, bytes } of all) data.items.add(new File([Uint8Array.from(atob(bytes), c => c.charCodeAt(0))], name));
      const box = document.getElementById(place).getBoundingClientRect();
      const at = { clientX: box.x + box.width / 4, clientY: box.y + box.height / 4 };  // NiiVue asks whether it is meant
      for (const type of ['dragover', 'drop'])
        document.getElementById(place).dispatchEvent(new DragEvent(type, { ...at, dataTransfer: data, bubbles: true, cancelable: true }));
    }, { all: contents, place: id });
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

  /// The file that a click saves.
  async download(button) {
    const coming = this.page.waitForEvent('download', { timeout: 60000 });
    await this.page.click(button);
    const download = await coming;
    return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
  }

  /// The saved file of a layer, decompressed.
  async saved(name) {
    await this.page.click(`#maps button[data-map=${name}]`);
    await this.page.waitForFunction(shown => document.body.dataset.shown === shown, name, { timeout: 60000 });
    const file = await this.download('#save');
    assert.equal(file.name, `${name}.nii.gz`);
    return gunzipSync(file.bytes);
  }

  /// Sidecars by map, of the archive of all; its images are those that are saved one by one.
  async saved_sidecars(images) {
    const file = await this.download('#save_all');
    assert.equal(file.name, 'maps.zip');
    const files = this.unzip(file.bytes);
    for (const [name, image] of Object.entries(images)) assert.ok(image.equals(gunzipSync(files[`${name}.nii.gz`])), name);
    return Object.fromEntries(Object.keys(images).map(name => [name, JSON.parse(new TextDecoder().decode(files[`${name}.json`]))]));
  }
}
