// How a chat model answers: the system text, the temperature, the most tokens.

import { element } from './dom.js';

export class ChatSettings {
  #system = element('textarea', { id: 'chat-system', rows: 4, placeholder: 'none' });
  #temperature = element('input', { id: 'chat-temperature', type: 'number', min: 0, max: 2, step: 0.1, placeholder: '1' });
  #limit = element('input', { id: 'chat-limit', type: 'number', min: 1, max: 2147483647, step: 1, placeholder: 'all that fit' });

  constructor() {
    this.root = element('div', { class: 'pane settings' },
      field(this.#system, 'System text'), field(this.#temperature, 'Temperature'), field(this.#limit, 'Most tokens of an answer'),
      element('p', { class: 'muted small' }, 'They hold from the next message on.'));
  }

  /** The system text and members of the request; or what is wrong with them. */
  read() {
    const { badInput, rangeOverflow, rangeUnderflow } = this.#temperature.validity;
    return badInput || rangeOverflow || rangeUnderflow ? { wrong: 'Temperature: expected a number from 0 to 2, or none.' }
      : !this.#limit.validity.valid ? { wrong: 'Most tokens of an answer: expected a whole number above 0, or none.' }
      : { system: this.#system.value.trim(), options: { ...member('temperature', this.#temperature), ...member('max_tokens', this.#limit) } };
  }
}

const field = (input, label) => element('div', { class: 'field' }, element('label', { for: input.id }, label), input);
const member = (name, input) => input.value === '' ? {} : { [name]: Number(input.value) };
