// SPDX-License-Identifier: Apache-2.0
// The page of maps: one row of slices for the chosen map, one for its standard deviation, one for the status, with one
// crosshair; the numbers under it; histograms, flagged voxels, regions. Everything is in the page: nothing is asked from anywhere.
'use strict';

const report = JSON.parse(document.getElementById('report').textContent);
const header_bytes = 352;

const element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};
const svg = (name, attributes = {}, text = '') => {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
};
const number = value => value === null || !Number.isFinite(value) ? '-'
  : String(Number.isInteger(value) ? value : Number(value.toPrecision(4)));
const table = (header, rows) => element('div', { class: 'wide' }, element('table', {},
  element('tr', {}, ...header.map(text => element('th', {}, text))),
  ...rows.map(row => element('tr', {}, ...row.map(cell =>
    cell instanceof Node ? element('td', {}, cell) : typeof cell === 'number' || cell === null
      ? element('td', { class: 'number' }, number(cell)) : element('td', {}, cell))))));
const titled = map => map.label + (map.unit ? ` (${map.unit})` : '');

/// An image of the page: the bytes of its NIfTI file, and its numbers.
async function unpacked(image) {
  const text = atob(document.getElementById(image.id).textContent), bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; ++i) bytes[i] = text.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  const file = await new Response(stream).arrayBuffer();
  return { file, stored: new Int16Array(file, header_bytes), step: image.step };
}

/// x fastest; -1 outside of the box.
function voxel_at(mm) {
  const ijk = report.world_to_voxel.map(row => Math.round(row[0] * mm[0] + row[1] * mm[1] + row[2] * mm[2] + row[3]));
  if (ijk.some((i, d) => i < 0 || i >= report.extents[d])) return -1;
  return ijk[0] + report.extents[0] * (ijk[1] + report.extents[1] * ijk[2]);
}

function histogram(map) {
  const h = map.histogram, width = 300, height = 150, left = 8, bottom = 30, top = 22;
  const picture = svg('svg', { width, height, role: 'img', 'aria-label': `histogram of ${map.label}` });
  const most = Math.max(1, ...h.count), step = (width - 2 * left) / h.count.length;
  h.count.forEach((count, i) => picture.append(svg('rect', {
    x: left + i * step, width: Math.max(0.5, step - 0.5), y: height - bottom - (height - bottom - top) * count / most,
    height: (height - bottom - top) * count / most, fill: '#1f5fa8' })));
  picture.append(svg('line', { x1: left, x2: width - left, y1: height - bottom, y2: height - bottom, stroke: '#888' }),
    svg('text', { x: left, y: 14 }, titled(map)), svg('text', { x: left, y: height - 16 }, number(h.low)),
    svg('text', { x: width - left, y: height - 16, 'text-anchor': 'end' }, number(h.high)),
    svg('text', { x: width / 2, y: height - 3, 'text-anchor': 'middle' },
      `median ${number(map.median)}; ${h.below} below, ${h.above} above`));
  return picture;
}

/// Boxes from quartile to quartile with the median, whiskers to the 5th and 95th percentile, a dot for the weighted mean.
function boxes(map) {
  const rows = map.regions.filter(region => region.voxels > 0), line = 20, left = 130, width = 620, top = 24;
  const low = Math.min(...rows.map(r => r.p05)), high = Math.max(...rows.map(r => r.p95));
  const x = value => left + (width - left - 14) * (value - low) / (high > low ? high - low : 1);
  const picture = svg('svg', { width, height: top + line * rows.length + 22, role: 'img', 'aria-label': `regions of ${map.label}` });
  picture.append(svg('text', { x: 4, y: 14 }, titled(map)));
  rows.forEach((r, i) => {
    const y = top + line * i, middle = y + line / 2;
    picture.append(svg('text', { x: left - 6, y: middle + 4, 'text-anchor': 'end' }, r.name.length > 20 ? r.name.slice(0, 19) + '…' : r.name),
      svg('line', { x1: x(r.p05), x2: x(r.p95), y1: middle, y2: middle, stroke: '#555' }),
      svg('rect', { x: x(r.quartile_low), width: Math.max(1, x(r.quartile_high) - x(r.quartile_low)), y: y + 4, height: line - 8, fill: '#9cc3e8', stroke: '#1f5fa8' }),
      svg('line', { x1: x(r.median), x2: x(r.median), y1: y + 4, y2: y + line - 4, stroke: '#12365f', 'stroke-width': 2 }));
    if (r.weighted_mean !== null) picture.append(svg('circle', { cx: Math.min(Math.max(x(r.weighted_mean), left), width - 14), cy: middle, r: 3.2, fill: '#d55e00' }));
  });
  picture.append(svg('text', { x: left, y: top + line * rows.length + 16 }, number(low)),
    svg('text', { x: width - 14, y: top + line * rows.length + 16, 'text-anchor': 'end' }, number(high)));
  return picture;
}

