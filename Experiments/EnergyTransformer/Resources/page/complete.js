// The tab that completes a picture: drawing, masking, the descent.
import { ask, bytesOf, make, messenger, number, send, showViewer, tab, textOf, thumbnail } from './shared.js';
import { editor } from './editor.js';

const element = name => document.getElementById('complete-' + name);

tab('complete', async () => {
  const message = messenger(element('message'));
  const picture = editor(element('editor'), { draws: true, label: 'Your picture' });
  const [models, about, steps, size, run] = ['model', 'about', 'steps', 'size', 'run'].map(element);
  const examples = make('div', { class: 'examples', role: 'group', 'aria-label': 'Pictures to begin with' });
  const file = make('input', { type: 'file', accept: 'image/png,image/jpeg', hidden: '' });
  const choose = make('button', { type: 'button', disabled: '' }, 'Choose a file');
  choose.addEventListener('click', () => file.click());
  picture.tools.append(choose, file);
  element('editor').append(examples);

  let found = [];
  const chosen = () => found[models.selectedIndex];
  const shapeOf = model => ({ width: model.width, height: model.height, channels: model.channels, patch: model.patch });

  const upload = async chosenFile => {
    message.say('Reading the picture …');
    try {
      const answer = await ask('api/picture?model=' + encodeURIComponent(chosen().id), { method: 'POST', body: chosenFile });
      picture.open(shapeOf(chosen()), bytesOf(answer.pixels));
      message.say('The middle part of the picture, at the size that the model takes. Mask patches of it.');
      picture.mask();
    } catch (error) { message.complain(error); }
  };
  file.addEventListener('change', () => { if (file.files[0]) upload(file.files[0]); file.value = ''; });
  picture.onDrop(upload);

  const use = async model => {
    about.textContent = `${model.width} × ${model.height} pixels${model.channels === 3 ? ' in colour' : ''}, patches of `
      + `${model.patch} × ${model.patch}; learned from ${model.data}, to descend in ${model.steps} steps of ${model.stepSize}.`;
    [steps.value, size.value] = [model.steps, model.stepSize];
    const isOther = !picture.shape || picture.shape.width !== model.width || picture.shape.channels !== model.channels;
    if (isOther) picture.open(shapeOf(model), new Uint8Array(model.width * model.height * model.channels));
    else picture.open(shapeOf(model), picture.pixels);
    examples.replaceChildren();
    const answer = await ask('api/examples?model=' + encodeURIComponent(model.id));
    if (model !== chosen()) return;
    answer.pictures.map(bytesOf).forEach((pixels, index) => {
      const button = make('button', { type: 'button', 'aria-label': `Example ${index + 1}` }, thumbnail(pixels, model));
      button.addEventListener('click', () => { picture.open(shapeOf(model), pixels); picture.mask(); });
      examples.append(button);
    });
    if (isOther && answer.pictures.length) {
      picture.open(shapeOf(model), bytesOf(answer.pictures[0]));
      picture.mask();
      picture.hideHalf();
    }
  };
  models.addEventListener('change', () => use(chosen()).catch(message.complain));

  let shown = null;
  const complete = async () => {
    run.disabled = true;
    message.say('Descending …');
    try {
      const answer = await send('api/complete', {
        model: chosen().id, pixels: textOf(picture.pixels), hidden: picture.hidden, steps: Number(steps.value),
        stepSize: Number(size.value),
      });
      const { energies, rises, errors } = answer;
      const fell = rises.length === 0 ? 'The energy fell at every step'
        : `The energy rose at ${rises.length} of ${energies.length - 1} steps, first at step ${rises[0]}; smaller steps let it fall`;
      message.say(`${fell}: from ${number(energies[0])} to ${number(energies[energies.length - 1])}. `
        + `The hidden pixels differ from yours by ${number(Number(errors[errors.length - 1].toPrecision(3)))} in the mean square.`);
      shown?.stop();
      element('result').replaceChildren();
      shown = await showViewer(answer.viewer, element('result'));
      if (!matchMedia('(prefers-reduced-motion: reduce)').matches) shown.play();
    } catch (error) { message.complain(error); }
    run.disabled = false;
  };
  run.addEventListener('click', complete);

  try {
    const answer = await ask('api/models');
    found = answer.models.filter(model => !model.problem);
    models.replaceChildren(...found.map(model => make('option', {}, model.id)));
    for (const model of answer.models.filter(model => model.problem)) {
      models.append(make('option', { disabled: '' }, model.problem));
    }
    if (!found.length) {
      throw new Error('No trained model was found: train one by "make run", or start the server in the folder of the package.');
    }
    await use(found[0]);
    run.disabled = false;
  } catch (error) { message.complain(error); }
});
