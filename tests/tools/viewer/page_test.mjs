// SPDX-License-Identifier: Apache-2.0
// Opens the page of maps in a browser: no error, no request to anywhere, the values of the NIfTI files under the pointer.
//   node page_test.mjs PLAYWRIGHT PAGE.html FOLDER [SCREENSHOT.png]
// PLAYWRIGHT is the folder of playwright-core, FOLDER that of the maps that the page was made of (uncompressed).
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import assert from 'node:assert/strict';

const [playwright, page_path, folder, screenshot] = process.argv.slice(2);
const { chromium } = createRequire(import.meta.url)(playwright);
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--headless=new', '--no-sandbox',
  '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist'] });
const page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
const complaints = [], requests = [];
page.on('console', message => { if (['error', 'warning'].includes(message.type())) complaints.push(message.text()); });
page.on('pageerror', error => complaints.push(String(error)));
page.on('request', request => requests.push(request.url()));
await page.goto(`file://${page_path}`, { timeout: 120000 });
await page.waitForSelector('body[data-ready=yes]', { timeout: 120000 });

/// A map's numbers as they lie in its NIfTI file, and its extents.
function nifti(name) {
  const bytes = readFileSync(`${folder}/${name}.nii`);
  const extents = [42, 44, 46].map(at => bytes.readInt16LE(at));
  return { extents, value: v => bytes.readFloatLE(bytes.readFloatLE(108) + 4 * v) };
}

// Every image of the page against its file, at voxels spread over the box: half a step, and what single precision rounds away.
const report = await page.evaluate(() => report);
const voxels = Array.from({ length: 500 }, (_, n) => report.extents.map((extent, d) => (n * [7, 11, 13][d]) % extent));
const in_box = ijk => ijk[0] + report.extents[0] * (ijk[1] + report.extents[1] * ijk[2]);
let compared = 0;
for (const map of report.maps) {
  for (const [name, image] of [[map.name, map.image], [`${map.name}_std`, map.std && map.std.image]]) {
    if (!image) continue;
    const file = nifti(name);
    const stored = await page.evaluate(([key, at]) => at.map(v => window.crbrt.images[key].stored[v]), [name, voxels.map(in_box)]);
    voxels.forEach((ijk, n) => {
      const at = ijk.map((i, d) => i + report.box_first[d]);
      const exact = map.factor * file.value(at[0] + file.extents[0] * (at[1] + file.extents[1] * at[2]));
      if (Math.abs(exact) > 32767 * image.step) return;
      assert.ok(Math.abs(stored[n] * image.step - exact) <= 0.5 * image.step * (1 + 1e-3) + 1e-6 * Math.abs(exact),
        `${name} at ${ijk}: ${stored[n] * image.step} shown, ${exact} in the file`);
      ++compared;
    });
  }
}
assert.ok(compared >= 500, `${compared} values were compared`);

// Every image has the window that the page asks for: NiiVue chooses one of its own whenever colours are set.
const near = (a, b) => Math.abs(a - b) <= 1e-6 * Math.abs(b);
for (const map of report.maps) {
  const shown = await page.evaluate(async name => {
    await window.crbrt.choose(report.maps.find(m => m.name === name));
    return Object.fromEntries(Object.entries(window.crbrt.viewers).map(([row, viewer]) => [row, viewer.volumes[0].cal_max]));
  }, map.name);
  assert.ok(near(shown.map, map.high), `${map.name}: expected a window up to ${map.high}, found ${shown.map}`);
  if (map.std) assert.ok(near(shown.std, map.std.high), `std of ${map.name}: expected a window up to ${map.std.high}, found ${shown.std}`);
  assert.equal(shown.status, 15, 'sixteen stops of the colour map, one for each level of the status');
}
// The corner of the first slice lies outside of the mask, and has the colour that the table says.
const corner = await page.evaluate(() => {
  const viewer = window.crbrt.viewers.status, gl = viewer.gl, pixel = new Uint8Array(4);
  viewer.drawScene();
  const [left, top] = viewer.screenSlices[0].leftTopWidthHeight;
  gl.readPixels(left + 3, gl.drawingBufferHeight - top - 4, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
  return Array.from(pixel).slice(0, 3);
});
const outside = report.status.levels.find(level => level.name === 'not_computed').colour.split(',').map(Number);
assert.ok(corner.every((c, i) => Math.abs(c - outside[i]) <= 2), `expected the colour ${outside} of not_computed, found ${corner}`);

// A click moves the crosshair of all rows and shows the numbers of its voxel; another map keeps the place.
const readout = () => page.evaluate(() => ({ ...document.getElementById('readout').dataset }));
const before = await readout();
const canvas = await page.locator('#map').boundingBox();
const tile = await page.evaluate(() => Array.from(window.crbrt.viewers.map.screenSlices[0].leftTopWidthHeight));
await page.mouse.click(canvas.x + tile[0] + 0.35 * tile[2], canvas.y + tile[1] + 0.4 * tile[3]);
await page.waitForFunction(old => document.getElementById('readout').dataset.voxel !== old, before.voxel, { timeout: 30000 });
const after = await readout();
if (Number(after.voxel) >= 0) {
  const values = JSON.parse(after.values);
  for (const [n, map] of report.maps.entries())
    assert.equal(values[n][1], await page.evaluate(([key, v]) => window.crbrt.images[key].stored[v] * window.crbrt.images[key].step, [map.name, Number(after.voxel)]));
}
const places = await page.evaluate(() => Object.values(window.crbrt.viewers).map(viewer => Array.from(viewer.scene.crosshairPos)));
for (const place of places) place.forEach((x, d) => assert.ok(Math.abs(x - places[0][d]) < 1e-4, `rows are linked: ${JSON.stringify(places)}`));
if (report.maps.length > 1) await page.click(`#maps button:nth-child(2)`);
await page.waitForTimeout(300);
if (report.maps.length > 1) await page.click(`#maps button:nth-child(1)`);
await page.waitForTimeout(300);

assert.ok((await page.textContent('#regions')).includes('one "<b>'), 'names of regions are text');
assert.equal(await page.locator('#regions b').count(), 0);
assert.equal(await page.textContent('.warning'), 'Not for diagnostic use.');
assert.ok(await page.locator('#histograms svg').count() === report.maps.length, 'one histogram a map');
const foreign = requests.filter(url => !url.startsWith(`file://${page_path}`) && !/^(data|blob):/.test(url));
if (screenshot) {
  await page.screenshot({ path: screenshot, fullPage: true });
}
await browser.close();
assert.deepEqual(foreign, [], 'no request to anywhere');
assert.deepEqual(complaints, [], 'a quiet console');
console.log(`${compared} values, ${requests.length} requests, none to anywhere`);
