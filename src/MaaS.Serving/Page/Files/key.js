// The dialog that asks for an API key or bearer token.

import { ApiError, key, request } from './api.js';
import { byId } from './dom.js';

/** Opens the dialog; the promise ends when a key was taken or the dialog was left. */
export function askForKey(message) {
  const dialog = byId('key-dialog');
  showFault(message);
  byId('key').value = '';
  byId('key-forget').hidden = key.get() === null;
  if (!dialog.open) {
    dialog.showModal();
  }

  return new Promise(resolve => dialog.addEventListener('close', resolve, { once: true }));
}

export function setUpKeys() {
  const dialog = byId('key-dialog');
  byId('key-cancel').addEventListener('click', () => dialog.close());
  byId('key-forget').addEventListener('click', () => {
    key.forget();
    dialog.close();
  });
  byId('key-form').addEventListener('submit', async event => {
    event.preventDefault();
    const value = byId('key').value.trim();
    if (!/^[\x21-\x7e]+$/.test(value)) {
      showFault('Expected a key without spaces, as maas_….');
      return;
    }

    const before = key.get();
    key.set(value);
    try {
      await request('page/overview?since=0');
      dialog.close();
    } catch (error) {
      if (!(error instanceof ApiError)) {
        throw error;
      }

      if (before === null) {
        key.forget();
      } else {
        key.set(before);
      }

      showFault(error.message);
    }
  });
}

function showFault(message) {
  byId('key-error').hidden = !message;
  byId('key-error').textContent = message ?? '';
}
