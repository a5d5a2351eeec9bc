// What each patch of a picture contributes, over the picture.

import { element } from './dom.js';
import { number, percent } from './format.js';

const speaksFor = [255, 145, 30];
const speaksAgainst = [60, 130, 246];

export const overlayCanvas = () => element('canvas', { class: 'overlay', hidden: true, 'aria-hidden': 'true' });

/** Draws contributions over the model's view. */
export function showOverlay(canvas, { grid: [rows, columns], contributions }) {
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext('2d');
  const image = context.createImageData(columns, rows);
  const largest = Math.max(...contributions.map(Math.abs), 1e-12);
  contributions.forEach((value, i) => image.data.set([...(value > 0 ? speaksFor : speaksAgainst), Math.round(235 * Math.sqrt(Math.abs(value) / largest))], 4 * i));
  context.putImageData(image, 0, 0);
  canvas.hidden = false;
}

export function legendOf(explanation) {
  const name = explanation.label ?? `output ${explanation.target}`;
  const show = explanation.label ? percent : number; // Classes are explained by their probability.
  const swatch = color => {
    const made = element('span', { class: 'patch', 'aria-hidden': 'true' });
    made.style.backgroundColor = `rgb(${color.join(' ')})`;
    return made;
  };
  return element('div', { class: 'small' },
    element('p', { class: 'row tight' }, swatch(speaksFor), `speaks for “${name}”`),
    element('p', { class: 'row tight' }, swatch(speaksAgainst), 'speaks against it'),
    element('p', { class: 'muted' }, `${explanation.label ? 'Probability' : 'Output'} ${show(explanation.value)}; of an empty picture ${show(explanation.base_value)}.`));
}
