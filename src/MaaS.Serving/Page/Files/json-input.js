// An Open Inference Protocol request that fits a model's inputs, to begin with.

const mostElements = 1024;

/** The request's text, and what has to be said about it. */
export function requestFor(inputs) {
  const half = inputs.filter(i => i.datatype === 'FP16' || i.datatype === 'BF16');
  const large = inputs.filter(i => elements(i) > mostElements);
  const remark = half.length > 0 ? `${names(half)}: half precision travels as bytes only, not as JSON.`
    : large.length > 0 ? `${names(large)}: fill in the data, row by row.` : null;
  return { text: `{\n  "inputs": [\n${inputs.map(textOf).join(',\n')}\n  ]\n}`, remark };
}

function textOf(input) {
  const list = values => `[${values.map(v => JSON.stringify(v)).join(', ')}]`;
  return `    {\n      "name": ${JSON.stringify(input.name)},\n      "shape": ${list(shape(input))},\n      "datatype": "${input.datatype}",\n      "data": ${list(elements(input) > mostElements ? [] : data(input))}\n    }`;
}

const shape = input => input.shape.map(size => size < 0 ? 1 : size);
const elements = input => shape(input).reduce((product, size) => product * size, 1);
const names = inputs => inputs.map(i => i.name).join(', ');

function data(input) {
  const value = { BYTES: 'text', BOOL: true }[input.datatype] ?? 0;
  return Array.from({ length: elements(input) }, () => value);
}
