// SPDX-License-Identifier: Apache-2.0
// One page of HTML from its parts, so that it opens from file:// and asks nothing of anywhere. scripts/web.sh runs it.
//   node make_page.mjs SOURCE WASM.js NODE_MODULES MODEL.crbm OUT.html
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';

const [source, wasm, modules, model, out] = process.argv.slice(2).map(path => resolve(path));
const here = join(source, 'tools/web');
const text = path => readFileSync(path, 'utf8');
const packed = bytes => gzipSync(bytes, { level: 9 }).toString('base64');
/// "</script" would end the element that holds a script, "<!--" would change how it ends.
const for_script = script => script.replace(/<\/(script)/gi, '<\\/$1').replace(/<!--/g, '<\\!--');
const for_html = words => words.replace(/&/g, '&amp;').replace(/</g, '&lt;');

function bundle(entry) {
  return execFileSync('esbuild', [join(here, entry), '--bundle', '--format=iife', '--minify', '--charset=utf8', '--target=es2022',
    `--alias:crbrt_wasm=${wasm}`, '--external:fs', '--external:path', '--log-level=warning'],
  { env: { ...process.env, NODE_PATH: modules }, maxBuffer: 1 << 28, encoding: 'utf8' });
}

const version = text(join(source, 'runtime/include/crbrt/version.h')).match(/define CRBRT_VERSION_(?:MAJOR|MINOR|PATCH) (\d+)/g)
  .map(line => line.split(' ').pop()).join('.');
/// What the page contains of others: packages of the lock file with the licences that they bring, or name, and Debian's copyright files.
function licences() {
  const entry = (name, words) => `<details><summary>${for_html(name)}</summary><pre>${for_html(words)}</pre></details>`;
  const all = [entry('crbrt', text(join(source, 'LICENSE')))];
  const lock = JSON.parse(text(join(here, 'package-lock.json'))).packages;
  for (const [folder, { version, license, dev, optional }] of Object.entries(lock)) {
    if (folder === '' || dev || optional) continue;
    const name = folder.replace('node_modules/', ''), path = join(modules, name);
    const file = readdirSync(path).find(found => /^licen[cs]e/i.test(found));
    all.push(entry(`${name} ${version}`, file ? text(join(path, file)) : text(join(here, 'licences', `${basename(name)}.txt`))));
  }
  const debian = { FlatBuffers: 'libflatbuffers-dev', 'JSON for Modern C++': 'nlohmann-json3-dev', Eigen: 'libeigen3-dev',
    'emscripten with musl and libc++': 'emscripten' };
  for (const [name, of_package] of Object.entries(debian)) all.push(entry(name, text(`/usr/share/doc/${of_package}/copyright`)));
  return all.join('\n');
}

const parts = {
  CSS: text(join(source, 'tools/viewer/page.css')) + text(join(here, 'page/page.css')),
  VERSION: version,
  LICENCES: licences(),
  // A text in JSON, in which no tag can begin.
  WORKER: JSON.stringify(bundle('worker/main.js')).replace(/</g, '\\u003c'),
  MODEL: packed(readFileSync(model)),
  HDF5: packed(readFileSync(join(modules, 'h5wasm/dist/esm/hdf5_util.js'))),
  NIIVUE: for_script(text(join(modules, '@niivue/niivue/dist/niivue.umd.js'))),
  JS: for_script(bundle('page/main.js')).replace('@MODEL_NAME@', basename(model)),
};
writeFileSync(out, text(join(here, 'page/page.html')).replace(/@([A-Z0-9]+)@/g, (_, name) => parts[name]));
