// A form for one row of a model of tables: a field an input, each of which may be missing.

import { element } from './dom.js';

const mostOptions = 50; // Above that a field with suggestions is quicker than a list.

/** The fields of a row. */
export class RowInput {
  #fields;

  /** @param fields what the server says of them: name, kind, categories, example, has_time; @param act called on Enter. */
  constructor(fields, act) {
    this.#fields = fields.map((field, i) => ({ name: field.name, ...fieldOf(field, `try-field-${i}`) }));
    this.root = element('form', { class: 'fields', autocomplete: 'off', novalidate: true }, this.#fields.map(f => f.root));
    this.root.addEventListener('submit', event => event.preventDefault());
    this.root.addEventListener('keydown', event => {
      if (event.key === 'Enter' && (event.target.tagName !== 'TEXTAREA' || event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        act();
      }
    });
  }

  /** The row as an object; null where a value is missing. Gives the name of the first field that cannot be read instead. */
  read() {
    const wrong = this.#fields.find(f => f.isWrong());
    return wrong ? { wrong: wrong.name } : { row: Object.fromEntries(this.#fields.map(f => [f.name, f.get()])) };
  }

  /** Puts a row back. */
  put(row) {
    this.#fields.forEach(f => f.set(row[f.name] ?? null));
    this.#fields[0]?.focus();
    this.root.scrollIntoView({ block: 'nearest' });
  }
}

function fieldOf(field, id) {
  return field.kind === 'boolean' ? booleanField(field, id)
    : field.kind === 'category' && field.categories.length > 0 && field.categories.length <= mostOptions ? choiceField(field, id)
    : field.kind === 'category' ? suggestedField(field, id)
    : textField(field, id);
}

function labelled(field, id, input, ...more) {
  return element('div', { class: 'field' }, element('label', { for: id }, field.name), input, ...more);
}

/** Numbers, dates and free texts; an empty one is missing. */
function textField(field, id) {
  const type = { number: 'number', date: field.has_time ? 'datetime-local' : 'date' }[field.kind];
  const input = type
    ? element('input', { id, type, step: type === 'date' ? null : field.kind === 'number' ? 'any' : '1', placeholder: 'missing' })
    : element('textarea', { id, rows: 3, placeholder: 'missing' });
  const set = value => {
    input.value = value === null ? '' : `${value}`;
  };
  set(field.example ?? null);
  return {
    root: labelled(field, id, input), set, focus: () => input.focus(), isWrong: () => input.validity.badInput,
    get: () => input.value === '' ? null : field.kind === 'number' ? Number(input.value) : input.value,
  };
}

function choiceField(field, id) {
  const input = element('select', { id }, element('option', { value: '' }, 'missing'), field.categories.map(c => element('option', { value: c }, c)));
  const set = value => {
    if (value !== null && !field.categories.includes(value)) {
      input.append(element('option', { value }, value));
    }

    input.value = value ?? '';
  };
  set(field.example ?? null);
  return { root: labelled(field, id, input), set, focus: () => input.focus(), isWrong: () => false, get: () => input.value === '' ? null : input.value };
}

/** Many categories, or none that may be shown: any text, with those that training knew to choose from. */
function suggestedField(field, id) {
  const list = element('datalist', { id: `${id}-known` }, field.categories.map(c => element('option', { value: c })));
  const input = element('input', { id, type: 'text', list: `${id}-known`, placeholder: 'missing', spellcheck: 'false' });
  const set = value => {
    input.value = value ?? '';
  };
  set(field.example ?? null);
  return { root: labelled(field, id, input, list), set, focus: () => input.focus(), isWrong: () => false, get: () => input.value === '' ? null : input.value };
}

/** A check, and another one that says that nobody knows. */
function booleanField(field, id) {
  const input = element('input', { id, type: 'checkbox' });
  const missing = element('input', { id: `${id}-missing`, type: 'checkbox' });
  const show = () => {
    input.disabled = missing.checked;
  };
  missing.addEventListener('change', show);
  const set = value => {
    missing.checked = value === null;
    input.checked = value === true || value === 'true';
    show();
  };
  set(field.example ?? null);
  const root = element('div', { class: 'field', role: 'group', 'aria-label': field.name },
    element('div', { class: 'row' },
      element('label', { class: 'check', for: id }, input, field.name),
      element('label', { class: 'check muted', for: `${id}-missing` }, missing, 'missing')));
  return { root, set, focus: () => input.focus(), isWrong: () => false, get: () => missing.checked ? null : input.checked };
}