function show_texts() {
  document.title = report.title;
  document.getElementById('title').textContent = report.title;
  document.getElementById('summary').textContent = report.summary;
  document.getElementById('precision').textContent = report.precision;
  document.getElementById('flags').append(table(['status', 'voxels', 'share', 'meaning'], report.status.levels.map(level => [
    element('span', {}, element('span', { class: 'swatch', style: `background: rgb(${level.colour})` }), level.name),
    level.voxels, level.share, level.meaning])));
  document.getElementById('histograms').append(...report.maps.map(histogram));
  document.getElementById('made').append(table(['what', 'value'], report.provenance), element('pre', {}, report.command));
  const with_regions = report.maps.filter(map => map.regions && map.regions.some(r => r.voxels > 0));
  if (with_regions.length === 0) return document.getElementById('regions_part').remove();
  document.getElementById('boxes').append(...with_regions.map(boxes));
  document.getElementById('regions').append(table(['map', 'label', 'region', 'voxels', 'mean', 'std', 'median', 'weighted mean', '± error'],
    with_regions.flatMap(map => map.regions.map(r => [titled(map), String(r.label), r.name, r.voxels, r.mean, r.std, r.median, r.weighted_mean, r.weighted_error]))));
}

const options = { backColor: [0, 0, 0, 1], crosshairColor: [1, 1, 1, 0.8], crosshairWidth: 1, isColorbar: true, show3Dcrosshair: false,
  multiplanarShowRender: 0, multiplanarLayout: 3, isRadiologicalConvention: false, dragAndDropEnabled: false, logLevel: 'fatal', loadingText: '' };

async function show_images() {
  const viewers = {}, images = {};
  for (const row of ['map', 'std', 'status']) {
    const viewer = viewers[row] = new niivue.Niivue({ ...options, isColorbar: row !== 'status' });
    await viewer.attachToCanvas(document.getElementById(row));
    viewer.setSliceType(viewer.sliceTypeMultiplanar);
  }
  const all = Object.values(viewers);
  all.forEach(viewer => viewer.broadcastTo(all.filter(other => other !== viewer), { '2d': true, '3d': false }));
  for (const map of report.maps) {
    images[map.name] = await unpacked(map.image);
    if (map.std) images[map.name + '_std'] = await unpacked(map.std.image);
  }
  images.status = await unpacked(report.status.image);
  const colours = report.status.levels.map(level => level.colour.split(',').map(Number));
  // Sixteen levels lie 17 apart in the 256 entries of a colour map. Each has a plateau of its own, because pictures mix neighbours.
  const stops = Array.from({ length: 32 }, (_, i) => colours[Math.min(i >> 1, colours.length - 1)]);
  viewers.status.addColormap('crbrt_status', { R: stops.map(c => c[0]), G: stops.map(c => c[1]), B: stops.map(c => c[2]),
    A: stops.map(() => 255), I: stops.map((c, i) => Math.min(255, Math.max(0, 17 * (i >> 1) + (i % 2 ? 6 : -6)))) });

  const load = async (viewer, key, colours, low, high) => {
    while (viewer.volumes.length > 0) viewer.removeVolumeByIndex(0);
    await viewer.loadFromArrayBuffer(images[key].file.slice(0), `${key}.nii`);
    const volume = viewer.volumes[0];
    viewer.setInterpolation(true);
    viewer.setColormap(volume.id, colours);  // which sets a window of its own
    volume.cal_min = low === 0 ? high * 1e-4 : low;  // 0 stands where nothing was estimated
    volume.cal_max = high;
    if (low >= 0) volume.colormapType = 1;  // what lies below is transparent
    viewer.updateGLVolume();
  };
  const readout = document.getElementById('readout');
  const show = mm => {
    const voxel = voxel_at(mm), value = key => images[key].stored[voxel] * images[key].step;
    const level = voxel < 0 ? null : report.status.levels[images.status.stored[voxel]];
    const rows = report.maps.map(map => [titled(map), voxel < 0 ? null : value(map.name), voxel < 0 || !map.std ? null : value(map.name + '_std')]);
    readout.replaceChildren(element('p', {}, `${Array.from(mm).slice(0, 3).map(x => x.toFixed(1)).join(', ')} mm: ${level ? level.name : 'outside of the page\'s box'}`),
      table(['map', 'value', '± sigma'], rows));
    readout.dataset.voxel = voxel;
    readout.dataset.values = JSON.stringify(rows);
  };
  all.forEach(viewer => { viewer.onLocationChange = place => show(place.mm); });

  const choose = async map => {
    for (const button of document.querySelectorAll('#maps button')) button.setAttribute('aria-pressed', String(button.dataset.map === map.name));
    document.getElementById('map_caption').textContent = `${titled(map)}: ${map.description}`;
    await load(viewers.map, map.name, map.colours, map.low, map.high);
    document.getElementById('std_row').classList.toggle('away', !map.std);  // a canvas without a width cannot be drawn
    if (map.std) await load(viewers.std, map.name + '_std', 'inferno', map.std.low, map.std.high);
  };
  for (const map of report.maps) {
    const button = element('button', { type: 'button', 'data-map': map.name, 'aria-pressed': 'false' }, map.label);
    button.addEventListener('click', () => choose(map));
    document.getElementById('maps').append(button);
  }
  await load(viewers.status, 'status', 'crbrt_status', -1e-6, 15);
  viewers.status.setInterpolation(true);
  await choose(report.maps[0]);
  viewers.map.scene.crosshairPos = viewers.map.mm2frac(report.centre_mm);
  viewers.map.drawScene();
  viewers.map.createOnLocationChange();
  window.crbrt = { viewers, images, choose, voxel_at };
}

show_texts();
(report.maps.length > 0 ? show_images() : Promise.resolve(document.getElementById('view').remove()))
  .then(() => { document.body.dataset.ready = 'yes'; },
    error => { document.getElementById('readout').textContent = `The slices cannot be drawn (${error.message}): this browser has no WebGL 2?`; console.error(error); });
