// What is on the screen. Nothing here knows the API; every text from outside becomes a text node.

const SVG = 'http://www.w3.org/2000/svg';
const part = (id) => document.getElementById(id);

/** An element. A property that is undefined is left out; a `-` in its name makes it an attribute. */
export function element(name, properties = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined) continue;
    if (key.includes('-') || key === 'role' || key === 'for') node.setAttribute(key, value);
    else node[key] = value;
  }
  node.append(...children.filter((child) => child !== undefined));
  return node;
}

function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(SVG, 'use');
  use.setAttribute('href', `#icon-${name}`);
  svg.append(use);
  return svg;
}

/** Says which website it is, and what becomes of what is typed. */
export function showSite(domain, saved) {
  part('domain').textContent = domain;
  part('site').hidden = false;
  part('initial').textContent = [...domain.replace(/^www\./, '')][0].toUpperCase();
  part('mark').dataset.named = '';
  // A colour of its own for each website, always the same one, from teal to violet: red and green mean something here.
  let hash = 0;
  for (const letter of domain) hash = (hash * 31 + letter.codePointAt(0)) % 997;
  document.documentElement.style.setProperty('--hue', 185 + (hash % 100));
  part('storage').hidden = saved === undefined;
  part('storage').textContent = saved
    ? 'Your sign-in details are saved, so that the session can be renewed. One-time codes never are.'
    : 'Your sign-in details are used for this sign-in only and are not saved.';
}

/**
 * Puts a step in place of the last one and moves the focus there.
 * `mood` is one of busy, ask, wait, done, failed, late, lost; `content` are the nodes under the heading.
 */
export function showStep({ mood, badge, title, lead, content = [], focus }) {
  const heading = element('h1', { id: 'title', tabIndex: -1 }, title);
  const step = element('div', { id: 'step', className: 'step' }, heading);
  if (lead) step.append(element('p', { className: 'lead' }, lead));
  step.append(...content);
  part('step').replaceWith(step);
  part('mark').dataset.mood = mood;
  part('mark').classList.remove('sending');
  if (badge) part('badge').setAttribute('href', `#icon-${badge}`);
  const site = part('domain').textContent;
  document.title = site ? `${title} · ${site}` : title;
  (focus ?? heading).focus({ preventScroll: !focus });
}

/** Has a screen reader say something that is not the new step itself. */
export function announce(text) {
  part('status').textContent = text;
}

/** Shows how long there is, or nothing for null. */
export function showRemaining(text) {
  part('countdown').hidden = text === null;
  part('remaining').textContent = text ?? '';
}

export function showTrouble(on) {
  if (part('trouble').hidden === !on) return;
  part('trouble').hidden = !on;
  announce(on ? 'The connection is down. Trying again.' : 'The connection is back.');
}

export function onTryNow(handler) {
  part('again').addEventListener('click', handler);
}

export function button(label, onClick) {
  const node = element('button', { type: 'button', className: 'primary' }, element('span', {}, label));
  node.addEventListener('click', onClick);
  return node;
}

export function link(label, href) {
  return element('a', { className: 'primary', href }, label);
}

export function note(text, className = 'note') {
  return element('p', { className }, text);
}

/** Where a form is going to be. */
export function skeleton() {
  const bars = [1, 2, 3, 4].map(() => element('span'));
  return element('div', { className: 'skeleton', 'aria-hidden': 'true' }, ...bars);
}

/** A message that has to be seen, and heard: of the website, if one is named. */
export function problem(text, site) {
  const words = element('div', {});
  if (site) words.append(element('strong', {}, `${site} says`));
  words.append(element('p', {}, text));
  return element('div', { className: 'problem', role: 'alert' }, icon('alert'), words);
}

const AUTOCOMPLETE = {
  identifier: 'username',
  password: 'current-password',
  code: 'one-time-code',
  totp: 'one-time-code',
  secret: 'off',
  text: undefined,
};

/**
 * Fields, choices or both. `remembered` has what was typed into fields of the same key before.
 * `onFields(values)` and `onChoice(choice)` are called once: until `setBusy(null)` nothing more can be sent.
 */
export class Form {
  #busy = false;
  #inputs = new Map();
  #buttons = [];
  #problem = null;

