// What the page says. Texts of the website and of the API are said in their own words, as text.

/** The heading of a step, and the line under it. */
export function headingOf({ fields, choices }, external, site, username) {
  const kinds = new Set(fields.map((field) => field.kind));
  if (external) return ['One more step', 'Once you have done this, the page continues by itself.'];
  if (kinds.has('secret'))
    return ['Connect your authenticator', 'The key lets new codes be made whenever they are needed.'];
  if (kinds.has('password') && kinds.has('identifier')) return ['Sign in', `Use your account at ${site}.`];
  if (kinds.has('password')) return ['Enter your password', username && `Signing in as ${username}.`];
  if (kinds.has('identifier')) return ['Sign in', `Use your account at ${site}.`];
  if (kinds.has('code') || kinds.has('totp')) return ['Enter the code', `${site} wants to confirm that it’s you.`];
  if (fields.length > 0) return ['A little more', `${site} asks for the following.`];
  const offered = new Set(choices.map((choice) => choice.kind).filter((kind) => kind !== 'switch' && kind !== 'other'));
  if (offered.size === 0) return ['Your choice', `${site} asks how to go on.`];
  if (offered.size > 1) return ['Sign in', 'Choose how.'];
  const [only] = offered;
  if (only === 'mfa_method') return ['Confirm it’s you', 'How would you like to do that?'];
  if (only === 'account') return ['Choose an account', `Continue to ${site} with one of these.`];
  if (only === 'identifier_method') return ['Who is signing in?', 'Choose what to sign in with.'];
  return ['Sign in', 'Choose how.'];
}

/** What has to be done elsewhere, when the website does not say. */
export function instructionOf({ message }, site) {
  return message || `Finish signing in to ${site} on your other device.`;
}

const TIMEOUT = 'There was no answer for too long, so the sign-in was ended.';
const UNUSUAL = 'The website didn’t show a sign-in page that could be used.';
const GUARDED = 'The website didn’t let the sign-in through.';
const OURS = 'Something went wrong on our side.';

const FAILURES = {
  login_form_not_found: UNUSUAL,
  navigation_confused: UNUSUAL,
  element_not_found: UNUSUAL,
  stuck_in_loop: UNUSUAL,
  max_steps_exceeded: UNUSUAL,
  domain_not_allowed: 'The sign-in led to a website that is not allowed here.',
  max_attempts_reached: 'There were too many attempts.',
  website_error: 'The website had a problem.',
  network_error: 'The website could not be reached.',
  credentials_invalid: 'The website didn’t accept these sign-in details.',
  mfa_required: 'The website wants a second proof of identity that was not given.',
  external_action_required: 'The website wants something done that was not done.',
  unsupported_auth_method: 'The website asks for a way of signing in that is not supported, such as a passkey.',
  bot_detected: GUARDED,
  captcha_blocked: GUARDED,
  session_expired: 'The sign-in has run out.',
  no_active_flow: 'There is no sign-in under way.',
  flow_failed: 'The sign-in could not be finished.',
  awaiting_input_timeout: TIMEOUT,
  external_action_timeout: TIMEOUT,
  browser_error: OURS,
  internal_error: OURS,
};

/** Heading and explanation of a login that has ended without success. */
export function endOf(state) {
  if (state.flow_status === 'EXPIRED') return ['Time has run out', FAILURES[state.error_code] ?? TIMEOUT];
  if (state.flow_status === 'CANCELED') return ['Sign-in cancelled', 'Nothing has been changed.'];
  return ['Sign-in didn’t work', FAILURES[state.error_code] ?? 'The sign-in could not be finished.'];
}

/** Minutes and seconds, for the eye. */
export function clockText(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
