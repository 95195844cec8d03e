// The tab that shows trainings: curves of several over one another, and what a training that runs makes of some images.
import { CourseChart } from './chart.js';
import { Course } from './course.js';
import { ask, make, messenger, number, showViewer, tab } from './shared.js';

const element = name => document.getElementById('training-' + name);
const pause = 3000;
const colourCount = 7;
// The error of the images that a training looks at comes with them, not as a column of its metrics.
const lookedAt = 'error of the images below';

class TrainingTab {
  constructor() {
    this.runs = new Map();
    this.columns = new Map([['loss', true], [lookedAt, true]]);
    this.charts = new Map();
    this.boxes = new Map();
    this.message = messenger(element('message'));
    element('logarithmic').addEventListener('change', () => this.draw());
    element('smoothing').addEventListener('input', () => this.draw());
  }

  /** Asks for what is new, again and again as long as the tab is there to be seen. */
  async watch() {
    for (;;) {
      if (document.visibilityState === 'visible' && !element('charts').closest('[hidden]')) {
        try { await this.update(); } catch (error) { this.message.complain(error); }
      }
      await new Promise(done => setTimeout(done, pause));
    }
  }

  async update() {
    const { trainings } = await ask('api/trainings', { cache: 'no-store' });
    this.message.say(trainings.length ? ''
      : 'No training has written its metrics yet. Begin one: swift run -c release masked-images --live');
    this.merge(trainings);
    const chosen = [...this.runs.values()].filter(run => run.isChosen);
    await Promise.all(chosen.map(run => this.load(run)));
    // What is drawn anew loses the place of who reads it, so that nothing is where nothing has changed.
    const news = chosen.map(run => [run.facts.id, run.course.cursor, run.live?.step, run.facts.hasLive]).join();
    if (news === this.news) return;
    this.news = news;
    this.draw();
  }

  /** Takes over the list of the server; what is known of a run stays. */
  merge(found) {
    const isFirst = this.runs.size === 0;
    const old = this.runs;
    this.runs = new Map(found.map(facts => {
      const run = old.get(facts.id) ?? { course: new Course(), isChosen: false, live: null, error: '' };
      return [facts.id, Object.assign(run, { facts })];
    }));
    for (const [id, run] of old) if (!this.runs.has(id)) hideLive(run);
    if (isFirst) {
      // What runs is what one came for; otherwise the first.
      const running = found.filter(facts => facts.state === 'running');
      for (const facts of running.length ? running : found.slice(0, 1)) this.runs.get(facts.id).isChosen = true;
    }
    for (const { columns } of found) {
      for (const name of columns) if (name !== 'step' && !this.columns.has(name)) this.columns.set(name, false);
    }
    this.showList();
  }

  /** The rows after the last ones, and the last look at the model. */
  async load(run) {
    const { id, hasLive } = run.facts;
    try {
      for (let hasMore = true; hasMore;) {
        const after = run.course.cursor ? `&after=${encodeURIComponent(run.course.cursor)}` : '';
        const answer = await ask(`api/trainings/rows?training=${id}${after}`, { cache: 'no-store' });
        // Another file of the same name: begun anew, or resumed.
        if (answer.isFromStart) run.live = null;
        run.course.add(answer);
        hasMore = answer.hasMore;
      }
      // None where the training has just ended: its errors stay until the page is left.
      if (hasLive) run.live = await ask(`api/trainings/live?training=${id}`, { cache: 'no-store' }) ?? run.live;
      run.error = '';
    } catch (error) {
      run.error = error.message;
    }
  }

  // One row of the list stays one element, so that neither focus nor a reader's place in it is lost.
  showList() {
    const rows = [...this.runs.values()].map(run => {
      run.row ??= this.row(run);
      const text = stateText(run);
      if (run.stateText.textContent !== text) run.stateText.textContent = text;
      return run.row;
    });
    fill(element('list'), rows);
  }

  /** The columns that a chosen training has. */
  showColumns(chosen) {
    const known = new Set(chosen.flatMap(run => run.facts.columns));
    if (chosen.some(run => run.live?.errors.length)) known.add(lookedAt);
    fill(element('columns'), [...this.columns.keys()].filter(name => known.has(name)).map(name => {
      if (!this.boxes.has(name)) this.boxes.set(name, this.box(name));
      return this.boxes.get(name);
    }));
  }

  box(name) {
    const box = make('input', { type: 'checkbox' });
    box.checked = this.columns.get(name);
    box.addEventListener('change', () => { this.columns.set(name, box.checked); this.draw(); });
    return make('label', {}, box, name.replaceAll('_', ' '));
  }

  row(run) {
    const box = make('input', { type: 'checkbox' });
    box.checked = run.isChosen;
    box.addEventListener('change', async () => {
      run.isChosen = box.checked;
      if (run.isChosen) await this.load(run);
      this.draw();
    });
    run.mark = make('i', { class: 'mark' });
    run.stateText = make('span', { class: 'readout' });
    return make('label', {}, box, run.mark, make('span', {}, run.facts.name), run.stateText);
  }

