// SPDX-License-Identifier: Apache-2.0
// The page: files in, one run at a time, maps out. What goes wrong is said and leaves everything else as it was.
import { Display, colour_of } from './display.js';
import { by_id, element, number } from './elements.js';
import { MapSet } from './map_set.js';
import { save, save_all } from './saving.js';
import { WorkerCalls, unpacked } from './worker_call.js';

const display = new Display();
const worker = new WorkerCalls(show_progress);
const state = { model: null, image: null, files: null, pair: {}, hdf5: null, mask: null, set: null, layer: null, is_mapping: false, has_hdf5: false };

function say(text) {
  by_id('message').textContent = text;
  by_id('message').hidden = text === '';
}

function warn(texts) {
  by_id('warnings').replaceChildren(...texts.map(text => element('li', {}, text)));
}

function show_inputs() {
  const { model, image, mask } = state;
  by_id('model').textContent = model ? `${model.name}: ${model.n_coeff} coefficients; ${model.outputs.join(', ')}` : 'none';
  by_id('image').textContent = image ? `${image.name}: ${image.extents.join(' x ')}, ${image.element}` : 'none yet';
  by_id('mask').textContent = mask ? `${mask.name}: ${mask.voxels} voxels` : 'none: all voxels';
  by_id('no_mask').hidden = !mask;
  by_id('map').disabled = !model || !image || state.is_mapping;
  const integer = by_id('precision').options[1];
  integer.disabled = !model || !model.has_integers;
  if (integer.disabled) by_id('precision').value = 'f32';
  by_id('sigma').disabled = !model || !model.has_std;
}

function show_progress({ done, read }) {
  if (!state.image) return;
  by_id('progress').value = done > 0 ? done / state.n_voxels : read;
  by_id('time').textContent = done > 0 ? `${done} of ${state.n_voxels} voxels` : `${Math.round(100 * read)} % of the file are read`;
}

async function open_model(bytes, name) {
  const model = await worker.call('open_model', { bytes, name });
  state.model = model;
  if (!state.files) return;
  try {
    await open_image(state.files);  // whose dimensions may mean something else to this model
  } catch (error) {
    state.image = null;  // until a model comes that they fit
    throw new Error(`${model.name} is the model now, but the coefficients do not fit it: ${error.message}`);
  }
}

async function open_image(files) {
  const image = await worker.call('open_image', { files });
  warn(image.warnings);
  Object.assign(state, { image, files });
  if (!state.mask) return;
  try {
    await use_mask(state.mask.file);
  } catch (error) {
    state.mask = null;
    throw error;
  }
}

async function use_mask(file) {
  const { voxels, warnings } = await worker.call('use_mask', { file });
  state.mask = { name: file.name, voxels, file };
  warn([...state.image.warnings, ...warnings]);
}

/// The first array of the file that is coefficients for the model; the menu has them all. Where none is, the first one's refusal.
async function open_hdf5(file) {
  if (!state.has_hdf5) {
    await worker.call('library', { text: new TextDecoder().decode(await unpacked('hdf5_text')) });
    state.has_hdf5 = true;
  }
  const datasets = await worker.call('datasets', { file });
  by_id('dataset').replaceChildren(...datasets.map(name => element('option', { value: name }, name)));
  by_id('dataset_row').hidden = datasets.length < 2;
  state.hdf5 = { hdf5: file, is_one_of_many: datasets.length > 1 };
  let refusal = null;
  for (const dataset of datasets) {
    try {
      await open_image({ ...state.hdf5, dataset });
      by_id('dataset').value = dataset;
      return;
    } catch (error) {
      refusal ??= error;
    }
  }
  by_id('dataset').value = datasets[0];
  throw refusal;
}

/// The parts that files play: a mask needs coefficients before it, and .cfl and .hdr each other.
async function take(files) {
  say('');
  const roles = await worker.call('roles', { files });
  const problems = roles.filter(part => part.error !== undefined).map(part => part.error);
  const of_role = role => roles.flatMap((part, i) => part.role === role ? [files[i]] : []);
  const attempt = async work => {
    try {
      await work();
    } catch (error) {
      problems.push(error.message);
    }
  };
  for (const file of of_role('model')) await attempt(async () => open_model(new Uint8Array(await file.arrayBuffer()), file.name));
  for (const role of ['cfl', 'hdr']) for (const file of of_role(role)) state.pair[role] = file;
  if (of_role('cfl').length + of_role('hdr').length > 0) {
    if (state.pair.cfl && state.pair.hdr) {
      const pair = state.pair;
      state.pair = {};
      await attempt(() => open_image(pair));
    } else {
      problems.push(`${(state.pair.cfl ?? state.pair.hdr).name}: expected ${state.pair.cfl ? 'its .hdr' : 'its .cfl'}, too; drop it as well`);
    }
  }
  for (const file of of_role('hdf5')) await attempt(() => open_hdf5(file));
  for (const file of of_role('coefficients')) {
    await attempt(async () => {
      await open_image({ coefficients: file });
      by_id('dataset_row').hidden = true;
    });
  }
  for (const file of of_role('mask')) {
    if (state.image) await attempt(() => use_mask(file));
    else problems.push(`${file.name}: expected coefficients before a mask, found none; real numbers of three dimensions are taken for a mask`);
  }
  say(problems.join('\n'));
  show_inputs();
  document.body.dataset.taken = Number(document.body.dataset.taken ?? 0) + 1;
}

