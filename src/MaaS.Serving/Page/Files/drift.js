// How far inputs and predictions have moved from those of training.

import { ApiError, modelPath, request } from './api.js';
import { byId, element, note, table } from './dom.js';
import { count } from './format.js';

const most = 12;

export async function showDrift(details, version, isCurrent) {
  if (!details.has_baseline) {
    byId('drift').replaceChildren(note('The package of this model has no baseline of its training data, so there is nothing to compare with.'));
    return;
  }

  let drift;
  try {
    drift = await request(`v2/${modelPath(details.name, version)}/drift`);
  } catch (error) {
    if (!(error instanceof ApiError)) {
      throw error;
    }

    drift = null;
  }

  if (isCurrent()) {
    byId('drift').replaceChildren(...(drift === null ? [note('Not to be had just now.')] : drift.features.length === 0 ? [note(`Too few requests yet: ${count(drift.rows)} rows of at least 30.`)] : figures(drift)));
  }
}

function figures(drift) {
  const columns = [{ name: 'Feature' }, { name: 'Shift' }, { name: 'PSI', isNumber: true }, { name: 'KS distance', isNumber: true }, { name: 'Now and in training' }];
  const features = [...drift.features].sort((a, b) => b.psi - a.psi);
  const shown = features.slice(0, most);
  return [
    table(columns, shown.map(f => [f.name, verdict(f.psi), f.psi.toFixed(3), f.ks.toFixed(3), bins(f)]), 'Drift by feature'),
    element('p', { class: 'muted small' },
      `Version ${drift.model_version}: the last ${count(drift.rows)} rows against ${count(drift.baseline_rows)} of training${features.length > most ? `; the ${most} of ${features.length} features that moved most` : ''}. `
      + 'PSI (population stability index): below 0.1 stable, above 0.25 shifted. Bars: share of rows in each range of the feature, the line that of training.'),
  ];
}

const verdict = psi => element('span', { class: `state ${psi > 0.25 ? 'bad' : psi > 0.1 ? 'busy' : 'good'}` }, psi > 0.25 ? 'Shifted' : psi > 0.1 ? 'Moving' : 'Stable');

function bins(feature) {
  const highest = Math.max(...feature.shares, ...feature.baseline, 1e-9);
  return element('span', { class: 'bins', role: 'img', 'aria-label': `Shares in ${feature.shares.length} ranges: ${feature.shares.map(s => Math.round(100 * s)).join(', ')} %` },
    feature.shares.map((share, i) => {
      const bin = element('span', { class: 'bin', title: `${(100 * share).toFixed(1)} % now, ${(100 * feature.baseline[i]).toFixed(1)} % in training` }, element('i'), element('b'));
      bin.firstChild.style.height = `${100 * share / highest}%`;
      bin.lastChild.style.bottom = `${100 * feature.baseline[i] / highest}%`;
      return bin;
    }));
}
