// A box to ask the chosen model: a drawing, a text, or JSON.

import { ApiError, modelPath, request } from './api.js';
import { element } from './dom.js';
import { legendOf, overlayCanvas, showOverlay } from './explanation.js';
import { ImageInput } from './image-input.js';
import { requestFor } from './json-input.js';
import { json, showAnswer, showFault } from './results.js';

const mostTokens = 100;

export class TryIt {
  #root;
  #details;
  #version;
  #answer;
  #running = null;

  constructor(root) {
    this.#root = root;
  }

  /** Builds the box for a model and its versions, of which the first is asked unless another is chosen. */
  show(details, versions) {
    this.#running?.abort();
    this.#details = details;
    this.#answer = element('div', { class: 'answer', 'aria-live': 'polite' }, hint('The answer comes here.'));
    const routed = element('option', { value: '' }, 'as routed');
    this.#version = element('select', { id: 'try-version' }, versions.length > 1 ? versions.map(v => element('option', { value: v }, `version ${v}`)) : [], routed);
    const chooser = versions.length > 1 ? element('p', { class: 'row chooser' }, element('label', { for: 'try-version' }, 'Ask'), this.#version) : null;
    const box = details.image ? this.#imageBox() : details.writes_text ? this.#writingBox() : details.takes_text ? this.#textBox() : this.#jsonBox(true);
    const others = details.image || details.takes_text || details.writes_text ? element('details', {}, element('summary', {}, 'JSON request'), this.#jsonBox(false)) : null;
    this.#root.replaceChildren(...[chooser, box, others].filter(part => part !== null));
  }

  get #chosenVersion() {
    return this.#version.value;
  }

  #predictPath() {
    return `predict?model=${encodeURIComponent(this.#details.name)}${this.#chosenVersion ? `&version=${this.#chosenVersion}` : ''}`;
  }

  #imageBox() {
    const overlay = overlayCanvas();
    const legend = element('div', {});
    const method = element('select', { 'aria-label': 'Method of the explanation' }, element('option', { value: 'occlusion' }, 'Occlusion'), element('option', { value: 'shapley' }, 'Shapley values'));
    const forget = () => {
      overlay.hidden = true;
      legend.replaceChildren();
    };
    const predict = () => {
      forget();
      return this.#ask(this.#predictPath(), { images: [input.pixels()] }, answer => showAnswer(this.#answer, answer));
    };
    const explain = () => {
      const query = new URLSearchParams({ method: method.value, replacement: this.#details.image.black });
      return this.#ask(`v1/${modelPath(this.#details.name, this.#chosenVersion)}:explain?${query}`, { images: [input.pixels()] }, ({ explanations: [explanation] }) => {
        if (explanation.grid) {
          showOverlay(overlay, explanation);
        }

        legend.replaceChildren(legendOf(explanation));
      });
    };
    const input = new ImageInput(this.#details.image, (isComplete, fault) => {
      forget();
      if (fault) {
        showFault(this.#answer, fault);
      } else if (isComplete) {
        predict();
      } else {
        this.#answer.replaceChildren(hint('Draw something to see what the model makes of it.'));
      }
    });
    const [drawing, seen] = input.panes(overlay);
    seen.append(element('div', { class: 'row' }, button('Explain', explain, 'quiet'), method), legend);
    return element('div', { class: 'ask' }, drawing, seen, element('div', { class: 'pane grow' }, element('div', { class: 'row' }, button('Predict', predict)), this.#answer));
  }

  #textBox() {
    return this.#textPanes('Text', 'Predict', text => this.#ask(this.#predictPath(), { instances: [text] }, answer => showAnswer(this.#answer, answer)));
  }

  /** For language models: the text and what they write after it. */
  #writingBox() {
    return this.#textPanes('Beginning of a text', 'Continue', text => this.#ask(
      `v2/${modelPath(this.#details.name, this.#chosenVersion)}/generate`, { text_input: text, parameters: { max_tokens: mostTokens } },
      answer => this.#answer.replaceChildren(
        element('p', { class: 'written' }, element('span', { class: 'muted' }, text), answer.text_output),
        hint(answer.finish_reason === 'stop' ? `Ended by itself after ${answer.tokens} tokens.` : `The first ${answer.tokens} tokens.`))));
  }

  #textPanes(label, verb, ask) {
    const text = element('textarea', { id: 'try-text', rows: 8, spellcheck: 'false' });
    onCtrlEnter(text, () => ask(text.value));
    return element('div', { class: 'ask' },
      element('div', { class: 'pane grow' }, element('label', { for: 'try-text' }, label), text, element('div', { class: 'row' }, button(verb, () => ask(text.value)), keys())),
      element('div', { class: 'pane grow' }, this.#answer));
  }

  #jsonBox(isOnly) {
    const answer = isOnly ? this.#answer : element('div', { class: 'answer', 'aria-live': 'polite' });
    const { text, remark } = requestFor(this.#details.inputs);
    const body = element('textarea', { id: 'try-json', class: 'code', rows: 12, spellcheck: 'false' });
    body.value = text;
    const send = () => this.#ask(`v2/${modelPath(this.#details.name, this.#chosenVersion)}/infer`, body.value, result => answer.replaceChildren(json(result)), answer);
    onCtrlEnter(body, send);
    return element('div', { class: 'ask' },
      element('div', { class: 'pane grow' },
        element('label', { for: 'try-json' }, 'Open Inference Protocol request'), body, remark ? hint(remark) : null,
        element('div', { class: 'row' }, button(isOnly ? 'Predict' : 'Send', send), keys())),
      element('div', { class: 'pane grow' }, answer));
  }

  /** Sends a request; a later one takes its place. */
  async #ask(path, body, show, root = this.#answer) {
    this.#running?.abort();
    const running = this.#running = new AbortController();
    root.setAttribute('aria-busy', 'true');
    try {
      const answer = await request(path, { body: typeof body === 'string' ? body : JSON.stringify(body), signal: running.signal });
      if (!running.signal.aborted) {
        show(answer);
      }
    } catch (error) {
      if (error instanceof ApiError) {
        showFault(root, error.message);
      } else if (error.name !== 'AbortError') {
        throw error;
      }
    } finally {
      root.removeAttribute('aria-busy');
    }
  }
}

const hint = text => element('p', { class: 'muted' }, text);
const keys = () => element('span', { class: 'muted small wide-only' }, 'Ctrl + Enter');
const button = (text, onclick, kind = null) => element('button', { type: 'button', class: kind, onclick }, text);

function onCtrlEnter(box, act) {
  box.addEventListener('keydown', event => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      act();
    }
  });
}
