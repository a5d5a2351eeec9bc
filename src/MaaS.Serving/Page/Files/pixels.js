// From a drawing to the bytes of a model's input.

/** A 2D context that is read more often than drawn. */
export const context2d = canvas => canvas.getContext('2d', { willReadFrequently: true });

export function blank(context) {
  context.fillStyle = '#000';
  context.fillRect(0, 0, context.canvas.width, context.canvas.height);
}

/** The drawing with every block of factor × factor pixels as their mean: (C, H, W) bytes, grey for one channel. */
export function reduced(context, factor, channels, isInverted) {
  const { width, height } = context.canvas;
  const { data } = context.getImageData(0, 0, width, height);
  const weights = channels === 1 ? [[0.299, 0.587, 0.114]] : [[1, 0, 0], [0, 1, 0], [0, 0, 1]];
  const mean = (row, column, [red, green, blue]) => {
    let sum = 0;
    for (let y = row * factor; y < (row + 1) * factor; y++) {
      for (let i = 4 * (y * width + column * factor), end = i + 4 * factor; i < end; i += 4) {
        sum += red * data[i] + green * data[i + 1] + blue * data[i + 2];
      }
    }

    const value = Math.round(sum / factor ** 2);
    return isInverted ? 255 - value : value;
  };
  return weights.map(weight => Array.from({ length: height / factor }, (_, y) => Array.from({ length: width / factor }, (_, x) => mean(y, x, weight))));
}

/** Shows planes of bytes, (1 or 3, H, W). */
export function paint(context, planes) {
  const { width, height } = context.canvas;
  const image = context.createImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    image.data.set([planes[0][y][x], planes[planes.length >> 1][y][x], planes.at(-1)[y][x], 255], 4 * i);
  }

  context.putImageData(image, 0, 0);
}

/**
 * The drawing with its ink scaled to 20/28 of the shorter side and its centre of mass in the middle, as MNIST was made
 * (LeCun et al. 1998, section III.A); the drawing itself where nothing is drawn.
 */
export function fitted(context) {
  const { width, height } = context.canvas;
  const ink = inkOf(context);
  if (ink === null) {
    return context;
  }

  const scale = Math.min(width, height) * 20 / 28 / Math.max(ink.right - ink.left + 1, ink.bottom - ink.top + 1);
  const target = context2d(new OffscreenCanvas(width, height));
  blank(target);
  target.imageSmoothingQuality = 'high';
  target.drawImage(context.canvas, width / 2 - scale * ink.x, height / 2 - scale * ink.y, scale * width, scale * height);
  return target;
}

/** Bounds and centre of mass of what is not black; null where all is. */
function inkOf(context) {
  const { width, height } = context.canvas;
  const { data } = context.getImageData(0, 0, width, height);
  const ink = { left: width, right: -1, top: height, bottom: -1, x: 0, y: 0 };
  let mass = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const value = data[4 * (y * width + x)];
      if (value > 20) {
        ink.left = Math.min(ink.left, x);
        ink.right = Math.max(ink.right, x);
        ink.top = Math.min(ink.top, y);
        ink.bottom = Math.max(ink.bottom, y);
        ink.x += (x + 0.5) * value;
        ink.y += (y + 0.5) * value;
        mass += value;
      }
    }
  }

  return mass === 0 ? null : { ...ink, x: ink.x / mass, y: ink.y / mass };
}
