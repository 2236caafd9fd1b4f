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

/// What stands beside the slices: how many voxels are atypical, as crbrt-map counts them, and every voxel of the grid with its status.
async function expect_words({ AtypicalVoxels, Voxels, Counts }, what) {
  assert.match(await page.textContent('#atypical'), new RegExp(`^Atypical: ${AtypicalVoxels} of the ${Voxels} voxels with estimates \\(`), what);
  assert.equal(await page.isVisible('#suspicion'), AtypicalVoxels > 0.05 * Voxels, `${what}: many atypical voxels are warned of`);
  const listed = await page.$$eval('#counts li', rows => rows.map(row => [row.dataset.level, Number(row.dataset.voxels), row.textContent]));
  assert.equal(listed.reduce((sum, [, voxels]) => sum + voxels, 0), 40 * 40 * 3, `${what}: every voxel is counted`);
  for (const [level, voxels, text] of listed) assert.match(text, new RegExp(`^${level}: ${voxels} voxels? - \\w`), `${what}: ${level} in words`);
}

/// Every layer as it is saved against the file of crbrt-map, header and numbers, byte for byte.
async function expect_maps(maps, what, expected, sources) {
  const layers = await session.layers();
  assert.deepEqual(layers, expected, `the layers of ${what}`);
  const images = {};
  for (const layer of layers) images[layer] = await session.saved(layer);
  const sidecars = await session.saved_sidecars(images);
  for (const layer of layers) {
    const image = images[layer], sidecar = sidecars[layer], file = readFileSync(`${folder}/${maps}/${layer}.nii`);
    assert.equal(image.findIndex((byte, i) => byte !== file[i]), -1, `${what}: ${layer} differs from that of crbrt-map`);
    assert.equal(image.length, file.length);
    const theirs = JSON.parse(readFileSync(`${folder}/${maps}/${layer}.json`, 'utf8'));
    for (const key of ['OutputName', 'Units', 'Description', 'ModelSHA256', 'Precision', 'ValidRange', 'Levels', 'Counts'])
      if (key !== 'Description' || estimates.includes(layer)) assert.deepEqual(sidecar[key], theirs[key], `${what}: ${key} of ${layer}`);
    assert.deepEqual(sidecar.Sources, sources, `${what}: sources of ${layer}`);
    if (layer === 'atypicality') await expect_words(theirs, what);
    ++compared;
  }
}

const stds = estimates.map(name => `${name}_std`);
const with_std = [...estimates, ...stds, 'atypicality', 'status'], without_std = [...estimates, 'atypicality', 'status'];

// What the page does, where files go and what starts it are seen without scrolling on a small screen.
await page.setViewportSize({ width: 1280, height: 720 });
for (const part of ['h1', 'h1 + p', '#drop', '#inputs', '#map']) {
  const box = await page.locator(part).boundingBox();
  assert.ok(box.y >= 0 && box.y + box.height <= 720, `${part} ends at ${box.y + box.height} of 720`);
}
await page.setViewportSize({ width: 1280, height: 1000 });
assert.match(await page.textContent('#model'), /^brain_v2 \(built into this page\): .*; estimates m0_semi_frac, T1map, T2map$/);
assert.ok(await page.isHidden('#built_in'));
assert.equal(await page.$eval('#files', input => getComputedStyle(input).opacity), '0', 'what the browser says of chosen files is not seen');

// No words for a command line: neither in what C++ can say nor in what is read on the page.
const wasm = await page.evaluate(() => atob(JSON.parse(document.getElementById('worker_text').textContent).match(/base64,([A-Za-z0-9+/=]{1000,})/)[1]));
assert.ok(wasm.startsWith('\0asm'));
// base/bound_session.h names --isa where an instruction set is lacking; the page asks for none in particular.
assert.deepEqual(wasm.match(/--[a-z]{2}[a-z-]*/g)?.filter(option => option !== '--isa') ?? [], [], 'options in the texts of the WebAssembly');
assert.doesNotMatch(await page.innerText('body'), /--[a-z]/);

// The same numbers from every format, with a mask that is stored in two orders, and by dropping.
await session.choose(input('whole.nii'), input('mask.nii.gz'));
for (const precision of ['f32', 'integer']) {
  await session.map(precision, '0.01');
  assert.equal(await session.message(), '');
  await expect_maps(`whole-${precision}`, `whole.nii, ${precision}`, with_std, ['whole.nii', 'mask.nii.gz']);
  assert.deepEqual(JSON.parse(readFileSync(`${folder}/whole-${precision}/T1map.json`, 'utf8')).Sources, ['whole.nii', 'mask.nii.gz'], 'as crbrt-map names them');
  assert.equal(await page.textContent('#whose'), `Maps of whole.nii in the mask mask.nii.gz, by the model brain_v2 in ${precision === 'f32' ? 'floating point' : 'integers'}, for a noise of 0.01`);
}
for (const [name, maps] of [['double.nii', 'double'], ['packed.nii.gz', 'whole'], ['parts.nii', 'whole'], ['swapped.nii', 'whole']]) {
  await session.drop(input(name), input('flipped_mask.nii'));
  await session.map('f32', '0.01');
  assert.equal(await session.message(), '');
  assert.match(await page.textContent('#image'), new RegExp(`^${name}: 40 x 40 x 3 voxels`));
  assert.match(await page.textContent('#mask'), /^flipped_mask\.nii: 3180 of 4800 voxels are mapped/);
  await expect_maps(`${maps}-f32`, name, with_std, [name, 'flipped_mask.nii']);
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
  await expect_maps('pair-integer', files[0], without_std, [/^matlab/.test(files[0]) ? `${files[0]}:/scan/x` : files[0]]);
  assert.match(await page.textContent('#whose'), /^Maps of \S+, by the model brain_v2 in integers$/);
}

