// Keeps the page in step with the server.

import { ApiError, key, modelPath, request } from './api.js';
import { TrafficCharts } from './charts.js';
import { byId, element, note } from './dom.js';
import { showDrift } from './drift.js';
import { showErrors } from './errors.js';
import { bytes, duration } from './format.js';
import { askForKey, setUpKeys } from './key.js';
import { ModelList } from './model-list.js';
import { servableVersions, showAbout, showVersions } from './models.js';
import { Traffic } from './traffic.js';
import { TryIt } from './try-it.js';

const mostNamed = 3;

let traffic = new Traffic();
let overview = null;
let details = null;
let chosen = decodeURIComponent(location.hash.slice(1)) || null;
let timer = null;

const charts = new TrafficCharts(byId('throughput'), byId('latency'));
const tryIt = new TryIt(byId('try'));
const list = new ModelList(name => {
  choose(overview.models.find(m => m.name === name)).catch(fail);
  byId('detail').scrollIntoView({ block: 'nearest' });
});

setUpKeys();
byId('key-button').addEventListener('click', async () => {
  await askForKey(null);
  tryIt.forget(); // Another key may see less.
  restart();
});
document.addEventListener('visibilitychange', () => document.hidden ? clearTimeout(timer) : update());
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => show());
const isKeyNeeded = document.querySelector('meta[name=maas-key]').content === 'needed';
if (isKeyNeeded) {
  // A link carries no key.
  document.querySelectorAll('.keyless').forEach(link => { link.hidden = true; });
}

if (isKeyNeeded && key.get() === null) {
  say('This server asks for an API key.');
  await askForKey(null);
}

if (!isKeyNeeded || key.get() !== null) {
  await update();
} else {
  [byId('empty'), byId('errors')].forEach(place => place.replaceChildren(note('Nothing to show without a key.')));
}

/** Asks the server, shows the answer, and comes again after a step. */
async function update() {
  clearTimeout(timer);
  try {
    const answer = await request(`page/overview?since=${traffic.last}`);
    if (overview !== null && answer.server.started !== overview.server.started) {
      restart();
      return;
    }

    overview = answer;
    traffic.add(answer.traffic, answer.server.most_steps);
    say(reasonOf(answer.server.ready, answer.models));
    show();
    await choose(pick());
  } catch (error) {
    await fail(error);
    return;
  }

  again();
}

function reasonOf(ready, models) {
  const broken = models.filter(m => m.versions.some(v => v.error_code !== 'OK')).map(m => m.name);
  const names = broken.length > mostNamed + 1 ? `${broken.slice(0, mostNamed).join(', ')} and ${broken.length - mostNamed} more` : broken.join(', ');
  const what = broken.length > 0 ? `${names} could not be loaded.` : null;
  return ready ? what : `The server is not ready: ${what ?? 'models are being loaded, or it is stopping.'}`;
}

function again() {
  clearTimeout(timer);
  if (!document.hidden) {
    timer = setTimeout(update, 1000 * (overview?.server.step_seconds ?? 5));
  }
}

/** Begins anew, with another key or another server. */
function restart() {
  traffic = new Traffic();
  overview = null;
  details = null;
  update();
}

async function fail(error) {
  if (!(error instanceof ApiError)) {
    throw error;
  }

  say(error.message);
  if (error.status === 401) {
    await askForKey(key.get() === null ? null : error.message);
    if (key.get() !== null) {
      restart();
    }
  } else if (error.status !== 403) {
    again();
  }
}

/** The chosen model while it is there, else the first that answers without being loaded for it. */
function pick() {
  const models = overview.models;
  return models.find(m => m.name === chosen) ?? models.find(m => m.versions.some(v => v.state === 'AVAILABLE'));
}

/** Shows a model; asks what it takes when it is another one than before, or its versions have changed. */
async function choose(model) {
  const isCurrent = () => model !== undefined && chosen === model.name;
  if (model === undefined) {
    byId('model').hidden = true;
    byId('empty').hidden = false;
    byId('empty').replaceChildren(note(overview.models.length === 0
      ? 'No models yet. Put a .onnx file or a model package into the models folder.' : 'Choose a model; none is loaded yet.'));
    return;
  }

  chosen = model.name;
  history.replaceState(null, '', `#${encodeURIComponent(chosen)}`);
  byId('empty').hidden = true;
  byId('model').hidden = false;
  show();
  const versions = servableVersions(model);
  const state = JSON.stringify([model.name, [...versions].sort()]);
  if (details?.state !== state) {
    const isOther = details?.name !== model.name;
    details = { state };
    byId('about').textContent = '';
    if (versions.length === 0) {
      byId('try').replaceChildren(note('No version of this model can answer.'));
      byId('drift').replaceChildren(note('No version of this model can answer.'));
      return;
    }

    if (isOther) {
      [byId('try'), byId('drift')].forEach(place => place.replaceChildren(note('Loading …'))); // Not the box of the model before.
    }

    const answer = await request(`page/${modelPath(model.name)}`).catch(error => {
      details = null; // The next look asks again.
      throw error;
    });
    if (!isCurrent()) {
      return;
    }

    details = { state, ...answer };
    showAbout(details);
    tryIt.show(details, versions);
  }

  if (details.name === model.name) {
    await showDrift(details, versions[0], isCurrent);
  }
}

function show() {
  if (overview === null) {
    return;
  }

  const { server, models, errors, shadow } = overview;
  byId('server').replaceChildren(...[
    server.ready ? 'Ready' : 'Not ready', `${server.name} ${server.version}`, `up ${duration((server.time - server.started) / 1000)}`, `${bytes(server.memory_bytes)} of memory`,
  ].map((text, i) => element('li', { class: i === 0 ? `state ${server.ready ? 'good' : 'bad'}` : null }, text)));
  list.show(models, traffic, chosen);
  const model = models.find(m => m.name === chosen);
  if (model) {
    byId('name').textContent = model.name;
    showVersions(model, traffic, shadow);
    charts.show(traffic, model.name);
  }

  showErrors(errors, server.time, model?.name ?? null);
}

function say(text) {
  byId('banner').hidden = text === null;
  byId('banner').textContent = text ?? '';
}
