// The tab with a landscape of two dimensions. The energy is drawn here, as the server computes it:
//   E = -1/beta log sum exp(-beta/2 |x - pattern|^2);
// descents come from the server.
import { axes, colour, draw, frame, latest, make, messenger, number, places, send, tab, ticks } from './shared.js';

const element = name => document.getElementById('landscape-' + name);
// The plane is seen from -1 to 1 both ways, times this.
const reach = 3;

export const energyAt = (x, y, patterns, beta) => {
  let top = -Infinity;
  for (const [a, b] of patterns) top = Math.max(top, -beta / 2 * ((x - a) ** 2 + (y - b) ** 2));
  let sum = 0;
  for (const [a, b] of patterns) sum += Math.exp(-beta / 2 * ((x - a) ** 2 + (y - b) ** 2) - top);
  return -(top + Math.log(sum)) / beta;
};

tab('landscape', () => {
  const message = messenger(element('message'));
  const canvas = element('plane');
  const context = canvas.getContext('2d');
  let patterns = [[-1.6, 1.1], [1.3, 1.5], [0.3, -0.2], [-1.2, -1.4], [1.7, -1.2]];
  let paths = [];
  let starts = [];
  let cross = [0, 0];
  let chosen = -1;

  const beta = () => 10 ** Number(element('beta').value);
  const size = () => Number(element('size').value);
  const toPixel = ([x, y]) => [(x / reach + 1) / 2 * canvas.width, (1 - y / reach) / 2 * canvas.height];
  const toPlane = (column, row) =>
    [(column / canvas.width * 2 - 1) * reach, (1 - row / canvas.height * 2) * reach];

  // The field on a coarse grid, enlarged smoothly; lines of equal energy where a band ends.
  const side = 150;
  const field = document.createElement('canvas');
  [field.width, field.height] = [side, side];
  const levels = new Float64Array(side * side);
  const bandCount = 14;
  const drawField = () => {
    const image = field.getContext('2d').createImageData(side, side);
    const b = beta();
    let [low, high] = [Infinity, -Infinity];
    for (let row = 0; row < side; row += 1) {
      for (let column = 0; column < side; column += 1) {
        const energy = energyAt(((column + 0.5) / side * 2 - 1) * reach, (1 - (row + 0.5) / side * 2) * reach, patterns, b);
        levels[row * side + column] = energy;
        low = Math.min(low, energy);
        high = Math.max(high, energy);
      }
    }
    for (let index = 0; index < side * side; index += 1) {
      // Valleys are small beside the slopes around them: the root gives them room.
      const share = Math.sqrt((levels[index] - low) / (high - low));
      levels[index] = share * bandCount;
      const mixed = colour(0.08 + 0.8 * share);
      image.data.set([...mixed, 255], 4 * index);
    }
    field.getContext('2d').putImageData(image, 0, 0);
    context.imageSmoothingEnabled = true;
    context.drawImage(field, 0, 0, canvas.width, canvas.height);
    context.strokeStyle = 'rgba(255, 255, 255, 0.45)';
    context.lineWidth = 1;
    context.beginPath();
    const unit = canvas.width / side;
    const point = (column, row) => [(column + 0.5) * unit, (row + 0.5) * unit];
    for (let row = 0; row + 1 < side; row += 1) {
      for (let column = 0; column + 1 < side; column += 1) {
        const corners = [levels[row * side + column], levels[row * side + column + 1],
          levels[(row + 1) * side + column + 1], levels[(row + 1) * side + column]];
        const level = Math.ceil(Math.min(...corners));
        if (level >= Math.max(...corners)) continue;
        const places = [point(column, row), point(column + 1, row), point(column + 1, row + 1), point(column, row + 1)];
        const crossings = [];
        for (let edge = 0; edge < 4; edge += 1) {
          const [a, b] = [corners[edge], corners[(edge + 1) % 4]];
          if (a < level === b < level) continue;
          const share = (level - a) / (b - a);
          const [from, to] = [places[edge], places[(edge + 1) % 4]];
          crossings.push([from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share]);
        }
        if (crossings.length < 2) continue;
        context.moveTo(...crossings[0]);
        context.lineTo(...crossings[1]);
      }
    }
    context.stroke();
  };

  const dot = (place, radius, fill, edge) => {
    context.beginPath();
    context.arc(...toPixel(place), radius, 0, 2 * Math.PI);
    context.fillStyle = fill;
    context.fill();
    context.lineWidth = 2;
    context.strokeStyle = edge;
    context.stroke();
  };
  let isDue = false;
  const show = () => {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => {
      isDue = false;
      drawField();
      for (const path of paths) {
        context.beginPath();
        path.points.forEach((point, index) => context[index ? 'lineTo' : 'moveTo'](...toPixel(point)));
        context.lineWidth = paths.length > 8 ? 1.2 : 2.5;
        context.strokeStyle = '#ffffff';
        context.stroke();
        for (const point of path.points.slice(0, 60)) {
          context.beginPath();
          context.arc(...toPixel(point), paths.length > 8 ? 1.5 : 2.5, 0, 2 * Math.PI);
          context.fillStyle = '#ffffff';
          context.fill();
        }
        dot(path.points[path.points.length - 1], 5, '#ffffff', '#1c1c1e');
      }
      patterns.forEach((pattern, index) => dot(pattern, 9, index === chosen ? '#ff9d5c' : '#b84c00', '#ffffff'));
      if (document.activeElement === canvas) {
        const [x, y] = toPixel(cross);
        context.lineWidth = 2;
        context.strokeStyle = '#ffffff';
        context.beginPath();
        context.moveTo(x - 10, y); context.lineTo(x + 10, y); context.moveTo(x, y - 10); context.lineTo(x, y + 10);
        context.stroke();
      }
      canvas.setAttribute('aria-label', `Energy landscape with ${patterns.length} patterns and ${paths.length} descents. `
        + (chosen >= 0 ? `Pattern ${chosen + 1} at ${patterns[chosen].map(value => value.toFixed(2)).join(', ')}.`
          : `Cross at ${cross.map(value => value.toFixed(2)).join(', ')}, energy ${number(energyAt(...cross, patterns, beta()))}.`));
    });
  };

  const curve = () => {
    const place = element('curve');
    const path = paths[paths.length - 1];
    if (!path) { place.replaceChildren(make('p', { class: 'readout' }, 'None yet: press in the plane.')); return; }
    const svg = draw('svg', { viewBox: `0 0 ${frame.width} ${frame.height}`, role: 'img' });
    const { energies } = path;
    const [high, low] = [Math.max(...energies), Math.min(...energies)];
    const last = Math.max(energies.length - 1, 1);
    const { x, y } = places(frame, last, low, high);
    const steps = ticks(0, last).filter(Number.isInteger).map(step => [step, step]);
    svg.append(...axes(frame, { x, y, values: ticks(low, high), steps, title: 'step' }),
      draw('polyline', { points: energies.map((value, step) => `${x(step)},${y(value)}`).join(' '), fill: 'none',
        stroke: 'var(--series-0)', 'stroke-width': 2 }));
    svg.setAttribute('aria-label', `Energy over ${energies.length - 1} steps, from ${number(energies[0])} to `
      + number(energies[energies.length - 1]));
    place.replaceChildren(svg);
  };

  const descend = latest(async () => {
    if (!starts.length) { paths = []; curve(); show(); return; }
    try {
      const answer = await send('api/landscape', {
        patterns, starts, beta: beta(), stepSize: size(), steps: 300,
      });
      paths = answer.paths;
      const { energies, points } = paths[paths.length - 1];
      const end = points[points.length - 1];
      const distances = patterns.map(([a, b]) => Math.hypot(end[0] - a, end[1] - b));
      const nearest = distances.indexOf(Math.min(...distances));
      const fell = energies.every((value, index) => !index || value <= energies[index - 1] + 1e-12);
      message.say(`${fell ? 'The energy fell at every step' : 'The energy rose at some steps'}: `
        + `from ${number(energies[0])} to ${number(energies[energies.length - 1])} in ${energies.length - 1} steps, `
        + (distances[nearest] < 0.05 ? `to pattern ${nearest + 1}.` : 'to a place between patterns.'));
      curve();
      show();
    } catch (error) { message.complain(error); }
  });
  const add = start => { starts = [...starts, start].slice(-64); descend(); };

  const placeOf = event => {
    const box = canvas.getBoundingClientRect();
    return toPlane((event.clientX - box.left) / box.width * canvas.width, (event.clientY - box.top) / box.height * canvas.height);
  };
  let dragged = -1;
  canvas.addEventListener('pointerdown', event => {
    if (event.button > 0) return;
    canvas.setPointerCapture(event.pointerId);
    const place = placeOf(event);
    const near = (event.pointerType === 'touch' ? 22 : 13) / canvas.getBoundingClientRect().width * 2 * reach;
    dragged = patterns.findIndex(([a, b]) => Math.hypot(place[0] - a, place[1] - b) < near);
    chosen = dragged;
    if (dragged < 0) { cross = place; add(place); }
    show();
  });
  canvas.addEventListener('pointermove', event => {
    if (dragged < 0) return;
    patterns[dragged] = placeOf(event).map(value => Math.min(Math.max(value, -reach), reach));
    show();
    descend();
  });
  for (const name of ['pointerup', 'pointercancel']) canvas.addEventListener(name, () => { dragged = -1; });
  for (const name of ['focus', 'blur']) canvas.addEventListener(name, show);
  canvas.addEventListener('keydown', event => {
    const move = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
    const key = event.key.toLowerCase();
    if (move) {
      const moved = place => place.map((value, axis) => Math.min(Math.max(value + 0.1 * move[axis], -reach), reach));
      if (chosen >= 0) { patterns[chosen] = moved(patterns[chosen]); descend(); } else cross = moved(cross);
    } else if (key === 'p') chosen = (chosen + 1) % patterns.length;
    else if (key === ' ') chosen = -1;
    else if (key === 'enter') add(cross);
    else return;
    event.preventDefault();
    show();
  });

  element('add').addEventListener('click', () => {
    if (patterns.length >= 32) return;
    patterns.push([0, 1].map(() => (Math.random() * 2 - 1) * reach * 0.8));
    descend();
    show();
  });
  element('remove').addEventListener('click', () => {
    if (patterns.length === 1) return;
    patterns.splice(chosen >= 0 ? chosen : patterns.length - 1, 1);
    chosen = -1;
    descend();
    show();
  });
  element('many').addEventListener('click', () => {
    const places = [0, 1, 2, 3, 4, 5, 6].map(index => (index / 3 - 1) * reach * 0.93);
    starts = places.flatMap(y => places.map(x => [x, y]));
    descend();
  });
  element('clear').addEventListener('click', () => { starts = []; message.say(''); descend(); });
  const tell = () => {
    for (const [name, value] of [['beta', beta()], ['size', size()]]) {
      const text = number(Number(value.toPrecision(3)));
      element(name + '-value').textContent = text;
      element(name).setAttribute('aria-valuetext', text);
    }
  };
  for (const name of ['beta', 'size']) {
    element(name).addEventListener('input', () => { tell(); descend(); show(); });
  }
  tell();
  curve();
  show();
  add([-0.3, 2.5]);
});
