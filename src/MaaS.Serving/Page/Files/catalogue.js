// What the catalogue's pages have besides markup: the box to try a version, and the buttons of administrators.

import { ApiError, key, request } from './api.js';
import { byId, note } from './dom.js';
import { faultOf } from './results.js';
import { TryIt } from './try-it.js';

// The box sends the key in a header, as every client does; the cookie is for the catalogue's own addresses.
byId('sign-in')?.addEventListener('submit', () => key.set(byId('key').value.trim()));
byId('sign-out')?.addEventListener('submit', () => key.forget());

for (const button of document.querySelectorAll('button[data-granted]')) {
  button.addEventListener('click', () => decide(button.dataset));
}

const box = byId('try');
if (box !== null) {
  await showBox(box, box.dataset);
}

async function showBox(root, { model, version }) {
  root.replaceChildren(note('Loading …'));
  try {
    const details = await request(`page/models/${encodeURIComponent(model)}?version=${version}`);
    new TryIt(root).show(details, [version], { isPinned: true });
  } catch (error) {
    root.replaceChildren(faultOf(reasonOf(error)));
  }
}

async function decide({ model, who, granted }) {
  const place = byId('access-fault');
  place.hidden = true;
  try {
    await request(`catalogue/models/${encodeURIComponent(model)}/access`, { body: JSON.stringify({ who, granted: granted === 'true' }) });
    location.reload();
  } catch (error) {
    place.textContent = reasonOf(error);
    place.hidden = false;
  }
}

function reasonOf(error) {
  if (!(error instanceof ApiError)) {
    throw error;
  }

  return error.status === 401 && key.get() === null ? 'Sign in again in this tab, so that the box has the key.' : error.message;
}
