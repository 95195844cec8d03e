'use strict';
// Panels of a viewer with graphs and with labelled bars, made of what the page's script hands over.
const energyPanels = ({ make, draw, number, colour, stops }) => {
  const size = 360;
  const margin = 26;

  // A graph: the colour of a node is its number, and lines are as wide as the chosen node's weights on others.
  const graphs = panel => {
    const { kinds, value: valueName, weight: weightName } = panel.reading;
    const svg = draw('svg', { viewBox: `0 0 ${size} ${size}`, role: 'img', tabindex: 0 });
    const scale = make('div', { class: 'scale' });
    scale.style.background = `linear-gradient(to right, ${stops.map(stop => `rgb(${stop})`).join(', ')})`;
    const range = make('div', { class: 'readout' });
    const readout = make('div', { class: 'readout' });
    const figure = make('figure', { class: 'graph' }, make('figcaption', {}, panel.title), svg, scale, range, readout);
    if (kinds.length > 1) {
      const marks = kinds.map((kind, index) => make('li', {}, `${['\u25cf', '\u25a0'][index]} ${kind}`));
      figure.append(make('ul', { class: 'legend' }, ...marks));
    }
    let shown = null;
    let chosen = null;

    const paint = () => {
      const { graph, group, step } = shown;
      const centre = chosen ?? graph.centre;
      const values = graph.values[step];
      const weights = graph.weights[group][step];
      const at = coordinate => size / 2 + coordinate * graph.unit;
      const radius = graph.names.length > 40 ? 6 : 8;
      const line = (from, to, attributes) => draw('line', {
        x1: at(graph.x[from]), y1: at(graph.y[from]), x2: at(graph.x[to]), y2: at(graph.y[to]), ...attributes });
      const parts = [];
      graph.from.forEach((from, pair) => {
        const to = graph.to[pair];
        if (from < to || (from > to && !graph.both.has(`${to} ${from}`))) {
          parts.push(line(from, to, { stroke: 'var(--quiet)', 'stroke-opacity': 0.35 }));
        }
      });
      const looks = [];
      graph.from.forEach((from, pair) => {
        if (from !== centre) return;
        const to = graph.to[pair];
        const width = 0.5 + 8 * weights[pair] / graph.widest;
        looks.push({ to, weight: weights[pair] });
        const look = { stroke: 'var(--series-1)', 'stroke-width': width };
        parts.push(to === from
          ? draw('circle', { cx: at(graph.x[to]), cy: at(graph.y[to]), r: radius + 3 + width / 2, fill: 'none', ...look })
          : line(from, to, look));
      });
      graph.names.forEach((_, node) => {
        const [x, y] = [at(graph.x[node]), at(graph.y[node])];
        const look = {
          fill: `rgb(${colour((values[node] - graph.low) / (graph.high - graph.low || 1))})`,
          stroke: 'var(--ink)', 'stroke-width': node === centre ? 3 : 1 };
        parts.push(graph.kinds[node] === 0
          ? draw('circle', { cx: x, cy: y, r: radius, ...look })
          : draw('rect', { x: x - radius, y: y - radius, width: 2 * radius, height: 2 * radius, ...look }));
      });
      svg.replaceChildren(...parts);
      range.textContent = `${valueName} ${number(graph.low)} \u2026 ${number(graph.high)}`;
      const strongest = looks.sort((a, b) => b.weight - a.weight).slice(0, 4).map(({ to, weight }) =>
        `${to === centre ? 'itself' : graph.names[to]} ${number(weight)}`);
      const kind = kinds[graph.kinds[centre]];
      const named = graph.names[centre];
      const name = kinds.length > 1 && !named.startsWith(kind) ? `${named}, ${kind}` : named;
      const text = `${name}: ${valueName} ${number(values[centre])}; `
        + `${weightName}: ${strongest.join(', ') || 'none'}`;
      readout.textContent = text;
      svg.setAttribute('aria-label', `${panel.title}; arrow keys choose a node. ${text}`);
    };
    const choose = node => { chosen = node; paint(); };
    const nearest = event => {
      const box = svg.getBoundingClientRect();
      const { graph } = shown;
      const place = (offset, length) => (offset / length * size - size / 2) / graph.unit;
      const [x, y] = [place(event.clientX - box.left, box.width), place(event.clientY - box.top, box.height)];
      const distances = graph.x.map((other, node) => Math.hypot(other - x, graph.y[node] - y));
      const best = distances.indexOf(Math.min(...distances));
      return distances[best] * graph.unit < 16 ? best : null;
    };
    for (const name of ['pointermove', 'pointerdown']) {
      svg.addEventListener(name, event => {
        const node = nearest(event);
        if (node !== null && node !== chosen) choose(node);
      });
    }
    // A finger that is lifted leaves what it chose.
    svg.addEventListener('pointerleave', event => { if (event.pointerType === 'mouse') choose(null); });
    svg.addEventListener('keydown', event => {
      const count = shown.graph.names.length;
      const moves = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
      if (event.key === 'Home' || event.key === 'Escape') choose(null);
      else if (event.key in moves) choose(((chosen ?? shown.graph.centre) + moves[event.key] + count) % count);
      else return;
      event.preventDefault();
    });
    const prepared = panel.graphs.map(graph => ({
      ...graph,
      unit: (size / 2 - margin) / Math.max(1, ...graph.x.map((x, node) => Math.hypot(x, graph.y[node]))),
      low: Math.min(...graph.values.flat()), high: Math.max(...graph.values.flat()),
      // Widths can be compared between steps and groups.
      widest: graph.weights.flat(2).reduce((most, weight) => Math.max(most, weight), 0) || 1,
      both: new Set(graph.from.map((from, pair) => `${from} ${graph.to[pair]}`)),
    }));
    const show = (item, group, step) => {
      if (shown && shown.graph !== prepared[item]) chosen = null;
      shown = { graph: prepared[item], group: Math.min(group, panel.groups.length - 1), step };
      paint();
    };
    return { figure, show };
  };

  // Labelled bars, of which the longest is as long as its track; numbers stand beside them.
  const bars = panel => {
    const list = make('ul', { class: 'bars', 'aria-label': panel.title });
    const figure = make('figure', { class: 'wide' }, make('figcaption', {}, panel.title), list);
    const show = (item, group, step) => {
      const { rows, values } = panel.bars[item];
      const lengths = values[Math.min(group, values.length - 1)][step];
      const longest = Math.max(0, ...lengths.filter((_, index) => !rows[index].isRest));
      list.replaceChildren(...rows.map((row, index) => {
        const label = make('span', {}, row.isRest ? row.label : make('code', {}, row.label));
        if (row.mark) label.append(' ', make('b', {}, row.mark));
        const track = make('span', { class: 'track' });
        if (!row.isRest) {
          const bar = make('i', row.mark ? { class: 'marked' } : {});
          bar.style.width = `${longest > 0 ? 100 * lengths[index] / longest : 0}%`;
          track.append(bar);
        }
        return make('li', {}, label, track, make('span', { class: 'number' }, number(lengths[index])));
      }));
    };
    return { figure, show };
  };

  return { graphs, bars };
};
