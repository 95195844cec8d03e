// What the tabs share: the tabs themselves, requests, pictures from bytes and curves. `energyPage` is page.js, the script of the
// pages that runs write, which has run before any module.
export const { make, draw, number, colour, ticks, axes, frame, places, showViewer } = globalThis.energyPage;

const tabs = new Map();
const list = document.querySelector('[role="tablist"]');
const buttons = [...list.querySelectorAll('[role="tab"]')];
const nameOf = button => button.getAttribute('aria-controls');

const select = (button, focuses) => {
  for (const other of buttons) {
    const isChosen = other === button;
    other.setAttribute('aria-selected', isChosen);
    other.tabIndex = isChosen ? 0 : -1;
    document.getElementById(nameOf(other)).hidden = !isChosen;
  }
  if (focuses) button.focus();
  history.replaceState(null, '', '#' + nameOf(button));
  const name = nameOf(button);
  if (tabs.has(name)) { tabs.get(name)(); tabs.delete(name); }
};
buttons.forEach((button, index) => {
  button.addEventListener('click', () => select(button));
  button.addEventListener('keydown', event => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const next = event.key === 'Home' ? 0 : event.key === 'End' ? buttons.length - 1
      : step ? (index + step + buttons.length) % buttons.length : null;
    if (next === null) return;
    event.preventDefault();
    select(buttons[next], true);
  });
});

// Registers a tab; `open` runs once, when the tab is first shown.
export const tab = (name, open) => {
  tabs.set(name, open);
  const wanted = buttons.find(button => '#' + nameOf(button) === location.hash) ?? buttons[0];
  if (nameOf(wanted) === name) select(wanted);
};

// Asks the server, and gives what it answers; an error has its sentence.
export const ask = async (path, options) => {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Error('The server does not answer. Is it still running?');
  }
  const found = await response.json().catch(() => ({ error: `The server answered ${response.status}.` }));
  if (!response.ok) throw new Error(found.error);
  return found;
};
export const send = (path, value) =>
  ask(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(value) });

// Shows a sentence, or that something went wrong.
export const messenger = element => ({
  say: text => { element.textContent = text; element.classList.remove('error'); },
  complain: error => { element.textContent = error.message; element.classList.add('error'); },
});

export const bytesOf = text => Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
export const textOf = bytes => {
  let text = '';
  for (let start = 0; start < bytes.length; start += 8192) {
    text += String.fromCharCode(...bytes.subarray(start, start + 8192));
  }
  return btoa(text);
};

// Levels of one or three channels as what a canvas takes.
export const imageData = (pixels, { width, height, channels }) => {
  const data = new ImageData(width, height);
  for (let index = 0; index < width * height; index += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      data.data[4 * index + channel] = pixels[index * channels + (channels === 1 ? 0 : channel)];
    }
    data.data[4 * index + 3] = 255;
  }
  return data;
};
export const thumbnail = (pixels, shape) => {
  const canvas = make('canvas', { width: shape.width, height: shape.height, 'aria-hidden': 'true' });
  canvas.getContext('2d').putImageData(imageData(pixels, shape), 0, 0);
  return canvas;
};

// Runs the latest of many requests: while one is under way only the last of the others is kept.
export const latest = work => {
  let [isRunning, next] = [false, null];
  const run = async (...values) => {
    if (isRunning) { next = values; return; }
    isRunning = true;
    try { await work(...values); } finally { isRunning = false; }
    if (next) { const values = next; next = null; run(...values); }
  };
  return run;
};
