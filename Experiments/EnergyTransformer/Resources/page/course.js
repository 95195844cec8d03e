// Courses of trainings as numbers: rows that come piece by piece, smoothed, thinned and scaled for a chart. Nothing here draws.

/** The rows of a training so far, column by column. */
export class Course {
  constructor() { this.clear(); }

  clear() {
    this.cursor = null;
    this.columns = [];
    this.values = new Map();
  }

  /** Adds the rows of an answer; those of another file take the place of what was there. */
  add(answer) {
    if (answer.isFromStart) this.clear();
    this.cursor = answer.cursor;
    this.columns = answer.columns;
    answer.columns.forEach((name, index) => {
      const known = this.values.get(name) ?? [];
      for (const value of answer.values[index]) known.push(value);
      this.values.set(name, known);
    });
  }

  /** The steps and numbers of a column where it has some. */
  points(column) {
    const steps = this.values.get('step') ?? [];
    const found = { steps: [], values: [] };
    (this.values.get(column) ?? []).forEach((value, row) => {
      if (value === null || steps[row] === null) return;
      found.steps.push(steps[row]);
      found.values.push(value);
    });
    return found;
  }
}

/** An exponential mean in which each number is weighed by `weight` to the power of its age, without the pull of a start at 0. */
export const smoothed = (values, weight) => {
  if (!weight) return values;
  let sum = 0;
  let total = 0;
  return values.map(value => {
    sum = weight * sum + value;
    total = weight * total + 1;
    return sum / total;
  });
};

/** At most about twice `count` points: of neighbours the lowest and the highest, so that no peak is lost. */
export const thinned = ({ steps, values }, count) => {
  if (values.length <= 2 * count) return { steps, values };
  const found = { steps: [], values: [] };
  for (let bin = 0; bin < count; bin += 1) {
    const first = Math.floor(bin * values.length / count);
    const end = Math.floor((bin + 1) * values.length / count);
    let low = first;
    let high = first;
    for (let index = first; index < end; index += 1) {
      if (values[index] < values[low]) low = index;
      if (values[index] > values[high]) high = index;
    }
    for (const index of low === high ? [low] : [Math.min(low, high), Math.max(low, high)]) {
      found.steps.push(steps[index]);
      found.values.push(values[index]);
    }
  }
  return found;
};

/** The index of the step nearest to one that is asked for, of rising steps; -1 where there is none. */
export const nearest = (steps, step) => {
  let [low, high] = [0, steps.length - 1];
  if (high < 0) return -1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle] < step) low = middle + 1; else high = middle;
  }
  return low > 0 && step - steps[low - 1] <= steps[low] - step ? low - 1 : low;
};

/** The range of some numbers, widened where it is a single one; on a logarithmic axis of those above 0. Null where none is left. */
export const range = (lists, isLogarithmic) => {
  let [low, high] = [Infinity, -Infinity];
  for (const values of lists) {
    for (const value of values) {
      if (isLogarithmic && value <= 0) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  if (low > high) return null;
  if (low < high) return [low, high];
  return isLogarithmic ? [low / 2, high * 2] : [low - (Math.abs(low) / 2 || 1), high + (Math.abs(high) / 2 || 1)];
};

/** Where the labels of a logarithmic axis stand: at powers of ten, with 2 and 5 between them where there are few. */
export const logarithmicTicks = (low, high) => {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const stride = Math.max(1, Math.ceil((last - first) / 8));
  const factors = last - first <= 3 ? [1, 2, 5] : [1];
  const found = [];
  for (let power = first; power <= last; power += stride) {
    for (const factor of factors) {
      const tick = factor * 10 ** power;
      if (tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9)) found.push(tick);
    }
  }
  return found;
};
