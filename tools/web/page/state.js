// SPDX-License-Identifier: Apache-2.0
// What the parts of the page share: the worker, the inputs as they were read, the maps on the screen, and where things are said.
import { by_id, element } from './elements.js';
import { WorkerCalls } from './worker_call.js';

export const state = { model: null, image: null, files: null, pair: {}, hdf5: null, mask: null, set: null, layer: null, is_mapping: false,
  has_hdf5: false };

export const worker = new WorkerCalls(show_progress);

export function say(text) {
  by_id('message').textContent = text;
  by_id('message').hidden = text === '';
  if (text !== '') by_id('message').scrollIntoView({ block: 'nearest' });
}

export function warn(texts) {
  by_id('warnings').replaceChildren(...texts.map(text => element('li', {}, `Note: ${text}`)));
}

function show_progress({ done, read }) {
  if (!state.image) return;
  by_id('progress').value = done > 0 ? done / state.n_voxels : read;
  by_id('time').textContent = done > 0 ? `${done} of ${state.n_voxels} voxels are mapped` : `${Math.round(100 * read)} % of the file is read`;
}
