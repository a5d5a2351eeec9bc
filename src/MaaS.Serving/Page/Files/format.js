// Numbers and times for people.

const significant = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

export const count = value => whole.format(value);
export const number = value => Math.abs(value) >= 1000 ? whole.format(value) : significant.format(value);
export const percent = value => value > 0 && value < 0.00005 ? '< 0.01 %' : `${(100 * value).toFixed(value > 0 && value < 0.001 ? 2 : 1)} %`;

/** A time in milliseconds. */
export const latency = value => value < 1 ? `${number(1000 * value)} µs` : value < 1000 ? `${number(value)} ms` : `${number(value / 1000)} s`;

export function bytes(value) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const unit = Math.min(Math.floor(Math.log2(Math.max(value, 1)) / 10), units.length - 1);
  return `${number(value / 1024 ** unit)} ${units[unit]}`;
}

export function duration(seconds) {
  return seconds < 60 ? `${Math.max(0, Math.round(seconds))} s`
    : seconds < 3600 ? `${Math.round(seconds / 60)} min`
    : seconds < 172800 ? `${Math.round(seconds / 3600)} h`
    : `${Math.round(seconds / 86400)} days`;
}

/** A share, a rate or a score of the evaluation, as its name has it. */
export const metric = (name, value) => `${name.replace(/[_-]/g, ' ')} ${/loss|error/i.test(name) || value > 1 ? number(value) : percent(value)}`;
