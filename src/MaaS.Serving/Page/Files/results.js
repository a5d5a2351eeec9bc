// A model's answer: probabilities as bars, anything else as JSON.

import { element, note } from './dom.js';
import { number, percent } from './format.js';

const mostClasses = 10;
const mostText = 20000;
const mostNumbers = 6;

/** What /predict answered for one row. */
export function answerOf(answer) {
  const [first] = answer.predictions ?? [];
  return first?.probabilities ? bars(first) : [json(answer)];
}

/** What /predict answered for one row of a table: the label with its probabilities, or the number. */
export function rowAnswerOf({ predictions: [first] }, classes) {
  if (classes.length === 0) {
    const value = typeof first === 'number' ? `${Number(first.toPrecision(6))}` : `${first}`;
    return { summary: value, answer: () => [element('p', { class: 'verdict' }, element('strong', {}, value))] };
  }

  const probabilities = Object.fromEntries(classes.map((label, i) => [label, first.probabilities[i]]));
  return {
    summary: `${first.label}, ${percent(first.probabilities[classes.indexOf(first.label)])}`,
    answer: () => bars({ label: first.label, probabilities }),
  };
}

/** The answer in a line. */
export function summaryOf(answer) {
  const [first] = answer.predictions ?? [];
  return first?.probabilities ? `${first.label}, ${percent(first.probabilities[first.label])}`
    : answer.outputs ? answer.outputs.map(o => `${o.name}: ${some(o.data)}`).join('; ')
    : JSON.stringify(answer.predictions ?? answer);
}

export const faultOf = message => element('p', { class: 'fault', role: 'alert' }, message);

export function json(value) {
  const text = JSON.stringify(value, null, 1).replace(/\[\s+((?:[^[\]{}"\n]+,?\s+)+)\]/g, (_, items) => `[${items.trim().replace(/\s+/g, ' ')}]`);
  return element('pre', { tabindex: '0', 'aria-label': 'Answer' }, text.length > mostText ? `${text.slice(0, mostText)}\n… ${text.length - mostText} characters more` : text);
}

function some(data = []) {
  const values = data.slice(0, mostNumbers).map(v => typeof v === 'number' ? number(v) : `${v}`);
  return `${values.join(', ')}${data.length > mostNumbers ? ` … of ${data.length} values` : ''}`;
}

function bars(prediction) {
  const classes = Object.entries(prediction.probabilities).sort((a, b) => b[1] - a[1]);
  const rows = classes.slice(0, mostClasses).map(([label, probability]) => {
    const bar = element('span', { class: 'bar', 'aria-hidden': 'true' }, element('span'));
    bar.firstChild.style.width = `${100 * probability}%`;
    return element('li', { 'data-probability': probability }, element('span', { class: 'bar-label' }, label), bar, element('span', { class: 'bar-value' }, percent(probability)));
  });
  return [
    element('p', { class: 'verdict' }, element('strong', {}, prediction.label), element('span', { class: 'muted' }, percent(prediction.probabilities[prediction.label]))),
    element('ol', { class: 'bars' }, rows),
    ...(classes.length > mostClasses ? [note(`${classes.length - mostClasses} more classes`)] : []),
  ];
}
