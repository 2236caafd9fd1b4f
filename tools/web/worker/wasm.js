// SPDX-License-Identifier: Apache-2.0
// The exports of tools/web/exports.cpp with JavaScript's types. What C++ refuses becomes an Error with its words.
import crbrt_wasm from 'crbrt_wasm';

export class Wasm {
  static async start() {
    // emscripten would ask for the data: address of its own code first, which the page forbids and consoles then tell of.
    globalThis.fetch = undefined;
    return new Wasm(await crbrt_wasm());
  }

  constructor(module) {
    this.module = module;
  }

  /// JSON of a call that may refuse.
  answer(pointer) {
    const answer = JSON.parse(this.module.UTF8ToString(pointer));
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  }

  /// Calls work(pointer) with room for `size` bytes that lives as long as the call. Memory may grow meanwhile: views are made anew.
  with_memory(size, work) {
    const pointer = this.module._malloc(Math.max(1, size));
    if (pointer === 0) throw new Error(`not enough memory for ${size} bytes more`);
    try {
      return work(pointer);
    } finally {
      this.module._free(pointer);
    }
  }

  with_bytes(bytes, work) {
    return this.with_memory(bytes.length, pointer => {
      this.module.HEAPU8.set(bytes, pointer);
      return work(pointer);
    });
  }

  with_text(text, work) {
    return this.with_bytes(new TextEncoder().encode(`${text}\0`), work);
  }

  open_model(bytes, name) {
    return this.with_bytes(bytes, data => this.with_text(name, text => this.answer(this.module._crbrt_web_model(data, bytes.length, text))));
  }

  open_image(header) {
    return this.with_text(JSON.stringify(header), text => this.answer(this.module._crbrt_web_image(text)));
  }

  use_mask(header, bytes) {
    return this.with_text(JSON.stringify(header),
      text => this.with_bytes(bytes, data => this.answer(this.module._crbrt_web_mask(text, data, bytes.length))));
  }

  use_all_voxels() {
    return this.answer(this.module._crbrt_web_all_voxels());
  }

  start(is_integer, sigma) {
    return this.answer(this.module._crbrt_web_start(is_integer ? 1 : 0, sigma));
  }

  listed(first, end) {
    return this.module._crbrt_web_listed(first, end);
  }

  /// Uint32Array of the listed voxels of the grid.
  indices(first, end) {
    const n = this.listed(first, end);
    return this.with_memory(4 * n, pointer => {
      this.module._crbrt_web_indices(first, end, pointer);
      return this.module.HEAPU32.slice(pointer >> 2, (pointer >> 2) + n);
    });
  }

  head(low, high, is_status) {
    const pointer = this.module._crbrt_web_head(low, high, is_status ? 1 : 0);
    return this.module.HEAPU8.slice(pointer, pointer + this.module._crbrt_web_head_size());
  }
}
