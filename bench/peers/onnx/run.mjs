// SPDX-License-Identifier: Apache-2.0
// ONNX Runtime as an engine of crbrt-bench: node run.mjs FOLDER PRECISION ISA holds the conversation that
// bench/peers/peer_main.cpp describes.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import ort from 'onnxruntime-node';
import { buildModel, emptyModel } from './models.mjs';
import { readTask } from './task.mjs';

const one_thread = {
  intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: 'sequential', graphOptimizationLevel: 'all', logSeverityLevel: 3,
};

const now = () => Number(process.hrtime.bigint()) / 1e9;

class Engine {
  constructor(task, session) {
    this.task = task;
    this.session = session;
  }

  prepare(batch) {
    const { n_feature, offset, features } = this.task;
    this.feeds = { features: new ort.Tensor('float32', features.slice(0, batch * n_feature), [batch, n_feature]) };
    this.outputs = new Float32Array(batch * offset.length);
    this.fetches = { outputs: new ort.Tensor('float32', this.outputs, [batch, offset.length]) };
  }

  /// Seconds per run: the fastest half millisecond of atLeastS.
  async run(atLeastS) {
    const start = now();
    let fastest = Infinity;
    do fastest = Math.min(fastest, await this.secondsPerRun()); while (now() - start < atLeastS);
    return fastest;
  }

  /// As in peer_main.cpp: processor time where a run outlasts a scheduler's slice.
  async secondsPerRun() {
    const start = now(), startProcessor = process.cpuUsage();
    let runs = 0, taken = 0;
    do {
      await this.session.run(this.feeds, this.fetches);
      ++runs;
      taken = now() - start;
    } while (taken < 5e-4);
    const { user, system } = process.cpuUsage(startProcessor);
    return (taken > 2e-3 ? (user + system) / 1e6 : taken) / runs;
  }

  writeOutputs(path) {
    const { offset, scale } = this.task, n = offset.length;
    writeFileSync(path, Float32Array.from(this.outputs, (y, i) => offset[i % n] + scale[i % n] * y));
  }
}

/// Microseconds that a call of one voxel takes when the model does nothing: the binding, not the network.
async function callCost(width) {
  const session = await ort.InferenceSession.create(emptyModel(width), one_thread);
  const empty = new Engine({ n_feature: width, offset: new Float32Array(width), features: new Float32Array(width) }, session);
  empty.prepare(1);
  await empty.run(0.2);
  return 1e6 * (await empty.run(0.2));
}

async function answer(engine, line) {
  const [verb, argument] = line.split(' ');
  if (verb === 'prepare') {
    engine.prepare(Number(argument));
    return 'ok';
  }
  if (verb === 'run') return String(await engine.run(Number(argument)));
  if (verb !== 'outputs') throw new Error(`expected prepare, run or outputs, found ${line}`);
  engine.writeOutputs(argument);
  return 'ok';
}

const [folder, precision] = process.argv.slice(2);
const task = readTask(folder);
const engine = new Engine(task, await ort.InferenceSession.create(buildModel(task, precision), one_thread));
const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json');
const note = `through Node, whose binding alone takes ${(await callCost(task.n_feature)).toFixed(1)} us a call`;
console.log(JSON.stringify({ version, isa: 'its own choice', note }));
for await (const line of createInterface({ input: process.stdin })) console.log(await answer(engine, line));
