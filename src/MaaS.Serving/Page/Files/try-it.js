// A box to ask the chosen model: a drawing, a text, a row of a table, a chat, or JSON; answers stay beside what was asked.

import { ApiError, modelPath, request } from './api.js';
import { ChatBox } from './chat-box.js';
import { element } from './dom.js';
import { earlierView, exchangeView, Exchanges } from './exchanges.js';
import { legendOf, overlayCanvas, showOverlay } from './explanation.js';
import { ImageInput } from './image-input.js';
import { requestFor } from './json-input.js';
import { answerOf, faultOf, json, rowAnswerOf, summaryOf } from './results.js';
import { RowInput } from './row-input.js';

const mostTokens = 100;
const mostSaid = 200;

export class TryIt {
  #root;
  #details = null;
  #form = '';
  #chooser = element('div', { class: 'row chooser' });
  #version;
  #box;
  #answer;
  #said;
  #earlier;
  #exchanges = new Exchanges();
  #chats = new Map(); // The conversation with each chat model.
  #shown = new Map(); // The exchange that each place for answers shows.
  #inputs = new Map(); // What puts a question back, by the kind of its input.
  #running = null;

  constructor(root) {
    this.#root = root;
  }

  /**
   * Builds the box for a model and its versions, of which the first is asked unless another is chosen. Where only the
   * versions have changed, what was typed and what was answered stays. Pinned, the only version is asked, wherever the
   * model's route leads; chats, which cannot name a version, then give way to texts that are continued.
   */
  show(details, versions, { isPinned = false } = {}) {
    const isChat = details.has_chat_template && !isPinned;
    const form = JSON.stringify([details.name, details.inputs, details.image, details.takes_text, details.writes_text, isChat, details.form]);
    const isSame = form === this.#form && this.#root.contains(this.#box);
    this.#form = form;
    this.#details = details;
    this.#showVersions(versions, isPinned, isChat);
    if (isSame) {
      return;
    }

    this.#running?.abort();
    this.#chats.forEach(chat => chat.stop());
    this.#shown.clear();
    this.#inputs.clear();
    this.#answer = element('div', { class: 'answer' }, hint('The answer comes here.'));
    this.#said = element('p', { class: 'hidden', role: 'status' });
    this.#earlier = element('section', { class: 'earlier', 'aria-label': 'Asked earlier', hidden: true });
    const box = details.image ? this.#imageBox() : details.form ? this.#rowBox() : isChat ? this.#chatBox() : details.writes_text ? this.#writingBox() : details.takes_text ? this.#textBox() : null;
    const others = box ? element('details', {}, element('summary', {}, 'JSON request'), this.#jsonBox(false)) : null;
    this.#box = box ?? this.#jsonBox(true);
    this.#root.replaceChildren(...[this.#chooser, this.#box, this.#said, this.#earlier, others].filter(part => part !== null));
    this.#showEarlier();
  }

  /** Forgets every exchange and conversation, as those of another key are nobody else's. */
  forget() {
    this.#exchanges.clear();
    this.#chats.forEach(chat => chat.stop());
    this.#chats.clear();
    this.#form = '';
  }

  #showVersions(versions, isPinned, isChat) {
    const before = this.#version?.value;
    const routed = isPinned ? null : element('option', { value: '' }, 'as routed');
    this.#version = element('select', { id: 'try-version' }, (versions.length > 1 && !isChat) || isPinned ? versions.map(v => element('option', { value: v }, `version ${v}`)) : [], routed);
    if (this.#root.contains(this.#chooser) && versions.some(v => `${v}` === before)) {
      this.#version.value = before;
    }

    this.#chooser.hidden = versions.length < 2;
    this.#chooser.replaceChildren(...(isChat ? [hint('Each answer comes from a version that the route leads to.')]
      : [element('label', { for: 'try-version' }, 'Ask'), this.#version]));
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
    let drawing = 0; // Strokes of one drawing are one question.
    const method = element('select', { 'aria-label': 'Method of the explanation' }, element('option', { value: 'occlusion' }, 'Occlusion'), element('option', { value: 'shapley' }, 'Shapley values'));
    const forget = () => {
      overlay.hidden = true;
      legend.replaceChildren();
    };
    const predict = () => {
      forget();
      return this.#ask(this.#predictPath(), { images: [input.pixels()] }, { planes: input.planes }, predicted, { drawing });
    };
    const explain = () => {
      const query = new URLSearchParams({ method: method.value, replacement: this.#details.image.black });
      return this.#send(legend, `v1/${modelPath(this.#details.name, this.#chosenVersion)}:explain?${query}`, { images: [input.pixels()] }, ({ explanations: [explanation] }) => {
        if (explanation.grid) {
          showOverlay(overlay, explanation);
        }

        legend.replaceChildren(legendOf(explanation));
      }, message => legend.replaceChildren(faultOf(message)));
    };
    const input = new ImageInput(this.#details.image, (isComplete, fault) => {
      forget();
      if (isComplete) {
        predict();
      } else {
        drawing++;
        this.#vacate(this.#answer, fault ? faultOf(fault) : hint('Draw something to see what the model makes of it.'));
      }
    });
    this.#inputs.set('planes', planes => input.put(planes));
    const [canvas, seen] = input.panes(overlay);
    seen.append(element('div', { class: 'row' }, button('Explain', explain, 'quiet'), method), legend);
    return element('div', { class: 'ask' }, canvas, seen, element('div', { class: 'pane grow' }, element('div', { class: 'row' }, button('Predict', predict)), this.#answer));
  }

  /** For models of tables: a field a column, and the label with its probabilities. */
  #rowBox() {
    const { fields, classes } = this.#details.form;
    const read = answer => rowAnswerOf(answer, classes);
    const ask = () => {
      const { row, wrong } = input.read();
      return wrong ? this.#vacate(this.#answer, faultOf(`${wrong}: expected a value of its kind, or none.`))
        : this.#ask(this.#predictPath(), { instances: [row] }, { row }, read);
    };
    const input = new RowInput(fields, ask);
    this.#inputs.set('row', row => input.put(row));
    return element('div', { class: 'ask' },
      element('div', { class: 'pane grow' }, input.root, element('div', { class: 'row' }, button('Predict', ask), element('span', { class: 'muted small' }, 'Empty fields are missing values.'))),
      element('div', { class: 'pane grow' }, this.#answer));
  }

  #textBox() {
    return this.#textPanes('Text', 'Predict', text => this.#ask(this.#predictPath(), { instances: [text] }, { text }, predicted));
  }

  /** For language models with a chat template: the conversation with this one, as it was left. */
  #chatBox() {
    const { name } = this.#details;
    const chat = this.#chats.get(name) ?? new ChatBox(name);
    this.#chats.set(name, chat);
    return chat.root;
  }

  /** For other language models: the text and what they write after it. */
  #writingBox() {
    const written = text => ({ text_output: output, finish_reason: reason, tokens }) => ({
      summary: output.trim(),
      answer: () => [
        element('p', { class: 'written' }, element('span', { class: 'muted' }, text), output),
        hint(reason === 'stop' ? `Ended by itself after ${tokens} tokens.` : `The first ${tokens} tokens.`),
      ],
    });
    return this.#textPanes('Beginning of a text', 'Continue', text => this.#ask(
      `v2/${modelPath(this.#details.name, this.#chosenVersion)}/generate`, { text_input: text, parameters: { max_tokens: mostTokens } }, { text }, written(text)));
  }

  #textPanes(label, verb, ask) {
    const text = element('textarea', { id: 'try-text', rows: 8, spellcheck: 'false' });
    onCtrlEnter(text, () => ask(text.value));
    this.#inputs.set('text', value => fill(text, value));
    return element('div', { class: 'ask' },
      element('div', { class: 'pane grow' }, element('label', { for: 'try-text' }, label), text, element('div', { class: 'row' }, button(verb, () => ask(text.value)), keys())),
      element('div', { class: 'pane grow' }, this.#answer));
  }

  #jsonBox(isOnly) {
    const answer = isOnly ? this.#answer : element('div', { class: 'answer' });
    const { text, remark } = requestFor(this.#details.inputs);
    const body = element('textarea', { id: 'try-json', class: 'code', rows: 12, spellcheck: 'false' });
    body.value = text;
    const result = value => ({ summary: summaryOf(value), answer: () => [json(value)] });
    const send = () => this.#ask(`v2/${modelPath(this.#details.name, this.#chosenVersion)}/infer`, body.value, { json: body.value }, result, { root: answer });
    this.#inputs.set('json', value => fill(body, value));
    onCtrlEnter(body, send);
    return element('div', { class: 'ask' },
      element('div', { class: 'pane grow' },
        element('label', { for: 'try-json' }, 'Open Inference Protocol request'), body, remark ? hint(remark) : null,
        element('div', { class: 'row' }, button(isOnly ? 'Predict' : 'Send', send), keys())),
      element('div', { class: 'pane grow' }, answer));
  }

  /**
   * Asks the model and keeps the exchange.
   * @param asked what is asked, as an exchange has it; @param read makes {summary, answer} of what came;
   * @param root where the answer goes; @param drawing the number of the drawing that it is of.
   */
  #ask(path, body, asked, read, { root = this.#answer, drawing } = {}) {
    const [started, model, version] = [performance.now(), this.#details.name, this.#chosenVersion];
    const keep = (isFault, answered) => {
      const time = new Date().toLocaleTimeString('en', { hourCycle: 'h23' });
      const exchange = { asked, isFault, version, time, took: performance.now() - started, drawing, ...answered };
      this.#exchanges.add(model, exchange);
      this.#shown.set(root, exchange);
      root.replaceChildren(exchangeView(exchange));
      this.#said.textContent = isFault ? '' : `Answer: ${exchange.summary}`.slice(0, mostSaid); // A fault is said as an alert.
      this.#showEarlier();
    };
    return this.#send(root, path, body, answer => keep(false, read(answer)), message => keep(true, { summary: message, answer: () => [faultOf(message)] }));
  }

  /** Sends a request; a later one takes its place. */
  async #send(root, path, body, show, fail) {
    this.#running?.abort();
    const running = this.#running = new AbortController();
    this.#root.querySelectorAll('[aria-busy]').forEach(place => place.removeAttribute('aria-busy'));
    root.setAttribute('aria-busy', 'true');
    try {
      const answer = await request(path, { body: typeof body === 'string' ? body : JSON.stringify(body), signal: running.signal });
      if (!running.signal.aborted) {
        show(answer);
      }
    } catch (error) {
      if (error instanceof ApiError) {
        fail(error.message);
      } else if (error.name !== 'AbortError') {
        throw error;
      }
    } finally {
      if (this.#running === running) {
        root.removeAttribute('aria-busy');
      }
    }
  }

  /** Shows something else in place of an exchange, which becomes an earlier one. */
  #vacate(root, content) {
    this.#running?.abort();
    root.removeAttribute('aria-busy');
    this.#shown.delete(root);
    root.replaceChildren(content);
    this.#showEarlier();
  }

  #showEarlier() {
    const shown = new Set(this.#shown.values());
    const earlier = this.#exchanges.of(this.#details.name).filter(e => !shown.has(e));
    this.#earlier.hidden = earlier.length === 0;
    this.#earlier.replaceChildren(...(earlier.length === 0 ? [] : earlierView(earlier, asked => this.#again(asked), () => {
      this.#exchanges.forget(this.#details.name);
      this.#showEarlier();
    })));
  }

  #again(asked) {
    const [[kind, value]] = Object.entries(asked);
    this.#inputs.get(kind)?.(value);
  }
}

const predicted = answer => ({ summary: summaryOf(answer), answer: () => answerOf(answer) });
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

/** Puts a text into its box, and the focus. */
function fill(box, value) {
  box.closest('details')?.setAttribute('open', '');
  box.value = value;
  box.focus();
  box.scrollIntoView({ block: 'nearest' });
}
