/* global uPlot */
// Throughput and latency over time, one colour for each version.

import { element, note } from './dom.js';
import { number } from './format.js';

const height = 230;

class TimeChart {
  #plot = null;
  #shape = '';
  #root;
  #unit;
  #vertical;

  /** @param vertical what uPlot shall know of the vertical axis: its scale, and more of the axis itself. */
  constructor(root, unit, vertical) {
    this.#root = root;
    this.#unit = unit;
    this.#vertical = vertical;
    new ResizeObserver(() => this.#resize()).observe(root);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { this.#shape = ''; });
  }

  /** Shows series of {label, color, isDashed, values} over times in seconds since 1970. */
  show(times, series, summary) {
    if (series.length === 0) {
      this.#clear();
      this.#root.replaceChildren(note('No requests in the last 15 minutes.'));
      return;
    }

    const data = [times, ...series.map(s => s.values)];
    const shape = JSON.stringify(series.map(s => [s.label, s.color]));
    if (shape !== this.#shape) {
      this.#clear();
      this.#shape = shape;
      const canvas = element('div', { role: 'img' });
      this.#root.replaceChildren(canvas, legend(series));
      this.#plot = new uPlot(this.#options(series), data, canvas);
    } else {
      this.#plot.setData(data);
    }

    this.#root.firstChild.setAttribute('aria-label', summary);
  }

  #clear() {
    this.#plot?.destroy();
    this.#plot = null;
    this.#shape = '';
  }

  #resize() {
    if (this.#plot && this.#root.clientWidth > 0) {
      this.#plot.setSize({ width: this.#root.clientWidth, height });
    }
  }

  #options(series) {
    const [text, line] = [color('--muted'), color('--line')];
    const axis = { stroke: text, font: '12px system-ui, sans-serif', grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1, size: 4 } };
    return {
      width: this.#root.clientWidth,
      height,
      legend: { show: false },
      cursor: { y: false, points: { size: 7 } },
      plugins: [tooltip(this.#unit)],
      scales: { x: { range: (_, low, high) => [Math.max(high - 900, Math.min(low, high - 120)), high] }, y: this.#vertical.scale },
      axes: [
        { ...axis, space: 60, incrs: [60, 120, 300, 600], size: 28, label: 'time of day', labelSize: 18, labelGap: 0, labelFont: '12px system-ui, sans-serif', values: (_, ticks) => ticks.map(t => time(t, false)) },
        { ...axis, size: 48, label: this.#unit, labelSize: 20, labelFont: '12px system-ui, sans-serif', values: (_, ticks) => ticks.map(number), ...this.#vertical.axis },
      ],
      series: [{}, ...series.map(s => ({ label: s.label, stroke: s.color, width: 2, dash: s.isDashed ? [6, 4] : [], points: { show: true, size: 5, fill: s.color, filter: isolated } }))],
    };
  }
}

/** Ticks of a logarithmic axis, as median and p99 may be decades apart. */
function decades(plot, axis, low, high) {
  const steps = high / low > 150 ? [1] : [1, 2, 5];
  const first = Math.floor(Math.log10(low));
  return Array.from({ length: Math.ceil(Math.log10(high)) - first + 1 }, (_, i) => steps.map(s => s * 10 ** (first + i))).flat().filter(t => t >= low * 0.999 && t <= high * 1.001);
}

/** Points without neighbours, which no line shows. */
function isolated(plot, series) {
  const values = plot.data[series];
  return values.flatMap((v, i) => v !== null && (values[i - 1] ?? null) === null && (values[i + 1] ?? null) === null ? [i] : []);
}

function legend(series) {
  return element('ul', { class: 'legend', 'aria-hidden': 'true' }, series.map(s => {
    const swatch = element('span', { class: s.isDashed ? 'swatch dashed' : 'swatch' });
    swatch.style.borderTopColor = s.color;
    return element('li', {}, swatch, s.label);
  }));
}

function tooltip(unit) {
  const box = element('div', { class: 'tooltip', hidden: true });
  return {
    hooks: {
      init: plot => plot.over.append(box),
      setCursor: plot => {
        const i = plot.cursor.idx;
        const lines = i === null || i === undefined ? [] : plot.series.slice(1).flatMap((s, n) => plot.data[n + 1][i] === null ? [] : [`${s.label}: ${number(plot.data[n + 1][i])} ${unit}`]);
        box.hidden = lines.length === 0;
        box.replaceChildren(...(lines.length === 0 ? [] : [element('strong', {}, time(plot.data[0][i], true)), ...lines.map(l => element('span', {}, l))]));
        const isRight = plot.cursor.left > plot.over.clientWidth / 2;
        box.style.left = isRight ? '' : `${plot.cursor.left + 12}px`;
        box.style.right = isRight ? `${plot.over.clientWidth - plot.cursor.left + 12}px` : '';
      },
    },
  };
}

const time = (seconds, withSeconds) => new Date(1000 * seconds).toLocaleTimeString('en', { hourCycle: 'h23', hour: '2-digit', minute: '2-digit', ...(withSeconds ? { second: '2-digit' } : {}) });
const color = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export class TrafficCharts {
  #throughput;
  #latency;

  constructor(throughput, latency) {
    this.#throughput = new TimeChart(throughput, 'requests/s', { scale: { range: (_, low, high) => [0, high > 0 ? high * 1.1 : 1] } });
    this.#latency = new TimeChart(latency, 'ms', { scale: { distr: 3 }, axis: { splits: decades, filter: (_, ticks) => ticks } });
  }

  show(traffic, name) {
    const times = traffic.steps.map(s => s.time / 1000);
    const versions = traffic.versions(name).map((version, i) => ({ version, color: color(`--series-${1 + i % 6}`) }));
    const now = traffic.now(name);
    this.#throughput.show(
      times,
      versions.map(v => ({ label: `version ${v.version}`, color: v.color, values: traffic.series(name, v.version, (m, s) => (m?.requests ?? 0) / s.seconds) })),
      `Requests per second of ${name} in the last 15 minutes, now ${number(now.rate)}`);
    this.#latency.show(
      times,
      versions.flatMap(v => [
        { label: `version ${v.version}, median`, color: v.color, values: traffic.series(name, v.version, m => m?.p50_ms ?? null) },
        { label: `version ${v.version}, p99`, color: v.color, isDashed: true, values: traffic.series(name, v.version, m => m?.p99_ms ?? null) },
      ]),
      `Latency of ${name} in milliseconds in the last 15 minutes, ${now.p50 === null ? 'no requests just now' : `now median ${number(now.p50)}, p99 ${number(now.p99)}`}`);
  }
}
