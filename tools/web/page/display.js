// SPDX-License-Identifier: Apache-2.0
// Slices of one layer in NiiVue, and the numbers of the voxel under the pointer. NiiVue gets a copy of the file in
// the unit that is shown; numbers come from the maps themselves.
import { element, number } from './elements.js';

const options = { backColor: [0, 0, 0, 1], crosshairColor: [1, 1, 1, 0.8], crosshairWidth: 1, isColorbar: true, show3Dcrosshair: false,
  multiplanarShowRender: 0, multiplanarLayout: 3, isRadiologicalConvention: false, dragAndDropEnabled: false, logLevel: 'fatal', loadingText: '',
  isAlphaClipDark: true };  // what lies below the window is transparent
// As on the page of --report: ok is dark, what is flagged is not.
const status_colours = [[30, 70, 40], [214, 39, 40], [90, 90, 90], [255, 187, 0], [0, 0, 0], [148, 103, 189], [227, 119, 194],
  [188, 189, 34], [23, 190, 207], [255, 127, 14]];
// Scores of either sign have colours; what has none is transparent below every window.
const far_below = -1e9;

export const colour_of = level => status_colours[level];

/// From millimetres to voxels.
function inverse(affine) {
  const m = affine.map(row => row.slice(0, 3)), t = affine.map(row => row[3]);
  const minor = (r, c) => {
    const [a, b] = [0, 1, 2].filter(i => i !== r), [x, y] = [0, 1, 2].filter(i => i !== c);
    return (m[a][x] * m[b][y] - m[a][y] * m[b][x]) * ((r + c) % 2 ? -1 : 1);
  };
  const determinant = m[0].reduce((sum, value, c) => sum + value * minor(0, c), 0);
  return mm => [0, 1, 2].map(i => [0, 1, 2].reduce((sum, r) => sum + minor(r, i) / determinant * (mm[r] - t[r]), 0));
}

const pause = ms => new Promise(resolve => setTimeout(resolve, ms));
/// Hidden pages get no frames, and need not wait for one.
const next_picture = () => Promise.race([new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve))), pause(200)]);

async function done_drawing(gl) {
  const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
  gl.flush();
  while (gl.clientWaitSync(fence, 0, 0) === gl.TIMEOUT_EXPIRED) await pause(20);
  gl.deleteSync(fence);
}

export class Display {
  constructor(on_error) {
    this.on_error = on_error;
    this.viewer = null;
    this.set = null;
  }

  async start() {
    if (!document.createElement('canvas').getContext('webgl2')) throw new Error('this browser, or this computer, offers no WebGL 2');
    const canvas = document.getElementById('slices');
    this.viewer = await new niivue.Niivue(options).attachToCanvas(canvas);
    this.viewer.setSliceType(this.viewer.sliceTypeMultiplanar);
    // Plateaus, because pictures mix neighbours: sixteen levels lie 17 apart in the 256 entries of a colour map.
    const stops = Array.from({ length: 32 }, (_, i) => status_colours[Math.min(i >> 1, status_colours.length - 1)]);
    this.viewer.addColormap('crbrt_status', { R: stops.map(c => c[0]), G: stops.map(c => c[1]), B: stops.map(c => c[2]),
      A: stops.map(() => 255), I: stops.map((c, i) => Math.min(255, Math.max(0, 17 * (i >> 1) + (i % 2 ? 6 : -6)))) });
    this.viewer.onLocationChange = place => this.show_voxel(this.voxel_at(place.mm), place.mm);
    canvas.addEventListener('mousemove', event => this.show_pointer(event));
  }

  show_pointer(event) {
    if (!this.set || this.viewer.volumes.length === 0) return;
    const scale = this.viewer.uiData?.dpr ?? window.devicePixelRatio;
    const place = this.viewer.canvasPos2frac([event.offsetX * scale, event.offsetY * scale]);
    if (place[0] < 0) return;
    const mm = this.viewer.frac2mm(place);
    this.show_voxel(this.voxel_at(mm), mm);
  }

