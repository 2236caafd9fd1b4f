// SPDX-License-Identifier: Apache-2.0
// The page that maps in the browser against crbrt-map: the same bytes from every format, clear words for what it refuses, and no request.
//   node page_test.mjs PLAYWRIGHT PAGE.html FOLDER
// PLAYWRIGHT is the folder of playwright-core; FOLDER holds in/ (make_inputs.py) and the maps of crbrt-map (page_test.sh).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { open_page } from './browser.mjs';

const [playwright, page_path, folder] = process.argv.slice(2);
const session = await open_page(playwright, page_path), { page } = session;
const input = name => `${folder}/in/${name}`;
const estimates = ['m0_semi_frac', 'T1map', 'T2map'];
let compared = 0;

/// Every layer as it is saved against the file of crbrt-map, header and numbers, byte for byte.
async function expect_maps(maps, what, expected) {
  const layers = await session.layers();
  assert.deepEqual(layers, expected, `the layers of ${what}`);
  const images = {};
  for (const layer of layers) images[layer] = await session.saved(layer);
  const sidecars = await session.saved_sidecars(images);
  for (const layer of layers) {
    const image = images[layer], sidecar = sidecars[layer], file = readFileSync(`${folder}/${maps}/${layer}.nii`);
    // Where a score has no window in the files, the page has one: cal_max and cal_min are at 124.
    if (layer === 'atypicality') for (const bytes of [image, file]) bytes.fill(0, 124, 132);
    assert.equal(image.findIndex((byte, i) => byte !== file[i]), -1, `${what}: ${layer} differs from that of crbrt-map`);
    assert.equal(image.length, file.length);
    const theirs = JSON.parse(readFileSync(`${folder}/${maps}/${layer}.json`, 'utf8'));
    for (const key of ['OutputName', 'Units', 'Description', 'ModelSHA256', 'Precision', 'ValidRange', 'Levels', 'Counts'])
      if (key !== 'Description' || estimates.includes(layer)) assert.deepEqual(sidecar[key], theirs[key], `${what}: ${key} of ${layer}`);
    ++compared;
  }
}

const stds = estimates.map(name => `${name}_std`);
const with_std = [...estimates, ...stds, 'atypicality', 'status'], without_std = [...estimates, 'atypicality', 'status'];

// The same numbers from every format, with a mask that is stored in two orders, and by dropping.
await session.choose(input('whole.nii'), input('mask.nii.gz'));
for (const precision of ['f32', 'integer']) {
  await session.map(precision, '0.01');
  assert.equal(await session.message(), '');
  await expect_maps(`whole-${precision}`, `whole.nii, ${precision}`, with_std);
}
for (const [name, maps] of [['double.nii', 'double'], ['packed.nii.gz', 'whole'], ['parts.nii', 'whole'], ['swapped.nii', 'whole']]) {
  await session.drop(input(name), input('flipped_mask.nii'));
  await session.map('f32', '0.01');
  assert.equal(await session.message(), '');
  await expect_maps(`${maps}-f32`, name, with_std);
}
// Of several arrays the first that fits is taken; the menu has the others, and an array that does not fit is named.
await session.choose(input('several.mat'));
assert.equal(await session.message(), '');
assert.match(await page.textContent('#image'), /^several\.mat:\/x: /);
await page.selectOption('#dataset', '/half');
await page.waitForFunction(() => document.getElementById('message').textContent !== '');
assert.match(await session.message(), /^several\.mat:\/half: expected 13 coefficients per voxel/);
await page.selectOption('#dataset', '/x');
await page.waitForFunction(() => document.getElementById('message').textContent === '');
await session.choose(input('whole.nii'), input('mask.nii.gz'));
await page.click('#no_mask');
await page.waitForFunction(() => document.getElementById('no_mask').hidden);
for (const files of [['pair.cfl', 'pair.hdr'], ['matlab.mat'], ['matlab_double.mat']]) {
  await session.choose(...files.map(input));
  await session.map('integer');
  assert.equal(await session.message(), '');
  await expect_maps('pair-integer', files[0], without_std);
}

// Values under the pointer are those of the maps.
await session.choose(input('whole.nii'), input('mask.nii.gz'));
await session.map('f32', '0.01');
await page.click('#maps button[data-map=T1map]');
await page.waitForFunction(() => document.body.dataset.shown === 'T1map');
const canvas = await page.locator('#slices').boundingBox();
const tile = await page.evaluate(() => Array.from(window.crbrt.display.viewer.screenSlices[0].leftTopWidthHeight));
const shown = new Set();
for (const [x, y] of [[0.4, 0.4], [0.5, 0.6], [0.65, 0.5], [0.3, 0.7]]) {
  await page.mouse.move(canvas.x + tile[0] + x * tile[2], canvas.y + tile[1] + y * tile[3]);
  await page.waitForTimeout(50);
  const { voxel, values } = await page.evaluate(() => ({ ...document.getElementById('readout').dataset }));
  shown.add(voxel);
  const file = readFileSync(`${folder}/whole-f32/T1map.nii`), std = readFileSync(`${folder}/whole-f32/T1map_std.nii`);
  const row = JSON.parse(values).find(r => r.name === 'T1map'), at = 352 + 4 * Number(voxel);
  assert.deepEqual([row.value ?? 0, row.std ?? 0, row.unit], [file.readFloatLE(at), std.readFloatLE(at), 's'], `voxel ${voxel}`);
}
assert.equal(shown.size, 4, 'four places are four voxels');

