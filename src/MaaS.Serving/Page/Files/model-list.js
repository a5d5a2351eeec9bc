// The models of the server to choose from: a list by task with a search, and a select box on narrow screens.

import { byId, element, note } from './dom.js';
import { latency, number } from './format.js';
import { state, summary } from './models.js';

const fewModels = 8; // So many are seen at a glance, without a search and without groups.
const openModels = 24; // With more, only the group of the chosen model is unfolded at first.
const otherTask = 'Other models';

export class ModelList {
  #choose;
  #models = [];
  #traffic = null;
  #chosen = null;
  #rows = new Map(); // By model.
  #groups = new Map(); // By task.
  #isOpen = new Map(); // Groups that somebody folded or unfolded.
  #layout = '';
  #options = '';

  /** @param choose called with the name of a model that somebody chose. */
  constructor(choose) {
    this.#choose = choose;
    byId('search').addEventListener('input', () => this.#fill());
    byId('search').addEventListener('keydown', event => this.#keyInSearch(event));
    byId('pick').addEventListener('change', event => choose(event.target.value));
    byId('models').addEventListener('keydown', event => this.#keyInList(event));
  }

  show(models, traffic, chosen) {
    [this.#models, this.#traffic] = [models, traffic];
    if (chosen !== this.#chosen) {
      this.#chosen = chosen;
      this.#isOpen.delete(groupOf(models.find(m => m.name === chosen)));
    }

    byId('models').classList.toggle('many', models.length > fewModels);
    byId('search-box').hidden = models.length <= fewModels;
    if (models.length <= fewModels) {
      byId('search').value = ''; // Nothing may hide a model behind a box that is not there.
    }

    this.#fill();
  }

  get #query() {
    return byId('search').value.trim().toLowerCase();
  }

  #fill() {
    const words = this.#query.split(/\s+/).filter(w => w !== '');
    const found = this.#models.filter(m => words.every(w => textOf(m).includes(w))).sort((a, b) => hasFault(b) - hasFault(a));
    const groups = Map.groupBy(found, groupOf);
    const tasks = [...groups.keys()].sort((a, b) => (a === otherTask) - (b === otherTask) || a.localeCompare(b));
    const isGrouped = this.#models.length > fewModels && new Set(this.#models.map(groupOf)).size > 1;
    byId('found').textContent = this.#query === '' ? '' : found.length === 0 ? 'No model has all of these words.' : `${found.length} of ${this.#models.length} models`;
    found.forEach(m => this.#update(m));
    this.#lay(found, groups, isGrouped ? tasks : null);
    this.#fillSelect(groups, isGrouped ? tasks : null, found);
  }

  /** Brings a model's row up to date; what stays the same is not touched, so that the focus stays where it is. */
  #update(model) {
    const row = this.#rows.get(model.name) ?? this.#makeRow(model.name);
    const now = this.#traffic.now(model.name);
    const [kind, text] = summary(model);
    setText(row.figures, now.p99 === null ? (this.#models.length > fewModels ? '' : 'no traffic') : `${number(now.rate)} req/s · p99 ${latency(now.p99)}`);
    setText(row.state, text);
    row.state.className = `state ${kind}`;
    if (model.name === this.#chosen) {
      row.button.setAttribute('aria-current', 'true');
    } else {
      row.button.removeAttribute('aria-current');
    }
  }

  #makeRow(name) {
    const row = { state: state('idle', ''), figures: element('span', { class: 'model-figures' }) };
    row.button = element('button', { type: 'button', class: 'model', 'data-model': name, onclick: () => this.#choose(name) },
      element('span', { class: 'model-name' }, name), row.state, row.figures);
    row.item = element('li', {}, row.button);
    this.#rows.set(name, row);
    return row;
  }

  /** Puts the rows into their groups where anything but figures has changed. */
  #lay(found, groups, tasks) {
    const layout = JSON.stringify([tasks, found.map(m => m.name)]);
    if (layout !== this.#layout) {
      this.#layout = layout;
      const rows = models => element('ul', { class: 'rows' }, models.map(m => this.#rows.get(m.name).item));
      const focused = document.activeElement;
      byId('models').replaceChildren(...(found.length === 0 ? [note(this.#models.length === 0 ? 'None.' : 'None of them.')]
        : tasks === null ? [rows(found)] : tasks.map(t => this.#group(t, rows(groups.get(t))))));
      if (focused !== document.activeElement && byId('models').contains(focused)) {
        focused.focus({ preventScroll: true });
      }
    }

    for (const task of tasks ?? []) {
      const { details, size, faults } = this.#groups.get(task);
      const models = groups.get(task);
      const broken = models.filter(hasFault).length;
      details.open = this.#query !== '' || (this.#isOpen.get(task) ?? (this.#models.length <= openModels || models.some(m => m.name === this.#chosen)));
      setText(size, `${models.length}`);
      setText(faults, broken > 0 ? `${broken} ${broken === 1 ? 'fault' : 'faults'}` : '');
      faults.hidden = broken === 0;
    }
  }

  #group(task, rows) {
    let group = this.#groups.get(task);
    if (group === undefined) {
      const [size, faults] = [element('span', { class: 'size' }), element('span', { class: 'state bad' })];
      const head = element('summary', { onclick: () => this.#isOpen.set(task, !group.details.open) }, element('span', { class: 'group-name' }, task), size, faults);
      group = { details: element('details', { class: 'group' }, head), size, faults };
      this.#groups.set(task, group);
    }

    group.details.replaceChildren(group.details.firstChild, rows);
    return group.details;
  }

  /** The select box; rebuilt only where a name or state has changed, as it may be open. */
  #fillSelect(groups, tasks, found) {
    const chosen = this.#models.find(m => m.name === this.#chosen);
    const isHidden = chosen !== undefined && !found.includes(chosen);
    const labelOf = m => summary(m)[0] === 'good' ? m.name : `${m.name} – ${summary(m)[1].toLowerCase()}`;
    const option = m => element('option', { value: m.name }, labelOf(m));
    const parts = () => [
      ...(chosen === undefined ? [element('option', { value: '', disabled: true }, 'Choose a model')] : []),
      ...(isHidden ? [option(chosen)] : []),
      ...(tasks === null ? found.map(option) : tasks.map(t => element('optgroup', { label: t }, groups.get(t).map(option)))),
    ];
    const options = JSON.stringify([chosen === undefined, isHidden ? labelOf(chosen) : '', tasks, found.map(m => [labelOf(m), groupOf(m)])]);
    if (options !== this.#options) {
      this.#options = options;
      byId('pick').replaceChildren(...parts());
    }

    byId('pick').value = chosen?.name ?? '';
  }

  #keyInSearch(event) {
    const first = byId('models').querySelector('button');
    if (event.key === 'Enter' && first !== null && this.#query !== '') {
      this.#choose(first.dataset.model);
    } else if (event.key === 'ArrowDown' && first?.checkVisibility()) {
      event.preventDefault();
      first.focus();
    }
  }

  /** Arrow keys go from model to model, beside Tab. */
  #keyInList(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      const buttons = [...byId('models').querySelectorAll('button, summary')].filter(b => b.checkVisibility());
      event.preventDefault();
      buttons[buttons.indexOf(event.target) + step]?.focus();
    }
  }
}

const hasFault = model => summary(model)[0] === 'bad';
const groupOf = model => model?.task ? model.task.charAt(0).toUpperCase() + model.task.slice(1).replace(/[-_]/g, ' ') : otherTask;
const textOf = model => [model.name, groupOf(model), summary(model)[1], hasFault(model) ? 'fault' : '', ...model.versions.flatMap(v => v.labels)].join(' ').toLowerCase();

function setText(place, text) {
  if (place.textContent !== text) {
    place.textContent = text;
  }
}
