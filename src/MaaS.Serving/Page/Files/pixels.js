// From a drawing to the bytes of a model's input.

export const context2d = canvas => canvas.getContext('2d', { willReadFrequently: true });

export function blank(context) {
  context.filter = 'none';
  context.fillStyle = '#000';
  context.fillRect(0, 0, context.canvas.width, context.canvas.height);
}

/** (H, W) bytes for one channel, (C, H, W) for three. */
export function pixelsOf(context, channels) {
  const { width, height } = context.canvas;
  const { data } = context.getImageData(0, 0, width, height);
  const plane = channel => Array.from({ length: height }, (_, y) => Array.from({ length: width }, (_, x) => data[4 * (y * width + x) + channel]));
  return channels === 1 ? plane(0) : [0, 1, 2].map(plane);
}

/**
 * Where a drawing has to be put so that its ink fills 20 of 28 pixels and its centre of mass is in the middle, as MNIST was
 * made (LeCun et al. 1998, section III.A); null where nothing is drawn.
 */
export function fitted(context, { width, height }) {
  const ink = inkOf(context);
  if (ink === null) {
    return null;
  }

  const scale = Math.min(width, height) * 20 / 28 / Math.max(ink.right - ink.left + 1, ink.bottom - ink.top + 1);
  return { x: width / 2 - scale * ink.x, y: height / 2 - scale * ink.y, width: scale * context.canvas.width, height: scale * context.canvas.height };
}

/** Bounds and centre of mass of what is not black. */
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
