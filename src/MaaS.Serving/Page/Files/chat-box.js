// A conversation with a chat model: what was said before goes along with every message, and answers are shown as they come.

import { ApiError, events } from './api.js';
import { ChatSettings } from './chat-settings.js';
import { ChatPace, ChatTurn } from './chat-turn.js';
import { element } from './dom.js';
import { faultOf } from './results.js';

const mostSaid = 200;
const nearEnd = 48; // Pixels from its end within which the view follows an answer.

export class ChatBox {
  #model;
  #messages = []; // As the server takes them, without the system text.
  #running = null;
  #frame = null; // The next picture, which shows what has come until then: small models write faster than it is drawn.
  #settings = new ChatSettings();
  #turns = element('div', { class: 'turns', role: 'region', tabindex: '0' });
  #fault = element('div', { class: 'chat-fault' });
  #said = element('p', { class: 'hidden', role: 'status' });
  #text = element('textarea', { id: 'chat-text', rows: 2 });
  #send = element('button', { type: 'button', onclick: () => this.#ask() }, 'Send');
  #stop = element('button', { type: 'button', hidden: true, onclick: () => this.stop() }, 'Stop');

  constructor(model) {
    this.#model = model;
    this.#turns.setAttribute('aria-label', `Conversation with ${model}`);
    this.#text.addEventListener('keydown', event => this.#onKey(event));
    this.root = element('div', { class: 'ask chat' },
      element('div', { class: 'pane grow' },
        this.#turns, this.#fault,
        element('label', { for: 'chat-text' }, 'Message'), this.#text,
        element('div', { class: 'row' },
          this.#send, this.#stop, element('button', { type: 'button', class: 'quiet', onclick: () => this.#begin() }, 'New conversation'),
          element('span', { class: 'muted small wide-only' }, 'Enter sends, Shift + Enter begins a line')),
        this.#said),
      this.#settings.root);
    this.#showNothing();
  }

  /** Ends the answer that is being written; what there is of it stays. */
  stop() {
    this.#running?.abort();
  }

  #begin() {
    this.stop();
    this.#running = null;
    this.#messages = [];
    this.#fault.replaceChildren();
    this.#showNothing();
    this.#showState();
    this.#text.focus();
  }

  #showNothing() {
    this.#turns.replaceChildren(element('p', { class: 'muted' }, 'Nothing has been said yet.'));
  }

  #onKey(event) {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.#ask();
    } else if (event.key === 'Escape') {
      this.stop();
    }
  }

  async #ask() {
    const text = this.#text.value;
    if (this.#running !== null || text.trim() === '') {
      return;
    }

    this.#fault.replaceChildren();
    const { system, options, wrong } = this.#settings.read();
    if (wrong) {
      this.#fault.replaceChildren(faultOf(wrong));
      return;
    }

    const running = this.#running = new AbortController();
    const question = new ChatTurn('user', 'You', text);
    const answer = new ChatTurn('assistant', this.#model);
    this.#turns.replaceChildren(...(this.#messages.length === 0 ? [] : this.#turns.children), question.root, answer.root);
    this.#turns.scrollTop = this.#turns.scrollHeight;
    this.#text.value = '';
    this.#showState();
    const messages = [...(system === '' ? [] : [{ role: 'system', content: system }]), ...this.#messages, { role: 'user', content: text }];
    const pace = new ChatPace();
    let fault = null;
    try {
      const body = JSON.stringify({ model: this.#model, messages, ...options, stream: true, stream_options: { include_usage: true } });
      for await (const event of events('v1/chat/completions', { body, signal: running.signal })) {
        pace.take(event);
        answer.add(event.choices[0]?.delta.content ?? '');
        this.#showSoon(answer, pace);
      }
    } catch (error) {
      fault = running.signal.aborted ? null : error;
    }

    if (this.#running === running) {
      this.#running = null;
      pace.isStopped = running.signal.aborted;
      this.#end(question, answer, pace, fault);
    }

    if (fault !== null && !(fault instanceof ApiError)) {
      throw fault;
    }
  }

  #showSoon(answer, pace) {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = null;
      this.#follow(() => answer.show(pace.text()));
    });
  }

  /** Keeps what was said. A question of which no answer has come goes back where it was written, before what stands there by now. */
  #end(question, answer, pace, fault) {
    if (answer.text === '' && !pace.isWhole) {
      question.root.remove();
      answer.root.remove();
      this.#text.value = [question.text, this.#text.value].filter(Boolean).join('\n');
    } else {
      this.#messages.push({ role: 'user', content: question.text }, { role: 'assistant', content: answer.text });
      this.#follow(() => answer.end(pace.text()));
      this.#said.textContent = `Answer: ${answer.text}`.slice(0, mostSaid);
    }

    if (this.#messages.length === 0) {
      this.#showNothing();
    }

    this.#fault.replaceChildren(...(fault === null ? [] : [faultOf(fault.message)]));
    this.#showState();
  }

  #showState() {
    const isRunning = this.#running !== null;
    const isFocused = [this.#send, this.#stop].includes(document.activeElement);
    this.#send.hidden = isRunning;
    this.#stop.hidden = !isRunning;
    if (isFocused) {
      this.#text.focus(); // The button that had it is gone.
    }
  }

  /** Changes the conversation; a reader who was at its end is there afterwards too. */
  #follow(change) {
    const turns = this.#turns;
    const isAtEnd = turns.scrollHeight - turns.scrollTop - turns.clientHeight < nearEnd;
    change();
    if (isAtEnd) {
      turns.scrollTop = turns.scrollHeight;
    }
  }
}