function noise() {
  const text = by_id('sigma').value.trim();
  if (text === '' || by_id('sigma').disabled) return 0;
  const sigma = Number(text);
  if (!(sigma > 0 && Number.isFinite(sigma))) throw new Error(`noise: expected a positive number, or nothing, found "${text}"`);
  return sigma;
}

async function map() {
  const image = state.image;
  state.n_voxels = state.mask ? state.mask.voxels : image.shape.reduce((a, b) => a * b);
  set_mapping(true);
  try {
    say('');
    const result = await worker.call('map', { is_integer: by_id('precision').value === 'integer', sigma: noise() });
    const set = new MapSet(result, image);
    by_id('time').textContent = `${result.voxels.length} voxels in ${number(result.ms / 1000)} s, of which ${number(result.kernel_ms / 1000)} s the network (${result.isa})`;
    by_id('time').dataset.kernelMs = result.kernel_ms;
    by_id('time').dataset.ms = result.ms;
    state.set = set;
    await show_set();
  } catch (error) {
    by_id('time').textContent = '';
    say(error.message.startsWith('cancelled') && !state.set ? 'cancelled' : error.message);
  }
  set_mapping(false);
  document.body.dataset.runs = Number(document.body.dataset.runs ?? 0) + 1;
}

function set_mapping(is_mapping) {
  state.is_mapping = is_mapping;
  by_id('cancel').hidden = by_id('progress').hidden = !is_mapping;
  by_id('progress').value = 0;
  document.body.dataset.mapping = is_mapping ? 'yes' : 'no';
  show_inputs();
}

async function show_set() {
  const { set } = state;
  by_id('view').hidden = false;
  by_id('counts').replaceChildren(...set.counts().filter(level => level.voxels > 0).map(level => element('li', { title: level.meaning },
    element('span', { class: 'swatch', style: `background: rgb(${colour_of(set.levels.findIndex(l => l.name === level.name))})` }),
    `${level.name}: ${level.voxels} voxels`)));
  by_id('maps').replaceChildren(...set.layers.map(layer => {
    const button = element('button', { type: 'button', 'data-map': layer.name, 'aria-pressed': 'false' }, layer.name);
    button.addEventListener('click', () => { say(''); choose(layer); });
    return button;
  }));
  await choose(set.layers.find(layer => layer.name === state.layer?.name) ?? set.layers[0]);
}

async function choose(layer) {
  state.layer = layer;
  for (const button of by_id('maps').children) button.setAttribute('aria-pressed', String(button.dataset.map === layer.name));
  by_id('caption').textContent = `${layer.name}${layer.unit ? ` (${layer.unit})` : ''}: ${layer.description}`;
  const [low, high] = usual_window(layer);
  by_id('window').classList.toggle('fixed', layer.kind === 'status');
  by_id('low').value = number(low);
  by_id('high').value = number(high);
  try {
    await display.show(state.set, layer, low, high);
    document.body.dataset.shown = layer.name;
  } catch (error) {
    say(`The slices cannot be drawn (${error.message}): this browser has no WebGL 2? Maps can be saved all the same.`);
  }
}

/// A quantity without a window in the table has that of its values.
function usual_window(layer) {
  if (layer.low < layer.high) return [layer.low, layer.high];
  let low = 0, high = 0;
  for (const value of layer.values) if (Number.isFinite(value)) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return low < high ? [low, high] : [0, 1];
}

function window_changed() {
  const low = Number(by_id('low').value), high = Number(by_id('high').value);
  if (!(Number.isFinite(low) && Number.isFinite(high) && low < high)) return say(`colours: expected a lower and a higher number, found ${by_id('low').value} and ${by_id('high').value}`);
  say('');
  display.set_window(low, high);
}

function listen() {
  const drop = by_id('drop');
  const over = is_over => drop.classList.toggle('over', is_over);
  document.addEventListener('dragover', event => { event.preventDefault(); over(true); });
  document.addEventListener('dragleave', () => over(false));
  document.addEventListener('drop', event => {
    event.preventDefault();
    over(false);
    if (!state.is_mapping) take([...event.dataTransfer.files]);
  });
  by_id('files').addEventListener('change', event => { if (!state.is_mapping) take([...event.target.files]).then(() => { event.target.value = ''; }); });
  by_id('settings').addEventListener('submit', event => { event.preventDefault(); if (!by_id('map').disabled) map(); });
  by_id('cancel').addEventListener('click', () => worker.cancel());
  by_id('no_mask').addEventListener('click', async () => { await worker.call('use_all_voxels'); state.mask = null; show_inputs(); });
  by_id('dataset').addEventListener('change', event => open_image({ ...state.hdf5, dataset: event.target.value })
    .then(() => say(''), error => say(error.message)).then(show_inputs));
  for (const id of ['low', 'high']) by_id(id).addEventListener('change', window_changed);
  by_id('reset').addEventListener('click', () => { say(''); choose(state.layer); });
  by_id('save').addEventListener('click', () => save(state.set, state.layer));
  by_id('save_all').addEventListener('click', () => save_all(state.set));
}

window.crbrt = { state, display, take };
listen();
unpacked('model_text').then(bytes => open_model(bytes, '@MODEL_NAME@')).catch(error => say(error.message)).then(() => {
  show_inputs();
  document.body.dataset.ready = 'yes';
});