  /// x fastest; -1 outside of the image.
  voxel_at(mm) {
    const [nx, ny, nz] = this.set.shape, [i, j, k] = this.to_voxel(mm).map(Math.round);
    return i < 0 || j < 0 || k < 0 || i >= nx || j >= ny || k >= nz ? -1 : i + nx * (j + ny * k);
  }

  show_voxel(voxel, mm) {
    const readout = document.getElementById('readout'), at = voxel < 0 ? -1 : this.set.at(voxel);
    const value = layer => at < 0 ? null : layer.values[at];
    const std_of = name => this.set.layers.find(layer => layer.kind === 'std' && layer.name === `${name}_std`);
    const rows = this.set.layers.filter(layer => layer.kind !== 'std' && layer.kind !== 'status').map(layer => {
      const std = std_of(layer.name);
      const shown = stored => stored === null ? null : layer.shown_factor * stored;
      const note = layer.kind === 'atypicality' && at >= 0 ? this.set.judgement(at) : '';
      return { name: layer.name, unit: layer.shown_unit, value: shown(value(layer)), std: std ? shown(value(std)) : null, note };
    });
    const level = voxel < 0 ? null : this.set.level(voxel);
    readout.replaceChildren(
      element('p', {}, `${Array.from(mm).slice(0, 3).map(x => x.toFixed(1)).join(', ')} mm: ${level ? `${level.name} (${level.meaning})` : 'outside of the image'}`),
      element('table', {}, ...rows.map(row => element('tr', row.name === this.layer.name ? { class: 'shown' } : {},
        element('td', {}, row.name), element('td', { class: 'number' }, number(row.value)),
        element('td', { class: 'std' }, row.std === null ? '' : `± ${number(row.std)}`), element('td', {}, row.unit || row.note)))));
    readout.dataset.voxel = voxel;
    readout.dataset.values = JSON.stringify(rows);
    readout.dataset.status = level ? level.name : '';
  }

  /// low, high: the window, in the unit that is shown.
  /// Resolves when the picture is there.
  async show(set, layer, low, high) {
    await next_picture();  // with the words that drawing has begun
    if (!this.viewer) await this.start();
    this.set = set;
    this.layer = layer;
    this.to_voxel = inverse(set.affine);
    while (this.viewer.volumes.length > 0) this.viewer.removeVolumeByIndex(0);
    await this.viewer.loadFromArrayBuffer(set.file(layer, layer.shown_factor, layer.kind === 'atypicality' ? far_below : 0).buffer, `${layer.name}.nii`);
    this.viewer.setSliceType(set.shape[2] > 1 ? this.viewer.sliceTypeMultiplanar : this.viewer.sliceTypeAxial);
    this.viewer.opts.crosshairWidth = Math.max(...set.shape) / 250;  // in voxels
    this.viewer.setInterpolation(true);
    this.viewer.opts.isColorbar = layer.kind !== 'status';
    this.viewer.setColormap(this.viewer.volumes[0].id, layer.kind === 'status' ? 'crbrt_status' : layer.colours);  // which sets a window of its own
    this.set_window(low, high);
    this.viewer.createOnLocationChange();  // the numbers of the crosshair's voxel
    await done_drawing(this.viewer.gl);
  }

  async change_window(low, high) {
    await next_picture();
    this.set_window(low, high);
    if (this.viewer) await done_drawing(this.viewer.gl);
  }

  set_window(low, high) {
    const volume = this.viewer?.volumes[0], is_status = this.layer.kind === 'status';
    if (!volume) return;  // not drawn yet, or not at all
    volume.cal_min = is_status ? -1e-6 : low === 0 ? high * 1e-4 : low;  // 0 stands where nothing was estimated
    volume.cal_max = high;
    if (low >= 0 && !is_status) volume.colormapType = 1;  // what lies below is transparent
    this.viewer.updateGLVolume();
  }
}
