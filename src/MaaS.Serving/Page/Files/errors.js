// What went wrong lately, by kind.

import { byId, element, note, table } from './dom.js';
import { count, duration } from './format.js';

const kinds = {
  queue_full: 'Queue full', deadline: 'Deadline passed', cancelled: 'Client left', input: 'Inputs refused', model: 'Model failed', server: 'Server failed',
  400: 'Bad request (400)', 404: 'Not found (404)', 409: 'Conflict (409)', 413: 'Body too large (413)', 415: 'Media type (415)', 503: 'Unavailable (503)',
};

export function showErrors(errors, now) {
  if (errors.length === 0) {
    byId('errors').replaceChildren(note('None since the server started.'));
    return;
  }

  const columns = [{ name: 'Kind' }, { name: 'Model' }, { name: 'Count', isNumber: true }, { name: 'Last', isNumber: true }, { name: 'First', isNumber: true }];
  const ago = time => element('time', { datetime: new Date(time).toISOString(), title: new Date(time).toLocaleString() }, `${duration((now - time) / 1000)} ago`);
  byId('errors').replaceChildren(table(
    columns,
    errors.map(e => [kinds[e.kind] ?? `Status ${e.kind}`, e.model === null ? '–' : e.version === null ? e.model : `${e.model}, version ${e.version}`, count(e.count), ago(e.last), ago(e.first)]),
    'Recent errors'));
}