// Values under the pointer are those of the maps, in the units and colours in which people see them; files stay in those of crbrt-map.
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
  assert.deepEqual([row.value ?? 0, row.std ?? 0, row.unit], [1000 * file.readFloatLE(at), 1000 * std.readFloatLE(at), 'ms'], `voxel ${voxel}`);
}
assert.equal(shown.size, 4, 'four places are four voxels');
for (const [name, colours, unit, factor, high, stored] of [['T1map', 'lipari', 'ms', 1000, 3000, 's'], ['T2map', 'navia', 'ms', 1000, 200, 's'],
  ['m0_semi_frac', 'viridis', '%', 100, 30, 'fractions of 1']]) {
  const file = await session.saved(name), values = Array.from({ length: 40 * 40 * 3 }, (_, i) => file.readFloatLE(352 + 4 * i));
  const volume = await page.evaluate(() => { const [v] = window.crbrt.display.viewer.volumes; return { colours: v.colormap, high: v.cal_max, largest: v.img.reduce((a, b) => Math.max(a, b)) }; });
  assert.deepEqual(volume, { colours, high, largest: Math.fround(factor * Math.max(...values)) }, name);
  assert.match(await page.textContent('#caption'), new RegExp(`^${name} in ${unit}: (?!.*total of 1)`));
  assert.deepEqual([await page.inputValue('#high'), await page.textContent('#window_unit')], [String(high), unit]);
  assert.match(await page.textContent('#saved_unit'), new RegExp(`${name} in ${stored}, not in ${unit} as shown here`));
}

// Coefficients in reversed order: the page warns, says it of each voxel, and shows where the threshold is.
assert.ok(await page.isHidden('#suspicion'));
await session.choose(input('reversed.nii'), input('mask.nii.gz'));
for (const [sigma, judgement] of [['0.01', /^atypical: above the threshold for its noise$/], ['', /^atypical: above [0-9.]+$/]]) {
  await session.map('f32', sigma);
  assert.match(await page.textContent('#suspicion'), /^\d+\.\d % of the voxels are atypical, where 1 % is usual: .* another sequence, basis or order/);
  assert.ok(await page.isVisible('#suspicion'));
  await page.click('#maps button[data-map=atypicality]');
  await page.waitForFunction(() => document.body.dataset.shown === 'atypicality');
  const { values, status } = await page.evaluate(() => ({ ...document.getElementById('readout').dataset }));
  assert.match(JSON.parse(values).find(row => row.name === 'atypicality').note, judgement);
  assert.match(await page.innerText('#readout'), /: (ok \(no fault found\)|outside_range)/, status);
}
const threshold = await page.evaluate(() => window.crbrt.state.set.threshold.score);
assert.match(await page.textContent('#caption'), new RegExp(`above the threshold: ${Number(threshold.toPrecision(4))}$`));
const scores = await page.evaluate(() => { const [v] = window.crbrt.display.viewer.volumes; return [v.cal_min, v.cal_max, v.img[0]]; });
assert.deepEqual(scores, [-2 * threshold, 2 * threshold, -1e9], 'the threshold is at three quarters of the colours, and blank voxels below them');
await session.choose(input('whole.nii'), input('mask.nii.gz'));
await session.map('f32', '0.01');

// New coefficients with their mask leave nothing of the old mask; without one it goes with a note. Files may fall on the slices, too.
await session.drop_on('slices', input('narrow.nii'), input('narrow_mask.nii'));
assert.equal(await session.message(), '');
assert.match(await page.textContent('#mask'), /^narrow_mask\.nii: \d+ of 3600 voxels are mapped$/);
assert.doesNotMatch(await page.textContent('#warnings'), /mask\.nii\.gz/);
await session.choose(input('whole.nii'));
assert.equal(await session.message(), '');
assert.match(await page.textContent('#mask'), /^none/);
assert.match(await page.textContent('#warnings'), /Note: the mask narrow_mask\.nii lies on another grid and is no longer used; all voxels are mapped$/);
await session.choose(input('mask.nii.gz'));

// While slices are drawn the page says so.
await page.evaluate(() => {
  window.words = [];
  new MutationObserver(() => window.words.push(document.getElementById('drawing').textContent)).observe(document.getElementById('drawing'), { childList: true });
});
await session.saved('T2map');
assert.deepEqual(await page.evaluate(() => window.words), ['drawing T2map ...', '']);

