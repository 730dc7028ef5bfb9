// What the page says. Texts of the website and of the API are said in their own words, as text.

/** The heading of a step, and the line under it. */
export function headingOf({ fields, choices, message }, external, site) {
  const kinds = new Set(fields.map((field) => field.kind));
  if (external) return ['One more step', message || `Finish signing in to ${site} on your other device.`];
  if (kinds.has('secret')) return ['Connect your authenticator', 'The key lets new codes be made whenever they are needed.'];
  if (kinds.has('password') && kinds.has('identifier')) return ['Sign in', `Use your account at ${site}.`];
  if (kinds.has('password')) return ['Enter your password'];
  if (kinds.has('identifier')) return ['Sign in', `Use your account at ${site}.`];
  if (kinds.has('code') || kinds.has('totp')) return ['Enter the code', `${site} wants to be sure that it is you.`];
  if (fields.length > 0) return ['A little more', `${site} asks for the following.`];
  const offered = new Set(choices.map((choice) => choice.kind).filter((kind) => kind !== 'switch'));
  if (offered.size === 1 && offered.has('mfa_method')) return ['Confirm that it is you', 'How would you like to do that?'];
  if (offered.size === 1 && offered.has('account')) return ['Choose an account', `You have more than one at ${site}.`];
  if (offered.size === 1 && offered.has('identifier_method')) return ['Who is signing in?', 'Choose what to sign in with.'];
  if (offered.size === 1 && offered.has('other')) return ['Your choice', `${site} asks how to go on.`];
  return ['Sign in', 'Choose how.'];
}

const TIMEOUT = 'There was no answer for too long, so the sign-in was ended.';
const UNUSUAL = 'The website did not show a sign-in page that could be used.';
const GUARDED = 'The website did not let the sign-in through.';
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
  credentials_invalid: 'The website did not accept these sign-in details.',
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
  return ['Sign-in did not work', FAILURES[state.error_code] ?? 'The sign-in could not be finished.'];
}

/** Minutes and seconds, for the eye. */
export function clockText(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
