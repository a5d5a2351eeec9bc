// What one side of a conversation said, and how fast an answer came.

import { element } from './dom.js';
import { count, latency, number } from './format.js';

/** @param role user or assistant; @param speaker the name to show. */
export class ChatTurn {
  #text;
  #waiting = ''; // Pieces that have come and are not shown yet.
  #figures = element('p', { class: 'muted small figures' });

  constructor(role, speaker, text = '') {
    this.#text = document.createTextNode(text);
    this.root = element('div', { class: `turn ${role}` }, element('p', { class: 'muted small' }, speaker), element('p', { class: 'said' }, this.#text), this.#figures);
    if (role === 'assistant') {
      this.root.setAttribute('aria-busy', 'true');
    }
  }

  get text() {
    return this.#text.data + this.#waiting;
  }

  /** Takes a piece; it is shown with the next call of show. */
  add(piece) {
    this.#waiting += piece;
  }

  show(figures) {
    this.#text.appendData(this.#waiting);
    this.#waiting = '';
    this.#figures.textContent = figures;
  }

  end(figures) {
    this.root.removeAttribute('aria-busy');
    this.show(figures);
  }
}

/** Times of an answer, from the question on: what is between its tokens is lost where several come at once. */
export class ChatPace {
  #begun = performance.now();
  #first = null;
  #last = null;
  #tokens = 0; // Events with text until the server says how many tokens it were.
  #version = '';
  #reason = null;
  isStopped = false;

  /** Whether the model ended the answer. */
  get isWhole() {
    return this.#reason !== null;
  }

  take({ choices: [choice], usage, system_fingerprint: fingerprint }) {
    if (choice) {
      this.#last = performance.now();
      this.#first ??= this.#last;
      this.#tokens += choice.delta.content ? 1 : 0;
      this.#reason = choice.finish_reason ?? this.#reason;
      this.#version = fingerprint.slice(fingerprint.lastIndexOf('-') + 1); // The model's name, a dash, its version.
    }

    this.#tokens = usage?.completion_tokens ?? this.#tokens;
  }

  text() {
    return [
      `version ${this.#version}`,
      `${count(this.#tokens)} ${this.#tokens === 1 ? 'token' : 'tokens'}`,
      this.#tokens > 1 ? `${number(this.#tokens / (this.#last - this.#begun) * 1000)} tokens a second` : null,
      `the first after ${latency(this.#first - this.#begun)}`,
      this.isStopped ? 'stopped' : this.#reason === 'length' ? 'cut off at the most tokens' : null,
    ].filter(part => part !== null).join(' · ');
  }
}
