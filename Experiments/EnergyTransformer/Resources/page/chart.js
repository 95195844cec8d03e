// A chart of courses over one another, told by pointer, keys and words.
import { logarithmicTicks, nearest, range, smoothed, thinned } from './course.js';
import { axes, draw, make, number, ticks } from './shared.js';

const frame = { width: 520, height: 280, left: 70, right: 14, top: 12, bottom: 40 };
const { width, height, left, right, top, bottom } = frame;

export class CourseChart {
  constructor(title) {
    this.title = title;
    this.isFilled = false;
    this.step = null;
    this.svg = draw('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', tabindex: 0 });
    this.cross = draw('g', {});
    this.readout = make('ul', { class: 'legend' });
    this.told = make('p', { class: 'readout', 'aria-live': 'polite' });
    this.figure = make('figure', { class: 'wide' }, make('figcaption', {}, title), this.svg, this.told, this.readout);
    this.svg.addEventListener('pointermove', event => this.point(event));
    this.svg.addEventListener('pointerdown', event => this.point(event));
    this.svg.addEventListener('pointerleave', () => this.tell(null));
    this.svg.addEventListener('keydown', event => this.key(event));
  }

  /** Draws lines {name, colour, dashes, steps, values}; a smoothed line stands before the numbers as they are. */
  show(lines, { weight, isLogarithmic }) {
    this.isFilled = lines.length > 0;
    this.isLogarithmic = isLogarithmic;
    this.weight = weight;
    this.lines = lines.map(line => ({ ...line, smooth: smoothed(line.values, weight) }));
    if (!this.isFilled) return;
    this.steps = range(lines.map(line => line.steps), false);
    this.values = range(lines.map(line => line.values), isLogarithmic);
    this.svg.replaceChildren();
    if (!this.values) {
      this.svg.append(draw('text', { x: left, y: height / 2 }, 'No number above 0: a logarithmic axis shows none.'));
      this.svg.setAttribute('aria-label', `${this.title}: no number above 0`);
      return;
    }
    this.axes();
    for (const line of this.lines) {
      if (weight) this.curve(line, line.values, { opacity: 0.3, 'stroke-width': 1 });
      this.curve(line, line.smooth, { 'stroke-width': 2 });
    }
    this.svg.append(this.cross);
    this.tell(this.step);
  }

  x(step) { return left + (step - this.steps[0]) / (this.steps[1] - this.steps[0]) * (width - left - right); }

  y(value) {
    const scaled = this.isLogarithmic ? Math.log : each => each;
    const [low, high] = this.values.map(scaled);
    return top + (high - scaled(value)) / (high - low) * (height - top - bottom);
  }

  axes() {
    const values = this.isLogarithmic ? logarithmicTicks(...this.values) : ticks(...this.values);
    const steps = ticks(...this.steps).filter(Number.isInteger).map(step => [step, step.toLocaleString('en')]);
    this.svg.append(
      ...axes(frame, { x: step => this.x(step), y: value => this.y(value), values, steps, title: 'step' }));
  }

  curve(line, values, attributes) {
    const shown = thinned({ steps: line.steps, values }, width);
    let path = '';
    let isDown = false;
    shown.values.forEach((value, index) => {
      if (this.isLogarithmic && value <= 0) { isDown = false; return; }
      path += `${isDown ? 'L' : 'M'}${this.x(shown.steps[index]).toFixed(1)} ${this.y(value).toFixed(1)}`;
      isDown = true;
    });
    this.svg.append(draw('path', { d: path, fill: 'none', stroke: line.colour, 'stroke-dasharray': line.dashes,
      'stroke-linejoin': 'round', ...attributes }));
  }

  point(event) {
    if (!this.steps) return;
    const box = this.svg.getBoundingClientRect();
    const share = ((event.clientX - box.left) / box.width * width - left) / (width - left - right);
    this.tell(this.steps[0] + Math.min(Math.max(share, 0), 1) * (this.steps[1] - this.steps[0]));
  }

  key(event) {
    if (!this.steps) return;
    const [first, last] = this.steps;
    const stride = Math.max(1, Math.round((last - first) / 100));
    const here = this.step ?? last;
    const moves = { ArrowLeft: here - stride, ArrowRight: here + stride, Home: first, End: last };
    if (!(event.key in moves)) return;
    event.preventDefault();
    this.tell(Math.min(Math.max(moves[event.key], first), last), true);
  }

  /** The numbers at a step, or the last ones; `aloud` where somebody steps by keys. */
  tell(step, aloud = false) {
    this.step = step;
    this.cross.replaceChildren();
    const parts = this.lines.map(line => {
      const index = step === null ? line.steps.length - 1 : nearest(line.steps, step);
      return { line, step: line.steps[index], value: line.values[index], smooth: line.smooth[index] };
    });
    if (step !== null) {
      const x = this.x(step);
      this.cross.append(draw('line', { x1: x, x2: x, y1: top, y2: height - bottom, stroke: 'var(--ink)',
        'stroke-dasharray': '3 3' }));
      for (const part of parts) {
        if (this.isLogarithmic && part.smooth <= 0) continue;
        this.cross.append(draw('circle', { cx: this.x(part.step), cy: this.y(part.smooth), r: 4, fill: part.line.colour }));
      }
    }
    const words = parts.map(part => `${part.line.name} ${number(part.value)}`
      + `${this.weight ? ` (smoothed ${number(part.smooth)})` : ''} at step ${part.step.toLocaleString('en')}`);
    this.readout.replaceChildren(...parts.map((part, index) => {
      const mark = make('i');
      mark.style.background = part.line.colour;
      return make('li', {}, mark, words[index]);
    }));
    this.svg.setAttribute('aria-label', `${this.title}: ${words.join('; ')}. Arrow keys tell other steps.`);
    this.told.textContent = aloud ? words.join('; ') : '';
  }
}
