// Requests to the server. Addresses are relative to the page, and so hold under any prefix.

import { dataOf } from './event-stream.js';

const stored = 'maas-key';

export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export const key = {
  get: () => sessionStorage.getItem(stored),
  set: value => sessionStorage.setItem(stored, value),
  forget: () => sessionStorage.removeItem(stored),
};

/** Sends a request and gives the answer's JSON. Fails with an ApiError; status 0 where there was no answer. */
export async function request(path, options = {}) {
  return parse(await (await send(path, options)).text());
}

/**
 * Sends a request and gives the events of the answer's stream, as OpenAI's routes send them, until [DONE]. Fails with an
 * ApiError also where an event is an error or the stream breaks off.
 */
export async function* events(path, options) {
  const broken = new ApiError(0, 'The server broke off the answer.');
  const response = await send(path, options);
  const stream = dataOf(response);
  const next = () => stream.next().catch(error => {
    throw error.name === 'AbortError' ? error : broken;
  });
  try {
    for (let { value, done } = await next(); value !== '[DONE]'; { value, done } = await next()) {
      if (done) {
        throw broken;
      }

      const event = JSON.parse(value);
      if (event.error) {
        throw new ApiError(response.status, event.error.message);
      }

      yield event;
    }
  } finally {
    await stream.return();
  }
}

/** Sends a request and gives the answer when its headers are there. */
async function send(path, { body = null, signal = null } = {}) {
  const headers = {};
  const secret = key.get();
  if (secret) {
    Object.assign(headers, secret.startsWith('maas_') ? { 'X-Api-Key': secret } : { Authorization: `Bearer ${secret}` });
  }

  if (body !== null) {
    headers['Content-Type'] = 'application/json';
  }

  let response;
  try {
    response = await fetch(path, { method: body === null ? 'GET' : 'POST', headers, body, signal, cache: 'no-store' });
  } catch (error) {
    throw error.name === 'AbortError' ? error : new ApiError(0, 'The server does not answer.');
  }

  if (!response.ok) {
    const error = parse(await response.text())?.error;
    throw new ApiError(response.status, error?.message ?? error ?? `The server answered ${response.status} ${response.statusText}`);
  }

  return response;
}

export const modelPath = (name, version) => `models/${encodeURIComponent(name)}${version ? `/versions/${version}` : ''}`;

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return parseNonFinite(text);
  }
}

/** JSON in which NaN and infinities stand as such, as TensorFlow Serving writes them; they become strings. */
function parseNonFinite(text) {
  try {
    return JSON.parse(text.replace(/([[:,]\s*)(NaN|-?Infinity)(?=\s*[\],}])/g, '$1"$2"'));
  } catch {
    return null;
  }
}
