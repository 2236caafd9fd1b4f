// MAT v7.3 and HDF5 through h5wasm, whose library the page hands over when the first such file comes.
const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

export async function is_hdf5(file) {
  for (let at = 0; at <= 8192; at = at === 0 ? 512 : 2 * at) {
    const bytes = new Uint8Array(await file.slice(at, at + 8).arrayBuffer());
    if (signature.every((byte, i) => bytes[i] === byte)) return true;
  }
  return false;
}

export async function is_old_mat(file) {
  const head = await file.slice(0, 20).text();
  return head.startsWith('MATLAB 5.0 MAT-file') || head.startsWith('MATLAB 7.0 MAT');
}

export function old_mat_refusal(file) {
  return new Error(`${file.name}: expected MAT version 7.3, found an older one, which this page does not read; `
    + 'save(\'x.mat\', \'x\', \'-v7.3\') in MATLAB writes 7.3, and crbrt-map reads both');
}

export function use_library() {}
export function list_hdf5() {}
export function open_hdf5(file) {
  throw new Error(`${file.name}: not yet`);
}
