/* global uPlot */
// Throughput and latency over time, one colour for each version.

import { element, note } from './dom.js';
import { number } from './format.js';

const height = 220;

class TimeChart {
  #plot = null;
  #shape = '';
  #root;
  #unit;

  constructor(root, unit) {
    this.#root = root;
    this.#unit = unit;
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
      scales: { x: { range: (_, low, high) => [high - 900, high] }, y: { range: (_, low, high) => [0, high > 0 ? high * 1.1 : 1] } },
      axes: [
        { ...axis, space: 70, values: (_, ticks) => ticks.map(t => new Date(1000 * t).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })) },
        { ...axis, size: 56, label: this.#unit, labelSize: 22, labelFont: '12px system-ui, sans-serif', values: (_, ticks) => ticks.map(number) },
      ],
      series: [{}, ...series.map(s => ({ label: s.label, stroke: s.color, width: 2, dash: s.isDashed ? [6, 4] : [], points: { show: true, size: 5, fill: s.color, filter: isolated } }))],
    };
  }
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
        box.replaceChildren(...(lines.length === 0 ? [] : [element('strong', {}, new Date(1000 * plot.data[0][i]).toLocaleTimeString()), ...lines.map(l => element('span', {}, l))]));
        const isRight = plot.cursor.left > plot.over.clientWidth / 2;
        box.style.left = isRight ? '' : `${plot.cursor.left + 12}px`;
        box.style.right = isRight ? `${plot.over.clientWidth - plot.cursor.left + 12}px` : '';
      },
    },
  };
}

const color = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export class TrafficCharts {
  #throughput;
  #latency;

  constructor(throughput, latency) {
    this.#throughput = new TimeChart(throughput, 'requests/s');
    this.#latency = new TimeChart(latency, 'ms');
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
