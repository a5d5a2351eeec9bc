// node triton.mjs ADDRESS PROTOS KEY MEMORY: every method of Triton's gRPC interface by Google's client for Node.
// PROTOS holds grpc_service.proto and health.proto, or this repository's inference.proto and health.proto; KEY has the scope admin;
// MEMORY is a file below /dev/shm that the server may use. Prints a line `client TAB call TAB outcome` for each call.
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';

const [address, protos, key, memory] = process.argv.slice(2);
const isPublic = existsSync(join(protos, 'grpc_service.proto'));
const client = isPublic ? 'grpc-js, public protos' : 'grpc-js';
const { inference, grpc: { health } } = grpc.loadPackageDefinition(loader.loadSync(
  [isPublic ? 'grpc_service.proto' : 'inference.proto', 'health.proto'], { includeDirs: [protos], keepCase: true, longs: String, enums: String, defaults: true }));
const service = new inference.GRPCInferenceService(address, grpc.credentials.createInsecure());
const probe = new health.v1.Health(address, grpc.credentials.createInsecure());
const admin = new grpc.Metadata();
admin.set('x-api-key', key);

const floats = (...values) => Buffer.from(new Float32Array(values).buffer);
const tensor = values => ({ name: 'x', datatype: 'FP32', shape: [1, values.length] });
const raw = (values, more = {}) => ({ model_name: 'same', inputs: [tensor(values)], raw_input_contents: [floats(...values)], ...more });
const read = response => [...new Float32Array(new Uint8Array(response.raw_output_contents[0]).buffer)];
const deadline = () => new Date(Date.now() + 20_000);

const unary = (stub, method, request, metadata = new grpc.Metadata()) => new Promise((resolve, reject) => stub[method](
  request, metadata, { deadline: deadline() }, (error, response) => error ? reject(error) : resolve(response)));

async function step(call, run, isRight) {
  let outcome;
  try {
    const answer = await run();
    outcome = isRight(answer) ? 'ok' : `WRONG ${JSON.stringify(answer).slice(0, 200)}`;
  } catch (error) {
    outcome = isRight(error) ? `ok (${grpc.status[error.code]})` : `FAILED ${error.message}`;
  }
  console.log([client, call, outcome].join('\t'));
}

const ok = (call, method, request, isRight, metadata) => step(call, () => unary(service, method, request, metadata), a => !(a instanceof Error) && isRight(a));
const refused = (call, method, request, code, metadata) => step(call, () => unary(service, method, request, metadata), a => a.code === grpc.status[code]);
const same = (response, values) => JSON.stringify(read(response)) === JSON.stringify(values);

await ok('ServerLive', 'ServerLive', {}, a => a.live);
await ok('ServerReady', 'ServerReady', {}, a => a.ready);
await ok('ServerMetadata', 'ServerMetadata', {}, a => a.name === 'maas' && a.extensions.includes('statistics'));
await ok('ModelReady', 'ModelReady', { name: 'same' }, a => a.ready);
await ok('ModelReady of an unknown model', 'ModelReady', { name: 'none' }, a => a.ready === false);
await ok('ModelMetadata', 'ModelMetadata', { name: 'same' }, a => a.inputs[0].datatype === 'FP32');
await ok('ModelConfig', 'ModelConfig', { name: 'linear' }, a => a.config.input[0].data_type === 'TYPE_FP32');
await ok('ModelInfer, raw', 'ModelInfer', raw([1, 2.5, -3]), a => same(a, [1, 2.5, -3]));
await ok('ModelInfer, typed', 'ModelInfer', { model_name: 'same', inputs: [{ ...tensor([4, 5]), contents: { fp32_contents: [4, 5] } }] }, a => same(a, [4, 5]));
await refused('ModelInfer of an unknown model', 'ModelInfer', raw([1], { model_name: 'none' }), 'NOT_FOUND');
await refused('ModelInfer of another shape', 'ModelInfer', { ...raw([1]), raw_input_contents: [floats(1, 2)] }, 'INVALID_ARGUMENT');
await refused('ModelInfer, version of 64 bits', 'ModelInfer', raw([1], { model_version: '9223372036854775808' }), 'INVALID_ARGUMENT');

for (const [algorithm, name] of [[1, 'deflate'], [2, 'gzip']]) {
  const packing = new inference.GRPCInferenceService(address, grpc.credentials.createInsecure(), { 'grpc.default_compression_algorithm': algorithm });
  const values = Array.from({ length: 5000 }, (_, i) => i % 7);
  await step(`ModelInfer, ${name}`, () => unary(packing, 'ModelInfer', raw(values)), a => !(a instanceof Error) && same(a, values));
  packing.close();
}

