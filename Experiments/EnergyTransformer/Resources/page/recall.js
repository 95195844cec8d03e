// The tab that recalls a picture of which a part is erased.
import { ask, bytesOf, latest, make, messenger, number, send, showViewer, tab, thumbnail } from './shared.js';
import { editor } from './editor.js';

const element = name => document.getElementById('recall-' + name);
const percent = share => share < 1e-4 ? 'below 0.01 %' : `${number(Math.round(share * 1e4) / 100)} %`;

tab('recall', async () => {
  const message = messenger(element('message'));
  const [gallery, beta, betaValue, weights, result] = ['photos', 'beta', 'beta-value', 'weights', 'result'].map(element);
  let stored = null;
  let chosen = 0;
  let options = [];

  const recall = latest(async () => {
    try {
      const answer = await send('api/recall', {
        photo: stored.photos[chosen].index, hidden: picture.hidden, beta: 10 ** Number(beta.value),
      });
      const best = answer.weights[0];
      const isOwn = best.photo === stored.photos[chosen].index;
      const kinds = {
        'single pattern': isOwn ? 'It recalls the picture' : `It recalls another picture, ${best.name}`,
        'mixture of several': `It comes to a mixture of ${answer.dominantCount} pictures`,
        'average of most': `It comes to an average of ${answer.dominantCount} of ${stored.count} pictures`,
      };
      message.say(`${kinds[answer.kind]}: the state ${answer.stop} after ${answer.steps} update${answer.steps === 1 ? '' : 's'}.`);
      weights.replaceChildren(
        make('h2', {}, 'Strongest patterns'),
        make('ol', {}, ...answer.weights.map(share => {
          const bar = make('b');
          bar.style.width = `${100 * share.weight}%`;
          return make('li', {}, thumbnail(bytesOf(share.pixels), stored),
            make('span', {}, share.name, make('i', { 'aria-hidden': 'true' }, bar), `weight ${percent(share.weight)}`));
        })));
      const next = make('div');
      await showViewer(answer.viewer, next).then(shown => {
        const slider = shown.section.querySelector('input[type="range"]');
        slider.value = slider.max;
        slider.dispatchEvent(new Event('input'));
      });
      result.replaceChildren(next);
    } catch (error) { message.complain(error); }
  });
  const picture = editor(element('editor'), { label: 'The picture', masked: 'erased', changed: () => { if (stored) recall(); } });

  const tellBeta = () => {
    betaValue.textContent = number(Number((10 ** Number(beta.value)).toPrecision(3)));
    beta.setAttribute('aria-valuetext', betaValue.textContent);
  };
  beta.addEventListener('input', () => { tellBeta(); recall(); });
  tellBeta();

  for (const button of document.querySelectorAll('#recall [data-half]')) {
    button.addEventListener('click', () => {
      const { width, height, patch } = stored;
      const [columns, rows] = [width / patch, height / patch];
      const isInside = {
        upper: (row, column) => 2 * row < rows - 1, lower: (row, column) => 2 * row > rows - 1 || 2 * row === rows - 1,
        left: (row, column) => 2 * column < columns - 1, right: (row, column) => 2 * column >= columns - 1,
      }[button.dataset.half];
      picture.hide(Array.from({ length: rows * columns }, (_, index) => index)
        .filter(index => isInside(Math.floor(index / columns), index % columns)));
    });
  }

  const choose = index => {
    chosen = index;
    options.forEach((option, place) => option.setAttribute('aria-selected', place === index));
    gallery.setAttribute('aria-activedescendant', options[index].id);
    options[index].scrollIntoView({ block: 'nearest' });
    picture.open(stored, bytesOf(stored.photos[index].pixels));
  };
  gallery.addEventListener('keydown', event => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const next = event.key === 'Home' ? 0 : event.key === 'End' ? options.length - 1 : step ? chosen + step : null;
    if (next === null) return;
    event.preventDefault();
    choose(Math.min(Math.max(next, 0), options.length - 1));
  });

  try {
    const answer = await ask('api/photos');
    gallery.setAttribute('aria-label', answer.label);
    options = answer.photos.map((photo, index) => {
      const option = make('div', { role: 'option', id: `recall-photo-${index}`, 'aria-label': photo.name, title: photo.name },
        thumbnail(bytesOf(photo.pixels), answer));
      option.addEventListener('click', () => choose(index));
      return option;
    });
    gallery.replaceChildren(...options);
    picture.open(answer, bytesOf(answer.photos[0].pixels));
    stored = answer;
    choose(0);
    document.querySelectorAll('#recall [data-half]').forEach(button => { button.disabled = false; });
    document.querySelector('#recall [data-half="lower"]').click();
  } catch (error) { message.complain(error); }
});
