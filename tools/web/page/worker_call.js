// SPDX-License-Identifier: Apache-2.0
// The page's end of the worker: a call returns a promise.

const text_of = id => document.getElementById(id).textContent;

export class WorkerCalls {
  constructor(on_progress) {
    this.waiting = new Map();
    this.next = 0;
    this.worker = new Worker(URL.createObjectURL(new Blob([JSON.parse(text_of('worker_text'))], { type: 'text/javascript' })));
    this.worker.onmessage = ({ data }) => {
      if (data.progress) return on_progress(data.progress);
      const { resolve, reject } = this.waiting.get(data.id);
      this.waiting.delete(data.id);
      if (data.error === undefined) return resolve(data.result);
      reject(Object.assign(new Error(data.error), { is_cancelled: data.is_cancelled }));
    };
    this.worker.onerror = event => {
      for (const { reject } of this.waiting.values()) reject(new Error(`the worker ended: ${event.message}`));
      this.waiting.clear();
    };
  }

  call(name, argument = {}) {
    const id = ++this.next;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ id, call: name, argument });
    });
  }

  cancel() {
    this.worker.postMessage({ call: 'cancel' });
  }
}

/// The bytes of a part of the page that was packed with gzip and base64.
export async function unpacked(id) {
  const text = atob(text_of(id)), bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; ++i) bytes[i] = text.charCodeAt(i);
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer());
}
