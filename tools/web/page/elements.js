// SPDX-License-Identifier: Apache-2.0
// Elements of the page and numbers on it.

export const element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};

export const number = value => value === null || !Number.isFinite(value) ? '-'
  : String(Number.isInteger(value) ? value : Number(value.toPrecision(4)));

export const by_id = id => document.getElementById(id);
