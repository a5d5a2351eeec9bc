// The chosen model: what it is, its versions and their traffic.

import { byId, element, table } from './dom.js';
import { bytes, count, latency, metric, number, percent } from './format.js';

const states = {
  START: ['idle', 'Not loaded yet'], LOADING: ['busy', 'Loading'], AVAILABLE: ['good', 'Available'], UNLOADING: ['busy', 'Unloading'], END: ['bad', 'Not loaded'],
};

export const isServable = model => model.versions.some(v => v.servable);

/** Versions that can answer, those with the largest share of the traffic first. */
export const servableVersions = model => model.versions.filter(v => v.servable).sort((a, b) => b.share - a.share || b.version - a.version).map(v => v.version);

export function showAbout(details) {
  const parts = [details.description?.replace(/\.$/, ''), details.task?.replace(/-/g, ' '), ...Object.entries(details.metrics).slice(0, 4).map(([name, value]) => metric(name, value))];
  byId('about').textContent = parts.filter(p => p).join(' · ');
}

export function showVersions(model, traffic, shadows) {
  const columns = [
    { name: 'Version' }, { name: 'State' }, { name: 'Labels' }, { name: 'Traffic', isNumber: true }, { name: 'Requests/s', isNumber: true },
    { name: 'Median', isNumber: true }, { name: 'p99', isNumber: true }, { name: 'Errors, 15 min', isNumber: true }, { name: 'Memory', isNumber: true },
  ];
  const rows = model.versions.map(v => {
    const now = traffic.now(model.name, v.version);
    const [kind, text] = states[v.state] ?? ['idle', v.state];
    return [
      `${v.version}`, state(v.error_code === 'OK' ? kind : 'bad', text), v.labels.length > 0 ? v.labels.map(l => element('span', { class: 'tag' }, l)) : '–',
      v.servable ? share(v.share) : '–', number(now.rate), now.p50 === null ? '–' : latency(now.p50), now.p99 === null ? '–' : latency(now.p99),
      count(traffic.total(model.name, v.version).errors), v.bytes > 0 ? bytes(v.bytes) : '–',
    ];
  });
  const faults = model.versions.filter(v => v.error_message !== '').map(v => element('p', { class: 'fault' }, `Version ${v.version}: ${v.error_message}`));
  byId('versions').replaceChildren(table(columns, rows, `Versions of ${model.name}`), ...faults, ...routeNotes(model, shadows));
}

function routeNotes(model, shadows) {
  const route = model.route;
  const notes = !isServable(model) ? [] : [route && Object.keys(route.split).length > 0
    ? `Requests without a version are split ${Object.entries(route.split).map(([target, part]) => `${target}: ${number(part)}`).join(', ')}${route.stickyBy ? `; each ${route.stickyBy.replace('header:', 'value of ')} stays on one side` : ''}.`
    : 'Requests without a version go to the latest.'];
  for (const shadow of shadows.filter(s => s.model === model.name)) {
    notes.push(`Shadow copies to ${shadow.shadow}: ${count(shadow.equal)} equal, ${count(shadow.different)} different, ${count(shadow.failed)} failed, ${count(shadow.dropped)} dropped.`);
  }

  return notes.map(text => element('p', { class: 'muted small' }, text));
}

function share(value) {
  const bar = element('span', { class: 'share-bar', 'aria-hidden': 'true' }, element('span'));
  bar.firstChild.style.width = `${100 * value}%`;
  return element('span', { class: 'share' }, bar, percent(value).replace('.0', ''));
}

/** A model's state in one word or two, and its kind. */
export function summary(model) {
  const broken = model.versions.find(v => v.error_code !== 'OK');
  return broken ? ['bad', isServable(model) ? 'With a fault' : 'Failed']
    : states[['AVAILABLE', 'LOADING', 'START', 'UNLOADING', 'END'].find(s => model.versions.some(v => v.state === s))] ?? ['idle', ''];
}

export const state = (kind, text) => element('span', { class: `state ${kind}` }, text);