// What is refused is said, and the maps on the screen stay.
const before = await session.saved('T1map');
async function expect_refusal(words, ...files) {
  await session.choose(...files.map(input));
  assert.match(await session.message(), words, files.join(', '));
  assert.deepEqual(await session.layers(), with_std, `${files}: the maps stay`);
}
await expect_refusal(/^wrong\.nii: expected a NIfTI file, a BART pair x\.cfl and x\.hdr, or MAT v7\.3, found none of them$/, 'wrong.nii');
await expect_refusal(/^cut\.nii: expected \d+ bytes, found \d+$/, 'cut.nii');
await expect_refusal(/^cut\.cfl: expected 499200 bytes \(40x40x3x1x1x1x13\), found 499192 bytes$/, 'cut.cfl', 'cut.hdr');
await expect_refusal(/^cut\.mat: expected a whole HDF5 file, found one that HDF5 refuses/, 'cut.mat');
await expect_refusal(/^old\.mat: expected MAT version 7\.3, found an older one, which this page does not read/, 'old.mat');
await expect_refusal(/^rank12\.nii: expected 13 coefficients per voxel \(model brain_v2\), found 12 \(40x40x3x12\)$/, 'rank12.nii');
await expect_refusal(/^other_mask\.nii: expected a mask on the grid of 40x40x3 voxels.*, found 39x40x3 voxels/, 'other_mask.nii');
await expect_refusal(/^moved_mask\.nii: expected a mask on the grid of/, 'moved_mask.nii');
await expect_refusal(/^damaged\.crbm: expected a model, found one that is refused \(container\.sha256: /, 'damaged.crbm');
await expect_refusal(/^cut\.crbm: expected a model, found one that is refused \(container\.length: /, 'cut.crbm');
await expect_refusal(/^pair\.hdr: expected its \.cfl, too; drop it as well$/, 'pair.hdr');
await expect_refusal(/^\S+ is the model now, but the coefficients do not fit it: whole\.nii: expected \d+ coefficients per voxel \(model [^)]*\), found 13 \(40x40x3x13\)/, 'other_rank.crbm');
assert.ok(await page.isDisabled('#map'), 'nothing can be mapped with a model of another rank');
assert.ok((await session.saved('T1map')).equals(before), 'the maps that are shown can be saved as before');
await session.page.reload();
await page.waitForSelector('body[data-ready=yes]', { timeout: 120000 });
await session.choose(input('cut.nii.gz'));
await session.map('f32');
assert.match(await session.message(), /^cut\.nii\.gz: expected a whole gzip file, found one that is cut off or damaged/);
assert.ok(await page.isHidden('#view'), 'a file that turns out to be cut off gives no maps');
await session.choose(input('whole.nii'));
await session.map('f32', 'x');
assert.match(await session.message(), /^noise: expected a positive number, or nothing, found "x"$/);

// A run that is cancelled leaves what was there.
await session.map('integer');
await session.choose(input('large.nii.gz'));
const runs = await page.evaluate(() => document.body.dataset.runs);
await page.click('#map');
await page.click('#cancel');
await page.waitForFunction(old => document.body.dataset.runs !== old, runs, { timeout: 60000 });
assert.equal(await session.message(), 'cancelled: the maps before are kept');
assert.deepEqual(await session.layers(), without_std);

const foreign = session.requests.filter(url => !url.startsWith(`file://${page_path}`) && !/^(data|blob):/.test(url));
const policy = await page.getAttribute('meta[http-equiv=Content-Security-Policy]', 'content');
const is_reachable = await page.evaluate(() => fetch('https://example.org/').then(() => true, () => false));
session.complaints.splice(0, session.complaints.length, ...session.complaints.filter(text => !text.includes('example.org')));
await session.browser.close();
assert.deepEqual(foreign, [], 'no request to anywhere');
assert.match(policy, /connect-src 'none'/);
assert.ok(!is_reachable, 'the policy lets no request out');
assert.deepEqual(session.complaints, [], 'a quiet console');
console.log(`${compared} maps are those of crbrt-map byte for byte; ${session.requests.length} requests, none to anywhere`);
