// SPDX-License-Identifier: Apache-2.0
// The maps on the screen: whose they are, what became of each voxel, one of them in its colours, and in which units files hold them.
import { Display, colour_of } from './display.js';
import { by_id, element, number } from './elements.js';
import { say, state } from './state.js';

export const display = new Display();

const percent = (part, whole) => `${(whole > 0 ? 100 * part / whole : 0).toFixed(1)} %`;

/// Absent where the model has no score.
function atypical_in_words({ threshold, scored, atypical }) {
  if (!threshold) return '';
  const limit = threshold.is_of_noise ? 'the threshold for the noise that you gave' : `the threshold, ${number(threshold.score)}`;
  return `Atypical: ${atypical} of the ${scored} voxels with estimates (${percent(atypical, scored)}). Their score, the map "atypicality", is above ${limit}. `
    + `So is that of 1 % of the voxels that the model was trained on${threshold.is_of_noise ? ' with as much noise' : ''}. A few such voxels are partial volume, fat, `
    + 'flow or an artefact. A share far above 1 % says that the coefficients are not what the model was made for: of another sequence, or of another basis or order.';
}

function counts(set) {
  return set.counts().filter(level => level.voxels > 0).map(level => element('li', { 'data-level': level.name, 'data-voxels': level.voxels },
    element('span', { class: 'swatch', style: `background: rgb(${colour_of(set.levels.findIndex(l => l.name === level.name))})` }),
    element('b', {}, `${level.name}: ${level.voxels} ${level.voxels === 1 ? 'voxel' : 'voxels'}`), ` - ${level.meaning}`));
}

/// Above what training had by so much that no tissue explains it; of fewer voxels a share says nothing. In the demo's brain it is 2.1 % at most (docs/uncertainty.md).
const suspicious_share = 0.05, fewest_scored = 30;

function suspicion({ threshold, scored, atypical }) {
  if (!threshold || scored < fewest_scored || atypical <= suspicious_share * scored) return '';
  return `${percent(atypical, scored)} of the voxels are atypical, where 1 % is usual: these coefficients are probably not what the model was made for. `
    + 'Perhaps they are of another sequence, basis or order, or many voxels are noise, such as the background where there is no mask. Their maps are then wrong.';
}

export async function show_set() {
  const { set } = state;
  by_id('view').hidden = false;
  by_id('whose').textContent = `Maps of ${set.origin}`;
  by_id('counts').replaceChildren(...counts(set));
  by_id('atypical').textContent = atypical_in_words(set);
  by_id('atypical').hidden = !set.threshold;
  by_id('suspicion').textContent = suspicion(set);
  by_id('suspicion').hidden = suspicion(set) === '';
  by_id('maps').replaceChildren(...set.layers.map(layer => {
    const button = element('button', { type: 'button', 'data-map': layer.name, 'aria-pressed': 'false' }, layer.name);
    button.addEventListener('click', () => { say(''); choose(layer); });
    return button;
  }));
  await choose(set.layers.find(layer => layer.name === state.layer?.name) ?? set.layers[0]);
}

const unit_in_words = unit => unit === '' ? 'fractions of 1' : unit;

/// As shown: percentages are of 100, and a score has its threshold.
function description_of({ kind, description, shown_unit }) {
  if (kind !== 'atypicality') return shown_unit === '%' ? description.replace(/ of a total of 1\b/, ' of the total') : description;
  const { score, is_of_noise } = state.set.threshold;
  return `${description}: ${number(score)}${is_of_noise ? ' where the noise is unknown; for the noise that you gave each voxel has its own' : ''}`;
}

/// Files are those of crbrt-map, whatever the page shows.
function saving_in_words(layer) {
  const files = 'Saved files hold the values in the units of crbrt-map';
  return layer.shown_factor === 1 ? `${files}, and this map is shown in the same.`
    : `${files}: ${layer.name} in ${unit_in_words(layer.unit)}, not in ${layer.shown_unit} as shown here.`;
}

export async function choose(layer) {
  state.layer = layer;
  for (const button of by_id('maps').children) button.setAttribute('aria-pressed', String(button.dataset.map === layer.name));
  by_id('caption').textContent = `${layer.name}${layer.shown_unit ? ` in ${layer.shown_unit}` : ''}: ${description_of(layer)}`;
  by_id('saved_unit').textContent = saving_in_words(layer);
  by_id('window_unit').textContent = layer.shown_unit;
  const [low, high] = usual_window(layer);
  by_id('window').classList.toggle('fixed', layer.kind === 'status');
  by_id('low').value = number(low);
  by_id('high').value = number(high);
  const { set } = state;
  wanted = { set, layer };
  drawing = drawing.then(() => wanted.set === set && wanted.layer === layer ? draw(layer, () => display.show(set, layer, low, high)) : undefined);
  await drawing;
}

/// One at a time, and only the last of several: without a graphics card a whole brain takes many seconds.
let drawing = Promise.resolve(), wanted = {};

/// What goes wrong stands in the place of the picture.
async function draw(layer, work) {
  const say_undrawn = text => {
    by_id('undrawn').textContent = text;
    by_id('undrawn').hidden = text === '';
    by_id('slices').parentElement.hidden = text !== '';
  };
  delete document.body.dataset.shown;
  by_id('drawing').textContent = `drawing ${layer.name} ...`;
  try {
    say_undrawn('');
    await work();
  } catch (error) {
    say_undrawn(`The slices cannot be drawn: ${error.message}. Maps can be saved all the same.`);
  }
  by_id('drawing').textContent = '';
  document.body.dataset.shown = layer.name;
}

/// In the unit that is shown. A quantity without a window in the table has that of its values.
function usual_window(layer) {
  const shown = window => window.map(end => end * layer.shown_factor);
  const threshold = layer.kind === 'atypicality' ? Math.abs(state.set.threshold.score) : 0;
  if (threshold > 0) return [-2 * threshold, 2 * threshold];  // typical scores are negative, and have colours, too
  if (layer.low < layer.high) return shown([layer.low, layer.high]);
  let low = 0, high = 0;
  for (const value of layer.values) if (Number.isFinite(value)) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return low < high ? shown([low, high]) : [0, 1];
}

export function window_changed() {
  const low = Number(by_id('low').value), high = Number(by_id('high').value);
  if (!(Number.isFinite(low) && Number.isFinite(high) && low < high)) return say(`colours: expected a lower and a higher number, found "${by_id('low').value}" and "${by_id('high').value}"`);
  say('');
  const { layer } = state;
  drawing = drawing.then(() => state.layer === layer ? draw(layer, () => display.change_window(low, high)) : undefined);
}