  constructor(interaction, { remembered, username, site, onFields, onChoice }) {
    const parts = [];
    if (interaction.fields.length > 0) {
      const submit = element('button', { type: 'submit', className: 'primary' });
      submit.append(
        element('span', {}, interaction.fields.some(({ kind }) => kind === 'password') ? 'Sign in' : 'Continue'),
      );
      this.#buttons.push(submit);
      const fields = interaction.fields.map((field, index) => this.#field(field, index, interaction, remembered));
      // So that a password manager knows whose password it is, when a website asks for one after the other.
      const whose =
        username && !interaction.fields.some(({ kind }) => kind === 'identifier')
          ? [
              element('input', {
                type: 'text',
                name: 'username',
                autocomplete: 'username',
                value: username,
                readOnly: true,
                hidden: true,
              }),
            ]
          : [];
      const form = element('form', { noValidate: true, 'aria-labelledby': 'title' }, ...whose, ...fields, submit);
      form.addEventListener('submit', (event) => {
        event.preventDefault();
        if (!this.#busy && this.#complete(interaction)) onFields(this.#values(), submit);
      });
      parts.push(form);
    }
    if (interaction.choices.length > 0) {
      if (parts.length > 0) parts.push(element('p', { className: 'or' }, element('span', {}, 'or')));
      parts.push(this.#choices(interaction.choices, onChoice));
    }
    this.node = element('div', { className: 'form' }, ...parts);
    if (interaction.problem) this.showProblem(interaction.problem, site);
  }

  /** Where typing starts: at the field that was not accepted, else at the first that is empty. */
  get first() {
    const inputs = [...this.#inputs.values()];
    return (
      inputs.find((input) => input.getAttribute('aria-invalid')) ??
      inputs.find((input) => input.value === '') ??
      inputs[0]
    );
  }

  /** Marks the pressed button as being worked on; null gives the form back. */
  setBusy(pressed) {
    this.#busy = pressed !== null;
    this.node.setAttribute('aria-busy', this.#busy);
    part('mark').classList.toggle('sending', this.#busy);
    for (const input of this.#inputs.values()) input.readOnly = this.#busy;
    for (const button of this.#buttons) {
      // Not `disabled`: that would throw the focus away.
      button.setAttribute('aria-disabled', this.#busy);
      button.classList.toggle('working', button === pressed);
    }
  }

  showProblem(text, site) {
    this.#problem?.remove();
    this.#problem = problem(text, site);
    this.node.prepend(this.#problem);
  }

  #field(field, index, interaction, remembered) {
    const id = `field-${index}`;
    const secret = field.kind === 'password' || field.kind === 'secret';
    const last = index === interaction.fields.length - 1;
    const describing = [];
    const input = element('input', {
      id,
      name: field.name,
      type: secret ? 'password' : 'text',
      className: field.kind === 'code' || field.kind === 'totp' ? 'code' : '',
      inputMode: field.inputMode,
      autocomplete: AUTOCOMPLETE[field.kind],
      autocapitalize: field.kind === 'text' ? undefined : 'none',
      spellcheck: field.kind === 'text',
      placeholder: field.placeholder,
      required: field.required,
      enterKeyHint: last ? 'go' : 'next',
      value: field.kind === 'identifier' || field.kind === 'text' ? (remembered.get(field.key) ?? '') : '',
    });
    this.#inputs.set(field.key, input);
    const label = element('label', { for: id }, field.label);
    if (!field.required) label.append(element('span', { className: 'optional' }, ' (optional)'));
    const box = element('div', { className: 'box' }, input);
    if (secret) box.append(reveal(input, field));
    const node = element('div', { className: 'field' }, label, box);
    if (field.hint) {
      node.append(element('p', { id: `${id}-hint`, className: 'hint' }, field.hint));
      describing.push(`${id}-hint`);
    }
    node.append(element('p', { id: `${id}-error`, className: 'error' }));
    describing.push(`${id}-error`);
    input.setAttribute('aria-describedby', describing.join(' '));
    input.addEventListener('input', () => this.#mark(input, ''));
    if (field.rejected) this.#mark(input, 'This wasn’t accepted. Please try again.', node);
    return node;
  }

  #mark(input, text, node = this.node) {
    node.querySelector(`#${input.id}-error`).textContent = text;
    if (text) input.setAttribute('aria-invalid', 'true');
    else input.removeAttribute('aria-invalid');
  }

  #complete(interaction) {
    const empty = interaction.fields
      .map((field) => [field, this.#inputs.get(field.key)])
      .filter(([field, input]) => field.required && input.value.trim() === '');
    for (const [, input] of empty) this.#mark(input, 'Please fill this in.');
    empty[0]?.[1].focus();
    return empty.length === 0;
  }

  #values() {
    return Object.fromEntries([...this.#inputs].map(([key, input]) => [key, input.value]));
  }

  #choices(choices, onChoice) {
    const list = element('ul', { className: 'choices', 'aria-labelledby': 'title' });
    for (const choice of choices) {
      const words = element(
        'span',
        { className: 'words' },
        element('span', { className: 'choice-label' }, choice.label),
      );
      if (choice.detail) words.append(element('span', { className: 'detail' }, choice.detail));
      const node = element('button', { type: 'button', className: 'choice' }, picture(choice), words, icon('arrow'));
      if (choice.kind === 'switch') node.classList.add('other');
      node.addEventListener('click', () => {
        if (!this.#busy) onChoice(choice, node);
      });
      this.#buttons.push(node);
      list.append(element('li', {}, node));
    }
    return list;
  }
}

const ICONS = {
  sms: 'sms',
  call: 'call',
  email: 'email',
  totp: 'totp',
  push: 'push',
  password: 'password',
  passkey: 'passkey',
  switch: 'switch',
  mfa_method: 'totp',
  sign_in_method: 'door',
  auth_method: 'passkey',
  identifier_method: 'door',
};

// An account and another website are told apart by their letter, as people are used to.
function picture(choice) {
  const name = ICONS[choice.icon];
  const initial = [...choice.label.replace(/^(continue|sign in|log in) with /i, '')][0]?.toUpperCase();
  return element('span', { className: 'picture', 'aria-hidden': 'true' }, name ? icon(name) : (initial ?? ''));
}

function reveal(input, field) {
  const what = field.kind === 'password' ? 'password' : 'key';
  const node = element('button', { type: 'button', className: 'reveal', 'aria-label': `Show ${what}` }, icon('show'));
  node.addEventListener('click', () => {
    const shown = input.type === 'password';
    input.type = shown ? 'text' : 'password';
    node.setAttribute('aria-label', `${shown ? 'Hide' : 'Show'} ${what}`);
    node.replaceChildren(icon(shown ? 'hide' : 'show'));
  });
  return node;
}
