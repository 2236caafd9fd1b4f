// SPDX-License-Identifier: Apache-2.0
// The page: files in, one run at a time, maps out. What goes wrong is said and leaves everything else as it was.
import { by_id, number } from './elements.js';
import { open_built_in, open_dataset, show_inputs, take, use_all_voxels } from './inputs.js';
import { MapSet } from './map_set.js';
import { choose, display, show_set, window_changed } from './results.js';
import { save, save_all } from './saving.js';
import { say, state, worker } from './state.js';

function noise() {
  const text = by_id('sigma').value.trim();
  if (text === '' || by_id('sigma').disabled) return 0;
  const sigma = Number(text);
  if (!(sigma > 0 && Number.isFinite(sigma))) throw new Error(`noise: expected a positive number, or nothing, found "${text}"`);
  return sigma;
}

/// Whose maps a run with these settings makes.
function origin(is_integer, sigma) {
  const { model, image, mask } = state;
  return `${image.name}${mask ? ` in the mask ${mask.name}` : ''}, by the model ${model.name} in ${is_integer ? 'integers' : 'floating point'}`
    + (sigma > 0 ? `, for a noise of ${number(sigma)}` : '');
}

async function map() {
  const image = state.image;
  state.n_voxels = state.mask ? state.mask.voxels : image.shape.reduce((a, b) => a * b);
  set_mapping(true);
  try {
    say('');
    const is_integer = by_id('precision').value === 'integer', sigma = noise(), whose = origin(is_integer, sigma);
    const result = await worker.call('map', { is_integer, sigma });
    by_id('time').textContent = `${result.voxels.length} voxels in ${number(result.ms / 1000)} s (the network alone: ${number(result.kernel_ms / 1000)} s, ${result.isa})`;
    by_id('time').dataset.kernelMs = result.kernel_ms;
    by_id('time').dataset.ms = result.ms;
    state.set = new MapSet(result, image, whose);
    set_mapping(false);
    await show_set();
    by_id('view').scrollIntoView({ block: 'start' });
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

/// Says what `work` is refused with, and shows the inputs as they are then.
function attempt(work) {
  if (!state.is_mapping) work().then(() => say(''), error => say(error.message)).then(show_inputs);
}

function listen_for_files() {
  const over = is_over => by_id('drop').classList.toggle('over', is_over);
  // Before the slices hear of it: NiiVue keeps what is dragged over them to itself.
  const listen_first = (type, react) => document.addEventListener(type, event => {
    event.preventDefault();
    event.stopPropagation();
    react(event);
  }, true);
  listen_first('dragover', () => over(true));
  listen_first('dragleave', () => over(false));
  listen_first('drop', event => {
    over(false);
    if (state.is_mapping) say('A run is under way: cancel it or wait for its end, and drop the files again.');
    else take([...event.dataTransfer.files]);
  });
  by_id('files').addEventListener('change', event => { if (!state.is_mapping) take([...event.target.files]).then(() => { event.target.value = ''; }); });
  by_id('built_in').addEventListener('click', () => attempt(open_built_in));
  by_id('no_mask').addEventListener('click', () => attempt(use_all_voxels));
  by_id('dataset').addEventListener('change', event => attempt(() => open_dataset(event.target.value)));
}

function listen() {
  listen_for_files();
  by_id('settings').addEventListener('submit', event => { event.preventDefault(); if (!by_id('map').disabled) map(); });
  by_id('cancel').addEventListener('click', () => worker.cancel());
  for (const id of ['low', 'high']) by_id(id).addEventListener('change', window_changed);
  by_id('reset').addEventListener('click', () => { say(''); choose(state.layer); });
  by_id('save').addEventListener('click', () => save(state.set, state.layer));
  by_id('save_all').addEventListener('click', () => save_all(state.set));
}

window.crbrt = { state, display };
listen();
open_built_in().catch(error => say(error.message)).then(() => {
  show_inputs();
  document.body.dataset.ready = 'yes';
});
