// What a state asks the person for, in one shape over the API's canonical and older forms, and how to answer it.

/**
 * @returns {{ id?: string, message?: string, problem?: string, fields: object[], choices: object[] }}
 * A field is `{ key, label, kind, inputMode, hint, placeholder, required, rejected, name }`,
 * a choice `{ label, detail, kind, icon, answer }`.
 */
export function interactionOf(state) {
  const canonical = state.fields?.length > 0 || state.choices?.length > 0;
  return {
    id: state.interaction_id ?? undefined,
    message: state.external_action_message ?? undefined,
    problem: state.website_error ?? undefined,
    canonical,
    fields: canonical ? (state.fields ?? []).map(field) : (state.discovered_fields ?? []).map(olderField),
    choices: canonical ? (state.choices ?? []).map(choice) : olderChoices(state),
  };
}

/** The body that submits what was typed, by field. */
export function answerOfFields(interaction, values) {
  const typed = {};
  for (const field of interaction.fields) {
    const value =
      field.kind === 'code' || field.kind === 'totp' ? values[field.key].replace(/\s/g, '') : values[field.key];
    if (value !== '') typed[field.key] = value;
  }
  return withId(interaction, interaction.canonical ? { field_values: typed } : { fields: typed });
}

/** The body that submits a choice. */
export function answerOfChoice(interaction, choice) {
  return withId(interaction, choice.answer);
}

function withId(interaction, answer) {
  return interaction.canonical && interaction.id ? { ...answer, interaction_id: interaction.id } : answer;
}

const KINDS = {
  identifier: 'identifier',
  password: 'password',
  code: 'code',
  totp_code: 'totp',
  totp_secret: 'secret',
  text: 'text',
};

function field(field) {
  const kind = KINDS[field.type] ?? 'text';
  return {
    key: field.id,
    name: field.ref,
    label: field.label || LABELS[kind],
    kind,
    inputMode: field.input_mode ?? (kind === 'totp' ? 'numeric' : undefined),
    hint: field.hint,
    required: field.required !== false,
    rejected: field.reason === 'rejected',
  };
}

const LABELS = {
  identifier: 'E-mail or username',
  password: 'Password',
  code: 'Code',
  totp: 'Code from your authenticator app',
  secret: 'Setup key of your authenticator app',
  text: 'Answer',
};

const OLDER = {
  text: ['text', 'text'],
  email: ['identifier', 'email'],
  password: ['password', undefined],
  tel: ['text', 'tel'],
  number: ['text', 'decimal'],
  url: ['text', 'url'],
  code: ['code', undefined],
  totp: ['totp', 'numeric'],
};

function olderField(field) {
  const [kind, inputMode] = OLDER[field.type] ?? OLDER.text;
  return {
    key: field.name,
    name: field.name,
    label: field.label || LABELS[kind],
    kind: kind === 'text' && /user|login|email/i.test(field.name) ? 'identifier' : kind,
    inputMode,
    hint: field.hint,
    placeholder: field.placeholder,
    required: field.required !== false,
    rejected: false,
  };
}

function choice(choice) {
  const label = choice.label || choice.display_text || choice.id;
  const details = [choice.masked_destination, choice.description, choice.context, choice.display_text];
  return {
    label,
    // Each of them may repeat another.
    detail: details.find((text) => text && !label.includes(text)),
    kind: choice.mfa_type === 'switch' ? 'switch' : choice.type,
    icon: choice.mfa_type ?? choice.type,
    answer: { selected_choice_id: choice.id },
  };
}

function olderChoices(state) {
  return [
    ...(state.pending_sso_buttons ?? []).map((button) => ({
      label: button.label,
      kind: 'sso_provider',
      icon: 'sso_provider',
      initial: button.provider,
      answer: button.provider ? { sso_provider: button.provider } : { sso_button_selector: button.selector },
    })),
    ...(state.mfa_options ?? []).map((option) => ({
      label: option.label,
      detail: option.target ?? option.description ?? undefined,
      kind: option.type === 'switch' ? 'switch' : 'mfa_method',
      icon: option.type,
      answer: { mfa_option_id: option.type },
    })),
    ...(state.sign_in_options ?? []).map((option) => ({
      label: option.label,
      detail: option.description ?? undefined,
      kind: 'account',
      icon: 'account',
      answer: { sign_in_option_id: option.id },
    })),
  ];
}
