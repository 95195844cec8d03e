// A picture that is drawn on and masked, by mouse, touch, pen or keys.
import { make, imageData } from './shared.js';

// `options`: `draws` for a picture that may be drawn on, `changed` called after each change, `label` its name, `masked` what a
// masked patch is called.
export const editor = (place, { draws = false, changed = () => {}, label, masked = 'masked' }) => {
  let shape = null;
  let pixels = null;
  let hidden = new Set();
  let mode = draws ? 'draw' : 'mask';
  let cursor = [0, 0];
  let isFocused = false;

  const canvas = make('canvas', { tabindex: '0', role: 'application', 'aria-roledescription': 'picture' });
  const told = make('p', { class: 'readout', 'aria-live': 'polite' });
  const keys = make('p', { class: 'readout', id: place.id + '-keys' });
  canvas.setAttribute('aria-describedby', keys.id);
  const button = (text, act) => {
    const made = make('button', { type: 'button', disabled: '' }, text);
    made.addEventListener('click', act);
    return made;
  };
  // There is nothing to change before there is a picture.
  const enable = () => place.querySelectorAll('button').forEach(made => { made.disabled = false; });
  const setMode = next => {
    mode = next;
    for (const [name, made] of modes) made.setAttribute('aria-pressed', name === mode);
    cursor = [0, 0];
    keys.textContent = mode === 'draw' ? 'Draw with mouse, finger or pen; or arrows and space, one pixel at a time.'
      : 'Press patches or drag over them; or arrows and space.';
    showPens();
    tell();
    show();
  };
  const modes = draws ? [['draw', button('Draw', () => setMode('draw'))], ['mask', button('Mask', () => setMode('mask'))]] : [];
  // Brightness for grey pictures, a colour for others.
  const pen = make('input', { type: 'range', min: '0', max: '255', value: '255' });
  const ink = make('input', { type: 'color', value: '#e0522d' });
  const pens = draws ? [make('label', { class: 'slider' }, 'Pen', pen), make('label', {}, 'Pen', ink)] : [];
  const penLevels = () => shape.channels === 1 ? [Number(pen.value)]
    : [1, 3, 5].map(start => parseInt(ink.value.slice(start, start + 2), 16));
  const tools = make('div', { class: 'tools', role: 'group', 'aria-label': 'Tools' }, ...modes.map(([, made]) => made));
  if (draws) tools.append(button('Blank', () => { set(pixels.map(() => 0)); setMode('draw'); }));
  const masks = make('div', { class: 'tools', role: 'group', 'aria-label': 'Masks' },
    button('Half at random', () => hideHalf()), button('Invert', () => hide(patches().filter(index => !hidden.has(index)))),
    button('Clear', () => hide([])));
  place.append(tools, ...pens, canvas, masks, told, keys);

  const showPens = () => pens.forEach((label, index) => {
    label.hidden = mode !== 'draw' || !shape || shape.channels === 1 !== (index === 0);
  });
  const columns = () => shape.width / shape.patch;
  const rows = () => shape.height / shape.patch;
  const patchCount = () => columns() * rows();
  const patches = () => Array.from({ length: patchCount() }, (_, index) => index);
  const tell = () => {
    if (!shape) return;
    const count = `${hidden.size} of ${patchCount()} patches ${masked}.`;
    const [row, column] = cursor;
    const here = !isFocused ? '' : mode === 'mask'
      ? ` Row ${row + 1}, column ${column + 1}: ${hidden.has(row * columns() + column) ? masked : 'seen'}.`
      : ` Pixel at row ${row + 1}, column ${column + 1}: ${pixels[(row * shape.width + column) * shape.channels]}.`;
    told.textContent = count + here;
    canvas.setAttribute('aria-label', `${label}. ${count}${here}`);
  };

  const small = document.createElement('canvas');
  const show = () => {
    if (!shape) return;
    small.width = shape.width;
    small.height = shape.height;
    small.getContext('2d').putImageData(imageData(pixels, shape), 0, 0);
    const scale = Math.max(1, Math.floor(448 / Math.max(shape.width, shape.height)));
    canvas.width = shape.width * scale;
    canvas.height = shape.height * scale;
    const context = canvas.getContext('2d');
    context.imageSmoothingEnabled = false;
    context.drawImage(small, 0, 0, canvas.width, canvas.height);
    const side = shape.patch * scale;
    for (const index of hidden) {
      const [x, y] = [index % columns() * side, Math.floor(index / columns()) * side];
      context.fillStyle = 'rgba(128, 128, 128, 0.82)';
      context.fillRect(x, y, side, side);
      context.strokeStyle = '#e5b84a';
      context.beginPath();
      context.moveTo(x + 3, y + side - 3);
      context.lineTo(x + side - 3, y + 3);
      context.stroke();
    }
    if (mode === 'mask') {
      context.strokeStyle = 'rgba(128, 128, 128, 0.6)';
      for (let column = 1; column < columns(); column += 1) {
        context.strokeRect(column * side, -1, 0, canvas.height + 2);
      }
      for (let row = 1; row < rows(); row += 1) context.strokeRect(-1, row * side, canvas.width + 2, 0);
    }
    if (isFocused) {
      const unit = mode === 'mask' ? side : scale;
      context.strokeStyle = '#ff5da2';
      context.lineWidth = 3;
      context.strokeRect(cursor[1] * unit + 1.5, cursor[0] * unit + 1.5, unit - 3, unit - 3);
      context.lineWidth = 1;
    }
  };

  const update = () => { tell(); show(); changed(); };
  const hide = indices => { hidden = new Set(indices); update(); };
  const hideHalf = () => {
    const all = patches();
    for (let index = all.length - 1; index > 0; index -= 1) {
      const other = Math.floor(Math.random() * (index + 1));
      [all[index], all[other]] = [all[other], all[index]];
    }
    hide(all.slice(0, Math.floor(all.length / 2)));
  };
  const set = next => { pixels = Uint8Array.from(next); update(); };
  const pointOf = event => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientY - box.top) / box.height * shape.height, (event.clientX - box.left) / box.width * shape.width];
  };

  // A round pen with a soft edge, in pixels of the picture.
  const dab = (row, column) => {
    const radius = Math.max(1, Math.max(shape.width, shape.height) / 22);
    const levels = penLevels();
    const reach = Math.ceil(radius + 1);
    for (let y = Math.floor(row) - reach; y <= row + reach; y += 1) {
      for (let x = Math.floor(column) - reach; x <= column + reach; x += 1) {
        if (x < 0 || y < 0 || x >= shape.width || y >= shape.height) continue;
        const share = Math.min(Math.max(radius + 0.5 - Math.hypot(x + 0.5 - column, y + 0.5 - row), 0), 1);
        for (let channel = 0; channel < shape.channels; channel += 1) {
          const index = (y * shape.width + x) * shape.channels + channel;
          pixels[index] = Math.round(pixels[index] + (levels[channel] - pixels[index]) * share);
        }
      }
    }
  };
  const line = (from, to) => {
    const count = Math.max(1, Math.ceil(Math.hypot(to[0] - from[0], to[1] - from[1]) * 2));
    for (let index = 1; index <= count; index += 1) {
      dab(from[0] + (to[0] - from[0]) * index / count, from[1] + (to[1] - from[1]) * index / count);
    }
  };
  const patchAt = ([row, column]) => {
    const [y, x] = [Math.floor(row / shape.patch), Math.floor(column / shape.patch)];
    return x < 0 || y < 0 || x >= columns() || y >= rows() ? null : y * columns() + x;
  };

  let last = null;
  let isMasking = true;
  const follow = event => {
    const next = pointOf(event);
    if (mode === 'draw') {
      line(last, next);
    } else {
      const count = Math.max(1, Math.ceil(Math.hypot(next[0] - last[0], next[1] - last[1])));
      for (let index = 0; index <= count; index += 1) {
        const patch = patchAt(last.map((value, axis) => value + (next[axis] - value) * index / count));
        if (patch === null) continue;
        if (isMasking) hidden.add(patch); else hidden.delete(patch);
      }
    }
    last = next;
    update();
  };
  canvas.addEventListener('pointerdown', event => {
    if (!shape || event.button > 0) return;
    canvas.setPointerCapture(event.pointerId);
    last = pointOf(event);
    // A drag does to all patches what it does to the first.
    isMasking = !hidden.has(patchAt(last));
    follow(event);
  });
  canvas.addEventListener('pointermove', event => { if (last) follow(event); });
  for (const name of ['pointerup', 'pointercancel']) canvas.addEventListener(name, () => { last = null; });
  canvas.addEventListener('focus', () => { isFocused = canvas.matches(':focus-visible'); tell(); show(); });
  canvas.addEventListener('blur', () => { isFocused = false; tell(); show(); });
  canvas.addEventListener('keydown', event => {
    if (!shape) return;
    const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!move && event.key !== ' ') return;
    event.preventDefault();
    isFocused = true;
    const ends = mode === 'mask' ? [rows(), columns()] : [shape.height, shape.width];
    if (move) {
      cursor = cursor.map((value, axis) => Math.min(Math.max(value + move[axis], 0), ends[axis] - 1));
      tell();
      show();
    } else if (mode === 'mask') {
      const patch = cursor[0] * columns() + cursor[1];
      if (hidden.has(patch)) hidden.delete(patch); else hidden.add(patch);
      update();
    } else {
      dab(cursor[0] + 0.5, cursor[1] + 0.5);
      update();
    }
  });
  setMode(mode);

  return {
    // Shows a picture of a shape { width, height, channels, patch }; masks stay where the patches are the same.
    open(nextShape, nextPixels) {
      const isSame = shape && ['width', 'height', 'channels', 'patch'].every(name => shape[name] === nextShape[name]);
      shape = nextShape;
      if (!isSame) { hidden = new Set(); cursor = [0, 0]; }
      enable();
      showPens();
      set(nextPixels);
    },
    hide,
    hideHalf,
    mask: () => setMode('mask'),
    // Called with a file that is dropped on the picture.
    onDrop(take) {
      canvas.addEventListener('dragover', event => { event.preventDefault(); canvas.classList.add('over'); });
      canvas.addEventListener('dragleave', () => canvas.classList.remove('over'));
      canvas.addEventListener('drop', event => {
        event.preventDefault();
        canvas.classList.remove('over');
        if (event.dataTransfer.files[0]) take(event.dataTransfer.files[0]);
      });
    },
    tools,
    get shape() { return shape; },
    get pixels() { return pixels; },
    get hidden() { return [...hidden].sort((a, b) => a - b); },
  };
};
