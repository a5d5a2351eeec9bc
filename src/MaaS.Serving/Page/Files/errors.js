// What went wrong lately, by model and folded.

import { byId, element, note, table } from './dom.js';
import { count, duration } from './format.js';

const kinds = {
  queue_full: 'Queue full', deadline: 'Deadline passed', cancelled: 'Client left', input: 'Inputs refused', model: 'Model failed', server: 'Server failed',
  400: 'Bad request (400)', 401: 'No key, or a wrong one (401)', 403: 'Not allowed (403)', 404: 'Not found (404)', 409: 'Conflict (409)',
  413: 'Body too large (413)', 415: 'Media type (415)', 503: 'Unavailable (503)',
};
const withoutModel = 'No model of the server';

const folds = new Map(); // By model: {details, name, total, last, body}.

/** Shows errors of each model in a fold of its own, the chosen model's first, then those that happened last. */
export function showErrors(errors, now, chosen) {
  const groups = Map.groupBy(errors, e => e.model ?? withoutModel);
  const names = [...groups.keys()].sort((a, b) => (b === chosen) - (a === chosen) || lastOf(groups.get(b)) - lastOf(groups.get(a)));
  const shown = names.map(name => fill(name, groups.get(name), now));
  const place = byId('errors');
  const notes = chosen === null || errors.length === 0 || groups.has(chosen) ? [] : [note(`None of ${chosen} since the server started.`)];
  const next = errors.length === 0 ? [note('None since the server started.')] : [...notes, ...shown];
  if (next.length !== place.children.length || next.some((e, i) => e !== place.children[i] && !(e.tagName === 'P' && e.textContent === place.children[i].textContent))) {
    const focused = document.activeElement;
    place.replaceChildren(...next);
    if (place.contains(focused)) {
      focused.focus({ preventScroll: true });
    }
  }
}

function fill(name, errors, now) {
  const fold = folds.get(name) ?? make(name);
  const total = errors.reduce((sum, e) => sum + e.count, 0);
  fold.total.textContent = `${count(total)} ${total === 1 ? 'error' : 'errors'}`;
  fold.last.replaceChildren('last ', ago(lastOf(errors), now));
  const columns = [{ name: 'Kind' }, { name: 'Version' }, { name: 'Count', isNumber: true }, { name: 'Last', isNumber: true }, { name: 'First', isNumber: true }];
  const rows = [...errors].sort((a, b) => b.last - a.last)
    .map(e => [kinds[e.kind] ?? `Status ${e.kind}`, e.version === null ? '–' : `${e.version}`, count(e.count), ago(e.last, now), ago(e.first, now)]);
  fold.body.replaceChildren(table(columns, rows, `Recent errors of ${name}`));
  return fold.details;
}

function make(name) {
  const fold = { total: element('span', { class: 'number' }), last: element('span', { class: 'muted' }), body: element('div', { class: 'fold-body' }) };
  fold.details = element('details', { class: 'fold', 'data-model': name }, element('summary', {}, element('span', { class: 'fold-name' }, name), fold.total, fold.last), fold.body);
  folds.set(name, fold);
  return fold;
}

const lastOf = errors => Math.max(...errors.map(e => e.last));
const ago = (time, now) => element('time', { datetime: new Date(time).toISOString(), title: new Date(time).toLocaleString() }, `${duration((now - time) / 1000)} ago`);