  draw() {
    const weight = Number(element('smoothing').value);
    element('smoothing-value').textContent = weight.toFixed(2);
    element('smoothing').setAttribute('aria-valuetext', weight.toFixed(2));
    const chosen = [...this.runs.values()].filter(run => run.isChosen);
    for (const run of this.runs.values()) run.mark.style.background = 'transparent';
    chosen.forEach((run, index) => {
      run.colour = `var(--series-${index % colourCount})`;
      run.mark.style.background = run.colour;
      // Colours come again after some: the dashes of a line tell them apart.
      run.dashes = ['none', '7 4', '2 3'][Math.floor(index / colourCount) % 3];
    });
    for (const [column, isShown] of this.columns) {
      const series = isShown ? chosen.map(run => ({
        name: run.facts.name, colour: run.colour, dashes: run.dashes, ...points(run, column) })) : [];
      const filled = series.filter(line => line.steps.length > 0);
      if (filled.length && !this.charts.has(column)) this.charts.set(column, new CourseChart(column.replaceAll('_', ' ')));
      this.charts.get(column)?.show(filled, {
        weight: column === lookedAt ? 0 : weight, isLogarithmic: element('logarithmic').checked });
    }
    const figures = [...this.columns.keys()].map(name => this.charts.get(name)).filter(chart => chart?.isFilled)
      .map(chart => chart.figure);
    fill(element('charts'), figures);
    this.showColumns(chosen);
    this.showLatest(chosen);
    this.showLive(chosen);
  }

  showLatest(chosen) {
    const shown = [...this.columns.keys()].filter(name => this.charts.get(name)?.isFilled);
    const head = make('tr', {}, ...['training', 'step', ...shown].map(name =>
      make('th', { scope: 'col' }, name.replaceAll('_', ' '))));
    const rows = chosen.map(run => {
      const last = name => { const { values } = points(run, name); return values.length ? number(values.at(-1)) : '–'; };
      return make('tr', {}, make('th', { scope: 'row' }, run.facts.name),
        make('td', {}, run.facts.lastStep === undefined ? '–' : run.facts.lastStep.toLocaleString('en')),
        ...shown.map(name => make('td', {}, last(name))));
    });
    element('latest').hidden = rows.length === 0;
    element('latest').replaceChildren(make('table', {}, make('caption', {}, 'Latest numbers, as they are written'),
      make('thead', {}, head), make('tbody', {}, ...rows)));
  }

  /** The viewers of the chosen trainings; one that plays, or has not changed, is left alone. */
  async showLive(chosen) {
    const isWanted = run => run.isChosen && run.facts.hasLive && run.live?.viewer;
    for (const run of this.runs.values()) if (!isWanted(run)) hideLive(run);
    for (const run of chosen.filter(isWanted)) {
      if (run.isBuilding || run.view && (run.view.step === run.live.step || run.view.isPlaying())) continue;
      run.isBuilding = true;
      try {
        await this.renew(run);
      } finally {
        run.isBuilding = false;
      }
    }
  }

  async renew(run) {
    const { live } = run;
    const holder = make('div');
    const viewer = { ...live.viewer, title: `${run.facts.name}: ${live.viewer.title}` };
    const shown = await showViewer(viewer, holder);
    holder.append(make('p', { class: 'readout' },
      `After step ${live.step.toLocaleString('en')}. ${live.errorName}: ${number(live.errors.at(-1).error)}.`));
    const controls = place => [...place.querySelectorAll('.controls select, .controls input, .controls button')];
    if (run.view) {
      // Where the slider stood, which image was chosen and what had the focus.
      const [before, after] = [controls(run.view.holder), controls(holder)];
      const focus = before.indexOf(document.activeElement);
      before.forEach((control, index) => {
        if (!after[index] || control.tagName === 'BUTTON') return;
        after[index].value = control.value;
        after[index].dispatchEvent(new Event(control.tagName === 'SELECT' ? 'change' : 'input'));
      });
      run.view.stop();
      run.view.holder.replaceWith(holder);
      after[focus]?.focus();
    } else {
      const slider = holder.querySelector('.controls input');
      if (slider) { slider.value = slider.max; slider.dispatchEvent(new Event('input')); }
      element('live').append(holder);
    }
    const play = holder.querySelector('.controls button');
    run.view = { holder, step: live.step, stop: shown.stop, isPlaying: () => play?.textContent === 'Pause' };
  }
}

/** Puts elements into a place, unless they are just what is there. */
const fill = (place, nodes) => {
  const old = [...place.children];
  if (nodes.length !== old.length || nodes.some((node, index) => node !== old[index])) place.replaceChildren(...nodes);
};

const hideLive = run => {
  run.view?.stop();
  run.view?.holder.remove();
  run.view = null;
};

const points = (run, column) => {
  if (column !== lookedAt) return run.course.points(column);
  const errors = run.live?.errors ?? [];
  return { steps: errors.map(point => point.step), values: errors.map(point => point.error) };
};

const stateText = run => {
  const { state, lastStep, total } = run.facts;
  const step = lastStep === undefined ? 'no step yet' : `step ${lastStep.toLocaleString('en')}`;
  if (run.error) return run.error;
  if (state === 'running') return `running, ${step}${total ? ` of ${total.toLocaleString('en')}` : ''}`;
  return state === 'finished' ? `finished at ${step}` : `stopped at ${step}`;
};

tab('training', () => { new TrainingTab().watch(); });
