// A canvas to draw on or drop a picture, and the pixels that the model gets of it.

import { element } from './dom.js';
import { blank, context2d, fitted, paint, reduced } from './pixels.js';

const longest = 280;

export class ImageInput {
  #image;
  #factor;
  #planes;
  #changed;
  #canvas;
  #context;
  #seen;
  #pen;
  #point = null;
  #isDown = false;
  #fit;
  #invert;
  #color;

  /** @param image {channels, height, width}; @param changed called when a stroke or a picture is complete. */
  constructor(image, changed) {
    this.#image = image;
    this.#changed = changed;
    this.#factor = Math.max(1, Math.round(longest / Math.max(image.width, image.height))); // Pixels of the canvas to one of the model's.
    this.#canvas = element('canvas', {
      class: 'draw', tabindex: '0', role: 'img', width: image.width * this.#factor, height: image.height * this.#factor,
      'aria-label': 'Drawing area. Arrow keys move the pen, the space bar puts it down or lifts it.',
    });
    this.#context = context2d(this.#canvas);
    this.#seen = element('canvas', { class: 'seen', width: image.width, height: image.height, role: 'img', 'aria-label': 'The picture as the model sees it' });
    this.#pen = element('span', { class: 'pen', hidden: true, 'aria-hidden': 'true' });
    this.#color = element('input', { type: 'color', value: '#ffffff', 'aria-label': 'Colour of the pen' });
    this.#fit = this.#option('Fit and centre', 'Scales what is drawn to the size and place that the digits of MNIST have.');
    this.#invert = this.#option('Invert', 'For dark strokes on light paper.');
    this.clear();
    this.#listen();
  }

  /** The drawing area with its tools, and the model's view with an overlay. */
  panes(overlay) {
    const file = element('input', { type: 'file', accept: 'image/*', class: 'hidden', tabindex: '-1', 'aria-label': 'Picture', onchange: () => this.#drop(file.files[0]) });
    return [
      element('div', { class: 'pane' },
        element('div', { class: 'frame' }, this.#canvas, this.#pen),
        element('p', { class: 'muted small' }, 'Draw here, or drop a picture.'),
        element('div', { class: 'row' },
          element('button', { type: 'button', class: 'quiet', onclick: () => this.clear() }, 'Clear'),
          element('button', { type: 'button', class: 'quiet', onclick: () => file.click() }, 'Open picture …'), file,
          this.#image.channels === 3 ? this.#color : null),
        element('div', { class: 'row' }, this.#image.channels === 1 ? this.#fit.label : null, this.#invert.label)),
      element('div', { class: 'pane' },
        element('div', { class: 'frame' }, this.#seen, overlay),
        element('p', { class: 'muted small' }, `What the model sees: ${this.#image.width} × ${this.#image.height} ${this.#image.channels === 1 ? 'grey' : 'colour'} pixels.`)),
    ];
  }

  /** Bytes as /predict takes them under images: (H, W), or (C, H, W) in colour. */
  pixels() {
    return this.#image.channels === 1 ? this.#planes[0] : this.#planes;
  }

  /** The same as planes, (1 or 3, H, W). */
  get planes() {
    return this.#planes;
  }

  /** Takes planes for what is drawn. */
  put(planes) {
    const small = context2d(new OffscreenCanvas(this.#image.width, this.#image.height));
    paint(small, planes);
    this.clear();
    this.#context.imageSmoothingEnabled = false;
    this.#context.drawImage(small.canvas, 0, 0, this.#canvas.width, this.#canvas.height);
    this.#fit.input.checked = false;
    this.#complete();
  }

  clear() {
    blank(this.#context);
    this.#fit.input.checked = this.#image.channels === 1;
    this.#invert.input.checked = false;
    this.#look();
    this.#changed(false);
  }

  #option(text, title) {
    const input = element('input', { type: 'checkbox', onchange: () => this.#complete() });
    return { input, label: element('label', { class: 'check', title }, input, text) };
  }

  #listen() {
    const canvas = this.#canvas;
    canvas.addEventListener('pointerdown', event => {
      canvas.setPointerCapture(event.pointerId);
      this.#point = this.#place(event);
      this.#line(this.#point);
    });
    canvas.addEventListener('pointermove', event => {
      if (canvas.hasPointerCapture(event.pointerId)) {
        (event.getCoalescedEvents?.() ?? [event]).forEach(e => this.#line(this.#place(e)));
        this.#look();
      }
    });
    canvas.addEventListener('pointerup', () => this.#complete());
    canvas.addEventListener('dragover', event => event.preventDefault());
    canvas.addEventListener('drop', event => {
      event.preventDefault();
      this.#drop(event.dataTransfer.files[0]);
    });
    canvas.addEventListener('keydown', event => this.#press(event));
    canvas.addEventListener('focus', () => this.#movePen(this.#point ?? { x: canvas.width / 2, y: canvas.height / 2 }));
    canvas.addEventListener('blur', () => {
      this.#pen.hidden = true;
      this.#isDown = false;
    });
  }

  #press(event) {
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (event.key === ' ') {
      this.#isDown = !this.#isDown;
      this.#pen.classList.toggle('down', this.#isDown);
      if (!this.#isDown) {
        this.#complete();
      }
    } else if (move) {
      const keyStep = Math.max(this.#canvas.width, this.#canvas.height) / 45;
      const next = {
        x: Math.min(Math.max(this.#point.x + keyStep * move[0], 0), this.#canvas.width),
        y: Math.min(Math.max(this.#point.y + keyStep * move[1], 0), this.#canvas.height),
      };
      if (this.#isDown) {
        this.#line(next);
        this.#look();
      }

      this.#movePen(next);
    } else {
      return;
    }

    event.preventDefault();
  }

  #movePen(point) {
    this.#point = point;
    this.#pen.hidden = !this.#canvas.matches(':focus-visible');
    this.#pen.style.left = `${100 * point.x / this.#canvas.width}%`;
    this.#pen.style.top = `${100 * point.y / this.#canvas.height}%`;
  }

  #place(event) {
    const box = this.#canvas.getBoundingClientRect();
    return { x: (event.clientX - box.left) * this.#canvas.width / box.width, y: (event.clientY - box.top) * this.#canvas.height / box.height };
  }

  #line(to) {
    const context = this.#context;
    context.strokeStyle = this.#image.channels === 3 ? this.#color.value : '#fff';
    context.lineWidth = Math.max(this.#canvas.width, this.#canvas.height) / 14;
    context.lineCap = 'round';
    context.lineJoin = 'round';
    context.beginPath();
    context.moveTo(this.#point.x, this.#point.y);
    context.lineTo(to.x, to.y);
    context.stroke();
    this.#point = to;
  }

  async #drop(file) {
    if (!file) {
      return;
    }

    let picture;
    try {
      picture = await createImageBitmap(file);
    } catch {
      this.#changed(false, `“${file.name}” is no picture that this browser can read.`);
      return;
    }

    this.#changed(false);
    blank(this.#context);
    const scale = Math.min(this.#canvas.width / picture.width, this.#canvas.height / picture.height);
    const [width, height] = [picture.width * scale, picture.height * scale];
    this.#context.imageSmoothingEnabled = scale < 1; // A picture of the model's own size comes back as it was.
    this.#context.imageSmoothingQuality = 'high';
    this.#context.drawImage(picture, (this.#canvas.width - width) / 2, (this.#canvas.height - height) / 2, width, height);
    picture.close();
    this.#fit.input.checked = false;
    this.#complete();
  }

  #complete() {
    this.#look();
    this.#changed(true);
  }

  /** Brings what is drawn to the model's size. */
  #look() {
    const drawing = this.#fit.input.checked ? fitted(this.#context) : this.#context;
    this.#planes = reduced(drawing, this.#factor, this.#image.channels, this.#invert.input.checked);
    paint(context2d(this.#seen), this.#planes);
  }
}
