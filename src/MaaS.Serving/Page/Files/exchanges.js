// What was asked and what was answered while the page is open: each answer stays beside its question.

import { element } from './dom.js';
import { latency } from './format.js';
import { context2d, paint } from './pixels.js';

const most = 20; // For each model.
const shortText = 140;

/**
 * The exchanges of every model, the latest first. An exchange is {asked, answer, summary, isFault, version, time, took, drawing}:
 * asked is {text}, {json}, {row} or {planes}, answer() gives the elements to show.
 */
export class Exchanges {
  #all = new Map();

  of(model) {
    return this.#all.get(model) ?? [];
  }

  /** Keeps an exchange; a drawing that goes on takes the place of what it was before. */
  add(model, exchange) {
    const before = this.of(model);
    const isSame = exchange.drawing !== undefined && before[0]?.drawing === exchange.drawing;
    this.#all.set(model, [exchange, ...(isSame ? before.slice(1) : before)].slice(0, most));
  }

  forget(model) {
    this.#all.delete(model);
  }

  clear() {
    this.#all.clear();
  }
}

/** An exchange in full. */
export function exchangeView(exchange) {
  return element('div', { class: 'exchange' },
    element('div', { class: 'asked' },
      askedView(exchange.asked, false),
      element('p', { class: 'muted small' }, [exchange.version ? `version ${exchange.version}` : null, exchange.time, latency(exchange.took)].filter(p => p !== null).join(' · '))),
    element('div', { class: 'answered' }, exchange.answer()));
}

/** Earlier exchanges, each in a fold; @param again called with what was asked. */
export function earlierView(exchanges, again, forget) {
  return [
    element('div', { class: 'row between' }, element('h4', {}, 'Asked earlier'), element('button', { type: 'button', class: 'quiet small', onclick: forget }, 'Forget all')),
    element('ol', { class: 'exchanges' }, exchanges.map(e => element('li', {}, fold(e, again)))),
  ];
}

function fold(exchange, again) {
  const body = element('div', { class: 'fold-body' });
  const head = element('summary', {}, askedView(exchange.asked, true), element('span', { class: exchange.isFault ? 'summary bad' : 'summary' }, short(exchange.summary)), element('span', { class: 'muted small' }, exchange.time));
  const details = element('details', { class: 'fold' }, head, body);
  details.addEventListener('toggle', () => {
    if (details.open && body.childElementCount === 0) {
      body.append(exchangeView(exchange), element('button', { type: 'button', class: 'quiet', onclick: () => again(exchange.asked) }, exchange.asked.planes ? 'Ask again' : 'Put it back'));
    }
  });
  return details;
}

function askedView(asked, isShort) {
  if (asked.planes) {
    const canvas = element('canvas', { class: 'thumb seen', width: asked.planes[0][0].length, height: asked.planes[0].length, role: 'img', 'aria-label': 'The picture that was asked' });
    paint(context2d(canvas), asked.planes);
    return canvas;
  }

  const text = asked.text ?? (asked.row ? rowText(asked.row) : asked.json.replace(/\s+/g, ' '));
  return isShort ? element('span', { class: asked.json === undefined ? 'asked-short' : 'asked-short code' }, short(text) || 'an empty text')
    : element('p', { class: asked.json === undefined ? 'asked-text' : 'asked-text code' }, text === '' ? 'an empty text' : text.slice(0, 2000));
}

const rowText = row => Object.entries(row).map(([name, value]) => `${name} ${value ?? 'missing'}`).join(', ');

const short = text => text.length > shortText ? `${text.slice(0, shortText)} …` : text;