// What is refused is said, and the maps on the screen stay.
const before = await session.saved('T1map');
async function expect_refusal(words, ...files) {
  await session.choose(...files.map(input));
  assert.match(await session.message(), words, files.join(', '));
  assert.doesNotMatch(await session.message(), /--[a-z]/, 'the page has no command line');
  assert.deepEqual(await session.layers(), with_std, `${files}: the maps stay`);
}
await expect_refusal(/^wrong\.nii: expected a NIfTI file, a BART pair x\.cfl and x\.hdr, or MAT v7\.3, found none of them$/, 'wrong.nii');
await expect_refusal(/^cut\.nii: expected \d+ bytes, found \d+$/, 'cut.nii');
await expect_refusal(/^cut\.cfl: expected 499200 bytes \(40x40x3x1x1x1x13\), found 499192 bytes$/, 'cut.cfl', 'cut.hdr');
await expect_refusal(/^cut\.mat: expected a whole HDF5 file, found one that HDF5 refuses/, 'cut.mat');
await expect_refusal(/^old\.mat: expected MAT version 7\.3, found an older one, which this page does not read/, 'old.mat');
await expect_refusal(/^rank12\.nii: expected 13 coefficients per voxel \(model brain_v2\), found 12 \(40x40x3x12\)$/, 'rank12.nii');
await expect_refusal(/^other_mask\.nii: expected a mask on the grid of 40x40x3 voxels.*, found 39x40x3 voxels/, 'other_mask.nii');
await expect_refusal(/^moved_mask\.nii: expected a mask on the grid of .* \(save it with the header of the coefficients; /, 'moved_mask.nii');
await expect_refusal(/^flat\.nii: expected an affine .* \(mend the header, or set its qform_code and sform_code to 0: /, 'flat.nii');
await expect_refusal(/^damaged\.crbm: expected a model, found one that is refused \(container\.sha256: /, 'damaged.crbm');
await expect_refusal(/^cut\.crbm: expected a model, found one that is refused \(container\.length: /, 'cut.crbm');
await expect_refusal(/^pair\.hdr: expected its \.cfl, too; drop it as well$/, 'pair.hdr');
await expect_refusal(/^\S+ is the model now, but the coefficients do not fit it: whole\.nii: expected \d+ coefficients per voxel \(model [^)]*\), found 13 \(40x40x3x13\)/, 'other_rank.crbm');
assert.ok(await page.isDisabled('#map'), 'nothing can be mapped with a model of another rank');
assert.ok((await session.saved('T1map')).equals(before), 'the maps that are shown can be saved as before');
await page.click('#built_in');
await page.waitForFunction(() => !document.getElementById('map').disabled);
assert.match(await page.textContent('#model'), /^brain_v2 \(built into this page\)/);
assert.match(await page.textContent('#image'), /^whole\.nii: /, 'the coefficients are in use again');
assert.equal(await session.message(), '');
await session.page.reload();
await page.waitForSelector('body[data-ready=yes]', { timeout: 120000 });
await session.choose(input('cut.nii.gz'));
await session.map('f32');
assert.match(await session.message(), /^cut\.nii\.gz: expected a whole gzip file, found one that is cut off or damaged/);
assert.ok(await page.isHidden('#view'), 'a file that turns out to be cut off gives no maps');
await session.choose(input('whole.nii'));
await session.map('f32', 'x');
assert.match(await session.message(), /^noise: expected a positive number, or nothing, found "x"$/);
await session.map('f32', '1e-60');
assert.equal(await session.message(), 'noise: expected a number from 1.18e-38 to 3.4e38, which single precision can hold, found 1e-60');
assert.ok(await page.isHidden('#view'), 'a noise that no number can hold gives no maps');

// A run that is cancelled leaves what was there.
await session.map('integer');
await session.choose(input('large.nii.gz'));
const runs = await page.evaluate(() => document.body.dataset.runs);
await page.click('#map');
await page.click('#cancel');
await page.waitForFunction(old => document.body.dataset.runs !== old, runs, { timeout: 60000 });
assert.equal(await session.message(), 'cancelled: the maps before are kept');
assert.deepEqual(await session.layers(), without_std);

// Without WebGL 2 the reason stands where the slices would, and maps are saved all the same.
await page.addInitScript(() => {
  const get = HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.getContext = function (kind, ...rest) { return kind === 'webgl2' ? null : get.call(this, kind, ...rest); };
});
await page.reload();
await page.waitForSelector('body[data-ready=yes]', { timeout: 120000 });
await session.choose(input('whole.nii'), input('mask.nii.gz'));
await session.map('f32', '0.01');
assert.equal(await session.message(), '');
assert.match(await page.textContent('figure #undrawn'), /^The slices cannot be drawn: this browser, or this computer, offers no WebGL 2\. Maps can be saved/);
assert.ok(await page.isVisible('#undrawn') && await page.isHidden('#slices'));
assert.ok((await session.saved('T1map')).equals(before), 'maps that cannot be drawn are saved');

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
