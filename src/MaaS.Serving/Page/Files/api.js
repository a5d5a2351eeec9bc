// Requests to the server. Addresses are relative to the page, and so hold under any prefix.

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
export async function request(path, { body = null, signal = null } = {}) {
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

  const text = await response.text();
  const answer = parse(text);
  if (!response.ok) {
    throw new ApiError(response.status, answer?.error ?? `The server answered ${response.status} ${response.statusText}`);
  }

  return answer;
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
