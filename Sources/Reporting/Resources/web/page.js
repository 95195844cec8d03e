'use strict';
(() => {
  const make = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  };
  const draw = (tag, attributes, text) => {
    const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    if (text !== undefined) node.textContent = text;
    return node;
  };
  const number = value => {
    if (Math.abs(value) < 1e-15) return '0';
    if (Math.abs(value) >= 1e-3 && Math.abs(value) < 1e6) {
      return Number(value.toPrecision(5)).toLocaleString('en', { maximumFractionDigits: 6 });
    }
    return value.toExponential(3).replace(/\.?0+e/, 'e');
  };

  // Tables sort by a press on a heading: by numbers where every cell begins with one, otherwise as words.
  const key = cell => {
    const text = cell.textContent.trim().replace(/\u2212/g, '-').replace(/,(?=\d{3})/g, '');
    if (text === '' || text === '\u2013') return null;
    const found = text.match(/^-?\d+(\.\d+)?(e[+-]?\d+)?/i);
    return found ? Number(found[0]) : text.toLowerCase();
  };
  const sort = (table, column, header) => {
    const body = table.tBodies[0];
    const falling = header.getAttribute('aria-sort') === 'ascending';
    for (const other of table.tHead.rows[0].cells) other.removeAttribute('aria-sort');
    header.setAttribute('aria-sort', falling ? 'descending' : 'ascending');
    const rows = [...body.rows].map((row, index) => ({ row, index, key: key(row.cells[column]) }));
    const areNumbers = rows.every(item => item.key === null || typeof item.key === 'number');
    const order = (a, b) => areNumbers ? a - b : String(a).localeCompare(String(b), 'en', { numeric: true });
    rows.sort((a, b) => {
      if (a.key === null || b.key === null) return (a.key === null) - (b.key === null) || a.index - b.index;
      return (falling ? -1 : 1) * order(a.key, b.key) || a.index - b.index;
    });
    body.append(...rows.map(item => item.row));
  };
  const wrap = (part, title) => {
    const frame = make('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': title });
    part.replaceWith(frame);
    frame.append(part);
  };
  for (const plot of document.querySelectorAll('main img[src^="data:image/svg"]')) wrap(plot, plot.alt || 'Figure');
  for (const table of document.querySelectorAll('main table')) {
    wrap(table, table.caption ? table.caption.textContent : 'Table');
    if (!table.tHead || !table.tBodies[0]) continue;
    [...table.tHead.rows[0].cells].forEach((header, column) => {
      if (!header.textContent.trim()) return;
      const button = make('button', { type: 'button' }, ...header.childNodes);
      header.replaceChildren(button);
      header.scope = 'col';
      button.addEventListener('click', () => sort(table, column, header));
    });
  }

  // From dark blue over green to yellow, evenly bright; between these stops colours are mixed.
  const stops = [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]];
  const colour = share => {
    const place = Math.min(Math.max(share, 0), 1) * (stops.length - 1);
    const index = Math.min(Math.floor(place), stops.length - 2);
    return stops[index].map((value, channel) =>
      Math.round(value + (stops[index + 1][channel] - value) * (place - index)));
  };

  const loaded = panel => new Promise((done, failed) => {
    if (!panel.image) { done(null); return; }
    const image = new Image();
    image.onload = () => {
      const canvas = make('canvas', { width: image.width, height: image.height });
      const context = canvas.getContext('2d', { willReadFrequently: true });
      context.drawImage(image, 0, 0);
      done(context);
    };
    image.onerror = () => failed(new Error(panel.title));
    image.src = 'data:image/png;base64,' + panel.image;
  });

  // Frames of pictures or maps: a canvas that shows one of them.
  const framePanel = (panel, sheet) => {
    // Cells with names are to be pointed at one by one.
    const side = panel.names ? 320 : panel.kind === 'maps' ? 220 : 168;
    const scale = Math.max(1, Math.floor(side / Math.max(panel.width, panel.height)));
    const canvas = make('canvas', { width: panel.width, height: panel.height, role: 'img' });
    canvas.style.width = panel.width * scale + 'px';
    canvas.style.aspectRatio = panel.width + ' / ' + panel.height;
    const readout = make('div', { class: 'readout' });
    const figure = make('figure', {}, make('figcaption', {}, panel.title), canvas);
    const isMap = panel.kind === 'maps';
    if (isMap) {
      const gradient = stops.map(stop => `rgb(${stop})`).join(', ');
      const bar = make('div', { class: 'scale' });
      bar.style.background = `linear-gradient(to right, ${gradient})`;
      bar.style.maxWidth = panel.width * scale + 'px';
      const ends = `${number(panel.low)} … ${number(panel.high)}${panel.scale === 'logarithmic' ? ', by the logarithm' : ''}`;
      figure.append(bar, make('div', { class: 'readout' }, ends), readout);
      if (panel.names) {
        // Names of any length leave the panel as wide as it is.
        readout.classList.add('named');
        readout.style.maxWidth = panel.width * scale + 'px';
      }
      canvas.tabIndex = 0;
    }
    let levels = null;
    let cell = null;
    let shownItem = 0;
    let shownGroup = 0;
    const isLogarithmic = panel.scale === 'logarithmic';
    const value = (row, column) => {
      const share = levels[4 * (row * panel.width + column)] / 255;
      if (!isLogarithmic) return `about ${number(panel.low + share * (panel.high - panel.low))}`;
      // What lies below the scale is drawn as its end.
      return share === 0 ? `at most ${number(panel.low)}` : `about ${number(panel.low * (panel.high / panel.low) ** share)}`;
    };
    const place = (kind, index) => {
      if (!panel.names) return `${kind} ${index + 1}`;
      // One list for all, one for each group, or one for each item and group.
      const lists = panel.names[kind + 's'];
      const groups = panel.groups.length;
      const list = lists.length === 1 ? 0 : lists.length === groups ? shownGroup : shownItem * groups + shownGroup;
      return `${panel.names[kind]} ${index + 1} \u201c${lists[list][index]}\u201d`;
    };
    const tell = () => {
      if (!isMap || !levels) return;
      const text = cell ? `${place('row', cell[0])}, ${place('column', cell[1])}: ${value(...cell)}` : '';
      readout.textContent = text;
      canvas.setAttribute('aria-label', cell ? `${panel.title}, ${text}`
        : `${panel.title}; arrow keys tell single values`);
    };
    canvas.addEventListener('pointermove', event => {
      const box = canvas.getBoundingClientRect();
      const column = Math.floor((event.clientX - box.left) / box.width * panel.width);
      const row = Math.floor((event.clientY - box.top) / box.height * panel.height);
      if (row < 0 || column < 0 || row >= panel.height || column >= panel.width) return;
      cell = [row, column];
      tell();
    });
    canvas.addEventListener('pointerleave', () => { cell = null; tell(); });
    canvas.addEventListener('keydown', event => {
      const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
      const move = moves[event.key];
      if (!move || !isMap) return;
      event.preventDefault();
      cell = cell ? [Math.min(Math.max(cell[0] + move[0], 0), panel.height - 1),
        Math.min(Math.max(cell[1] + move[1], 0), panel.width - 1)] : [0, 0];
      tell();
    });
    const show = (item, group, step, names) => {
      shownItem = item;
      shownGroup = Math.min(group, panel.groups.length - 1);
      const row = item * panel.groups.length + shownGroup;
      const column = panel.frames > 1 ? step : 0;
      const pixels = sheet.getImageData(
        column * panel.width, row * panel.height, panel.width, panel.height);
      if (isMap) {
        levels = pixels.data.slice();
        for (let index = 0; index < levels.length; index += 4) {
          const mixed = colour(levels[index] / 255);
          pixels.data.set(mixed, index);
        }
      } else {
        canvas.setAttribute('aria-label', `${panel.title}, ${names}`);
      }
      canvas.getContext('2d').putImageData(pixels, 0, 0);
      tell();
    };
    return { figure, show };
  };

  const ticks = (low, high) => {
    const raw = (high - low) / 5 || 1;
    const power = 10 ** Math.floor(Math.log10(raw));
    const unit = [1, 2, 5, 10].find(factor => factor * power >= raw) * power;
    const found = [];
    for (let index = Math.ceil(low / unit); index * unit <= high + unit * 1e-9; index += 1) found.push(index * unit);
    return found;
  };

  // The axes of curves over steps as drawn elements: a rule with its number at each of some values, words at some steps, and what
  // the steps are called.
  const axes = ({ width, height, left, right, bottom }, { x, y, values, steps, title }) => [
    ...values.flatMap(value => [
      draw('line', { x1: left, x2: width - right, y1: y(value), y2: y(value), stroke: 'var(--rule)' }),
      draw('text', { x: left - 6, y: y(value) + 4, 'text-anchor': 'end' }, number(value))]),
    ...steps.map(([step, words]) =>
      draw('text', { x: x(step), y: height - bottom + 18, 'text-anchor': 'middle' }, words)),
    draw('text', { x: (left + width - right) / 2, y: height - 2, 'text-anchor': 'middle' }, title)];

  // Where curves over the steps 0 ... last stand in a drawing.
  const frame = { width: 520, height: 260, left: 70, right: 14, top: 12, bottom: 34 };
  const places = ({ width, height, left, right, top, bottom }, last, low, high) => ({
    x: step => left + step / last * (width - left - right),
    y: value => top + (high - value) / (high - low || 1) * (height - top - bottom),
  });

  // Curves over the steps, with a line where the slider stands that can be dragged.
  const linePanel = (panel, viewer, moveTo) => {
    const { width, height, left, right, top, bottom } = frame;
    const svg = draw('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img' });
    const legend = make('ul', { class: 'legend' });
    const figure = make('figure', { class: 'wide' }, make('figcaption', {}, panel.title), svg, legend);
    const last = Math.max(viewer.steps.length - 1, 1);
    const stepAt = event => {
      const box = svg.getBoundingClientRect();
      const place = ((event.clientX - box.left) / box.width * width - left) / (width - left - right);
      return Math.min(Math.max(Math.round(place * last), 0), viewer.steps.length - 1);
    };
    svg.addEventListener('pointerdown', event => { svg.setPointerCapture(event.pointerId); moveTo(stepAt(event)); });
    svg.addEventListener('pointermove', event => { if (event.buttons) moveTo(stepAt(event)); });
    const show = (item, group, step) => {
      const row = item * panel.groups.length + Math.min(group, panel.groups.length - 1);
      const lines = panel.series.map(series => series.values[row]);
      let low = Math.min(...lines.flat());
      let high = Math.max(...lines.flat());
      if (low === high) { low -= 1; high += 1; }
      const { x, y } = places(frame, last, low, high);
      const stride = Math.max(1, Math.ceil(viewer.steps.length / 9));
      const named = viewer.steps.map((name, index) => [index, name]).filter(([index]) => index % stride === 0);
      svg.replaceChildren(
        ...axes(frame, { x, y, values: ticks(low, high), steps: named, title: viewer.stepName }),
        draw('line', { x1: x(step), x2: x(step), y1: top, y2: height - bottom, stroke: 'var(--ink)',
          'stroke-dasharray': '3 3' }));
      legend.replaceChildren();
      lines.forEach((values, index) => {
        const paint = `var(--series-${index % 7})`;
        const points = values.map((value, place) => `${x(place)},${y(value)}`).join(' ');
        svg.append(draw('polyline', { points, fill: 'none', stroke: paint, 'stroke-width': 2 }),
          draw('circle', { cx: x(step), cy: y(values[step]), r: 4, fill: paint }));
        const mark = make('i');
        mark.style.background = paint;
        legend.append(make('li', {}, mark, `${panel.series[index].label} ${number(values[step])}`));
      });
      svg.setAttribute('aria-label', `${panel.title} at ${viewer.stepName} ${viewer.steps[step]}: `
        + lines.map((values, index) => `${panel.series[index].label} ${number(values[step])}`).join(', '));
    };
    return { figure, show };
  };

  const others = energyPanels({ make, draw, number, colour, stops });

  const choice = (label, names, changed) => {
    const select = make('select', {}, ...names.map((name, index) => make('option', { value: index }, name)));
    select.addEventListener('change', changed);
    return { select, label: make('label', {}, label, select) };
  };

  const showViewer = async (viewer, place) => {
    const section = make('section', { class: 'viewer', 'aria-label': viewer.title });
    place.append(section);
    const sheets = await Promise.all(viewer.panels.map(loaded));
    const controls = make('div', { class: 'controls' });
    const panels = make('div', { class: 'panels' });
    section.append(make('h2', {}, viewer.title), ...(viewer.note ? [make('p', {}, viewer.note)] : []), controls, panels);

    const slider = make('input', { type: 'range', min: 0, max: viewer.steps.length - 1, step: 1, value: 0 });
    const output = make('output');
    const items = choice(viewer.itemName, viewer.items, () => update());
    const grouped = viewer.panels.find(panel => panel.groups.length > 1);
    const groups = grouped ? choice(grouped.groupName, grouped.groups, () => update()) : null;
    const moveTo = step => { slider.value = step; update(); };
    const kinds = { ...others, lines: panel => linePanel(panel, viewer, moveTo) };
    const parts = viewer.panels.map((panel, index) => (kinds[panel.kind] ?? framePanel)(panel, sheets[index]));
    const update = () => {
      const step = Number(slider.value);
      const name = `${viewer.stepName} ${viewer.steps[step]}`;
      output.textContent = name;
      slider.setAttribute('aria-valuetext', name);
      const names = `${viewer.itemName} ${viewer.items[items.select.value]}, ${name}`;
      for (const part of parts) {
        part.show(Number(items.select.value), groups ? Number(groups.select.value) : 0, step, names);
      }
    };
    slider.addEventListener('input', update);
    let timer = null;
    const play = make('button', { type: 'button' }, 'Play');
    const stop = () => { clearInterval(timer); timer = null; play.textContent = 'Play'; };
    play.addEventListener('click', () => {
      if (timer) { stop(); return; }
      if (Number(slider.value) === viewer.steps.length - 1) moveTo(0);
      play.textContent = 'Pause';
      timer = setInterval(() => {
        if (Number(slider.value) === viewer.steps.length - 1) { stop(); return; }
        moveTo(Number(slider.value) + 1);
      }, 500);
    });
    controls.append(...(viewer.items.length > 1 ? [items.label] : []), ...(groups ? [groups.label] : []),
      make('label', { class: 'steps' }, viewer.stepName, slider), output, play);
    panels.append(...parts.map(part => part.figure));
    update();
    return { section, play: () => { if (!timer) play.click(); }, stop };
  };

  const data = document.getElementById('viewer-data');
  if (data) JSON.parse(data.textContent).forEach(viewer => showViewer(viewer, document.getElementById('viewers')));
  // For pages that a server composes.
  globalThis.energyPage = { make, draw, number, colour, ticks, axes, frame, places, choice, showViewer };
})();
