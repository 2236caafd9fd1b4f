// SPDX-License-Identifier: Apache-2.0
// Model, coefficients and mask: from files to what the worker has of them, and the table that says what is in use.
import { by_id, element } from './elements.js';
import { say, state, warn, worker } from './state.js';
import { unpacked } from './worker_call.js';

const words_of_model = ({ is_built_in, file, name, sequence, n_coeff, outputs }) => `${name} (${is_built_in ? 'built into this page' : `from ${file}`}): `
  + `for ${n_coeff} coefficients per voxel of the sequence ${sequence || 'that it does not name'}; estimates ${outputs.join(', ')}`;

export function show_inputs() {
  const { model, image, mask } = state;
  by_id('model').textContent = model ? words_of_model(model) : 'being opened';
  by_id('built_in').hidden = !model || model.is_built_in;
  by_id('image').textContent = image ? `${image.name}: ${image.shape.join(' x ')} voxels, ${image.n_coeff} coefficients each (${image.extents.join(' x ')}, ${image.element})` : 'none yet';
  by_id('mask').textContent = mask && image ? `${mask.name}: ${mask.voxels} of ${image.shape.reduce((a, b) => a * b)} voxels are mapped` : 'none: all voxels are mapped';
  by_id('no_mask').hidden = !mask;
  by_id('map').disabled = !model || !image || state.is_mapping;
  const integer = by_id('precision').options[1];
  integer.disabled = !model || !model.has_integers;
  if (integer.disabled) by_id('precision').value = 'f32';
  by_id('sigma').disabled = !model || !model.has_std;
}

async function open_model(bytes, file, is_built_in = false) {
  const model = await worker.call('open_model', { bytes, name: file });
  state.model = { ...model, file, is_built_in };
  if (!state.files) return;
  try {
    await open_image(state.files);  // whose dimensions may mean something else to this model
  } catch (error) {
    state.image = null;  // until a model comes that they fit
    throw new Error(`${model.name} is the model now, but the coefficients do not fit it: ${error.message}`);
  }
}

export async function open_built_in() {
  await open_model(await unpacked('model_text'), '@MODEL_NAME@', true);
}

async function open_image(files) {
  const image = await worker.call('open_image', { files });
  warn(image.warnings);
  const { mask } = state;
  Object.assign(state, { image, files, mask: null });
  if (!mask) return;
  try {
    await use_mask(mask.file);
  } catch (error) {
    const reason = /expected a mask on the grid/.test(error.message) ? ' lies on another grid and' : '';
    warn([...image.warnings, `the mask ${mask.name}${reason} is no longer used; all voxels are mapped${reason ? '' : ` (${error.message})`}`]);
  }
}

async function use_mask(file) {
  const { voxels, warnings } = await worker.call('use_mask', { file });
  state.mask = { name: file.name, voxels, file };
  warn([...state.image.warnings, ...warnings]);
}

export async function use_all_voxels() {
  await worker.call('use_all_voxels');
  state.mask = null;
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
      await open_dataset(dataset);
      by_id('dataset').value = dataset;
      return;
    } catch (error) {
      refusal ??= error;
    }
  }
  by_id('dataset').value = datasets[0];
  throw refusal;
}

export async function open_dataset(dataset) {
  await open_image({ ...state.hdf5, dataset });
}

/// Both files of a pair, whichever comes first.
async function open_pair(of_role) {
  for (const role of ['cfl', 'hdr']) for (const file of of_role(role)) state.pair[role] = file;
  const { pair } = state;
  if (!pair.cfl || !pair.hdr) throw new Error(`${(pair.cfl ?? pair.hdr).name}: expected ${pair.cfl ? 'its .hdr' : 'its .cfl'}, too; drop it as well`);
  state.pair = {};
  await open_image(pair);
  by_id('dataset_row').hidden = true;
}

/// The parts that files play: a mask needs coefficients before it, and .cfl and .hdr each other.
export async function take(files) {
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
  if (of_role('cfl').length + of_role('hdr').length > 0) await attempt(() => open_pair(of_role));
  for (const file of of_role('hdf5')) await attempt(() => open_hdf5(file));
  for (const file of of_role('coefficients')) {
    await attempt(async () => {
      await open_image({ coefficients: file });
      by_id('dataset_row').hidden = true;
    });
  }
  for (const file of of_role('mask')) {
    if (state.image) await attempt(() => use_mask(file));
    else problems.push(`${file.name}: expected coefficients before a mask, found none; an image of real numbers with three dimensions is taken for a mask`);
  }
  say(problems.join('\n'));
  show_inputs();
  document.body.dataset.taken = Number(document.body.dataset.taken ?? 0) + 1;
}
