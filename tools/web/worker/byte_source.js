// SPDX-License-Identifier: Apache-2.0
// The bytes of a file, in pieces: at any place of a plain file, from the beginning on of a compressed one. No file is ever in memory
// as a whole.

const cut_off = (name, expected, found) => new Error(`${name}: expected ${expected} bytes, found ${found}`);

export class PlainFile {
  is_sequential = false;

  constructor(file) {
    this.file = file;
    this.name = file.name;
  }

  async read(offset, count) {
    if (offset + count > this.file.size) throw cut_off(this.name, offset + count, this.file.size);
    return new Uint8Array(await this.file.slice(offset, offset + count).arrayBuffer());
  }

  async expect_size(size) {
    if (this.file.size < size) throw cut_off(this.name, size, this.file.size);
  }

  async expect_intact_end() {}
}

/// A gzip file, decompressed as it is read.
export class GzipFile {
  is_sequential = true;

  constructor(file) {
    this.file = file;
    this.name = file.name;
    this.restart();
  }

  restart() {
    this.reader = this.file.stream().pipeThrough(new DecompressionStream('gzip')).getReader();
    this.chunk = new Uint8Array(0);
    this.at = 0;
  }

  /// The next chunk, or false at the end. The browser checks length and checksum there.
  async advance() {
    try {
      const { done, value } = await this.reader.read();
      if (!done) this.chunk = value;
      return !done;
    } catch (error) {
      throw new Error(`${this.name}: expected a whole gzip file, found one that is cut off or damaged (${error.message})`);
    }
  }

  /// Bytes at `offset`. Reading backwards means to start again.
  async read(offset, count) {
    if (offset < this.at) {
      await this.reader.cancel();
      this.restart();
    }
    const bytes = new Uint8Array(count);
    for (let filled = 0; filled < count;) {
      if (this.chunk.length === 0 && !await this.advance()) throw cut_off(this.name, offset + count, this.at);
      const skipped = Math.min(this.chunk.length, offset + filled - this.at);
      const taken = this.chunk.subarray(skipped, skipped + count - filled);
      bytes.set(taken, filled);
      filled += taken.length;
      this.at += skipped + taken.length;
      this.chunk = this.chunk.subarray(skipped + taken.length);
    }
    return bytes;
  }

  async expect_size() {}

  async expect_intact_end() {
    while (await this.advance()) continue;
  }
}

export async function first_bytes(file, count) {
  return new Uint8Array(await file.slice(0, count).arrayBuffer());
}

export async function open_bytes(file) {
  const head = await first_bytes(file, 2);
  return head[0] === 0x1f && head[1] === 0x8b ? new GzipFile(file) : new PlainFile(file);
}