await step('ModelStreamInfer', () => new Promise((resolve, reject) => {
  const stream = service.ModelStreamInfer({ deadline: deadline() });
  const answers = [];
  stream.on('data', a => answers.push(a)).on('error', reject).on('end', () => resolve(answers));
  for (let i = 0; i < 100; i++) {
    stream.write(i === 50 ? raw([i], { model_name: 'none', id: `${i}` }) : raw([i, -i], { id: `${i}` }));
  }
  stream.end();
}), a => a.length === 100 && a.every((r, i) => r.infer_response.id === `${i}` && (i === 50 ? r.error_message.includes('none') : same(r.infer_response, [i, -i]))));

await ok('ModelStatistics', 'ModelStatistics', { name: 'same' }, a => a.model_stats[0].inference_count > 0);
await ok('RepositoryIndex', 'RepositoryIndex', { ready: true }, a => a.models.some(m => m.name === 'same' && m.state === 'READY'));
await refused('RepositoryModelUnload without a key', 'RepositoryModelUnload', { model_name: 'linear' }, 'UNAUTHENTICATED');
await ok('RepositoryModelUnload', 'RepositoryModelUnload', { model_name: 'linear' }, () => true, admin);
await ok('ModelReady after it', 'ModelReady', { name: 'linear' }, a => a.ready === false);
await ok('RepositoryModelLoad', 'RepositoryModelLoad', { model_name: 'linear' }, () => true, admin);
await ok('ModelReady after it', 'ModelReady', { name: 'linear' }, a => a.ready);

const part = (offset, size) => ({ shared_memory_region: { string_param: 'r' }, shared_memory_offset: { int64_param: offset }, shared_memory_byte_size: { int64_param: size } });
await ok('SystemSharedMemoryRegister', 'SystemSharedMemoryRegister', { name: 'r', key: `/${basename(memory)}`, byte_size: 64 }, () => true);
await ok('SystemSharedMemoryStatus', 'SystemSharedMemoryStatus', {}, a => a.regions.r.byte_size === '64');
await ok('ModelInfer, shared memory', 'ModelInfer',
  { model_name: 'same', inputs: [{ ...tensor([1, 2]), parameters: part(0, 8) }], outputs: [{ name: 'y', parameters: part(32, 8) }] },
  () => { const bytes = readFileSync(memory); return bytes.readFloatLE(32) === bytes.readFloatLE(0) && bytes.readFloatLE(0) === 1.5; });
await ok('SystemSharedMemoryUnregister', 'SystemSharedMemoryUnregister', {}, () => true);
await ok('CudaSharedMemoryStatus', 'CudaSharedMemoryStatus', {}, () => true);
await ok('CudaSharedMemoryUnregister', 'CudaSharedMemoryUnregister', {}, () => true);
if (isPublic) {
  await refused('CudaSharedMemoryRegister', 'CudaSharedMemoryRegister', { name: 'gpu' }, 'UNIMPLEMENTED');
}
await ok('TraceSetting', 'TraceSetting', {}, a => a.settings.trace_level.value[0] === 'OFF');
await refused('TraceSetting, change', 'TraceSetting', { settings: { trace_rate: { value: ['1'] } } }, 'UNIMPLEMENTED');
await ok('LogSettings', 'LogSettings', {}, a => a.settings.log_error.bool_param === true);

const bytes = value => value;
for (const path of ['/inference.GRPCInferenceService/Nothing', '/nothing.Nothing/Ask']) {
  await step(`POST ${path}`, () => new Promise((resolve, reject) => service.makeUnaryRequest(
    path, bytes, bytes, Buffer.alloc(0), new grpc.Metadata(), { deadline: deadline() }, (error, answer) => error ? reject(error) : resolve(answer))),
    a => a.code === grpc.status.UNIMPLEMENTED);
}

await step('Health/Check', () => unary(probe, 'Check', { service: 'inference.GRPCInferenceService' }), a => a.status === 'SERVING');
await step('Health/Watch', () => new Promise((resolve, reject) => {
  const watch = new health.v1.Health(address, grpc.credentials.createInsecure()).makeServerStreamRequest(
    '/grpc.health.v1.Health/Watch', health.v1.Health.service.Check.requestSerialize, health.v1.Health.service.Check.responseDeserialize, { service: '' });
  watch.on('data', a => { resolve(a); watch.cancel(); }).on('error', reject);
}), a => a.status === 'SERVING');
service.close();
probe.close();
process.exit(0);
