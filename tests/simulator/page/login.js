// The hosted login: follows the login of one connection, and shows the person what it needs next.

import { Connection, Refused, Unreachable } from './connection.js';
import { destination } from './destination.js';
import { answerOfChoice, answerOfFields, interactionOf } from './interaction.js';
import * as view from './view.js';
import { clockText, endOf, headingOf, instructionOf } from './words.js';

// How long a result can be read before the page goes on by itself.
const READ_SUCCESS_MS = 1500;
const READ_FAILURE_MS = 6000;
// How long the service may work without a word before it is asked.
const SILENCE_MS = 5000;
// The API ends a login that has waited for a person for so long.
const PATIENCE_MS = 10 * 60_000;
// The time that is left is shown, and said, from here on.
const SHORT_TIME_S = 120;
const SAID_AT_S = [120, 60, 30, 10];

const query = new URLSearchParams(location.search);
const [, base, id] = /^(.*)\/login\/([^/]+)\/?$/.exec(location.pathname);
const connection = new Connection(`${base}/auth/connections/${id}`);
const ended = new AbortController();
const remembered = new Map();

let profile = {};
let site = 'the website';
// When the login ends by itself, and when the waiting for the person does.
let expires = Infinity;
let waits = Infinity;
let username;
// The step on the screen: its form, if any, what identifies it, and what was sent from it.
let current = { key: '', form: null, sent: null };
// Grows with all that makes an answer out of date that was asked for before.
let age = 0;
let silence;
// How many seconds were left when that was last looked at.
let left;

view.onTryNow(() => connection.hurry());
addEventListener('online', () => connection.hurry());
// A phone that comes back from its messages may hold a stream that died meanwhile.
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') connection.hurry();
});
setInterval(tick, 1000);
start();

async function start() {
  try {
    if (!(await patiently(() => connection.open(query.get('code'))))) return showLost('incomplete');
    forgetCode();
    await patiently(ask);
    await connection.watch({
      onState(state) {
        age += 1;
        onState(state);
      },
      ask,
      onReachable: () => view.showTrouble(false),
      onUnreachable: (failures) => view.showTrouble(failures > 1),
      signal: ended.signal,
    });
  } catch (error) {
    onTrouble(error);
  }
}

/** Tries three times before a person has to be told that the service cannot be reached. */
async function patiently(call) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof Unreachable) || attempt === 3) throw error;
      await connection.pause(500 * attempt, ended.signal);
    }
  }
}

/** Asks for the state, and drops the answer if there is newer knowledge by then. */
async function ask() {
  const asked = age;
  const state = await connection.retrieve();
  if (asked === age) onState(state);
}

/** The code has done its work: it need not stay in the address and the history. */
function forgetCode() {
  query.delete('code');
  const rest = query.toString();
  history.replaceState(null, '', location.pathname + (rest && `?${rest}`));
}

function onTrouble(error) {
  if (error instanceof Unreachable) return showUnreachable();
  if (!(error instanceof Refused)) throw error;
  if (error.status === 410) return showLost('used');
  if (error.status === 401 || error.status === 403) return showLost('over');
  showLost('unknown');
}

function onState(state) {
  if (ended.signal.aborted) return;
  if (state.domain) {
    profile = { profile_name: state.profile_name, domain: state.domain };
    site = state.domain;
    view.showSite(state.domain, state.save_credentials);
  }
  if (state.flow_expires_at) expires = Date.parse(state.flow_expires_at);
  if (!state.flow_step?.startsWith('AWAITING')) waits = Infinity;
  else if (state.timestamp) waits = Date.parse(state.timestamp) + PATIENCE_MS;
  tick();
  clearTimeout(silence);
  if (!state.flow_status) return state.status === 'AUTHENTICATED' ? showSuccess() : showLost('idle');
  if (state.flow_status === 'SUCCESS') return showSuccess();
  if (['FAILED', 'EXPIRED', 'CANCELED'].includes(state.flow_status)) return showEnd(state);
  if (state.flow_step === 'AWAITING_INPUT') return showInteraction(state, false);
  if (state.flow_step === 'AWAITING_EXTERNAL_ACTION') return showInteraction(state, true);
  showWorking(state);
}

/** While something is being worked on, a state must come soon: a stream can be open and yet bring nothing. */
function expectNews() {
  clearTimeout(silence);
  silence = setTimeout(refresh, SILENCE_MS);
}

async function refresh() {
  try {
    await ask();
  } catch (error) {
    if (!(error instanceof Unreachable)) return onTrouble(error);
    expectNews();
  }
}

function showWorking(state) {
  expectNews();
  if (current.sent) {
    current.sent.accepted = true;
    return;
  }
  const key = `working ${state.flow_step}`;
  if (current.key === key) return;
  current = { key, form: null, sent: null };
  const [title, lead] =
    state.flow_step !== 'DISCOVERING'
      ? ['Signing you in', `${site} is checking your details.`]
      : state.flow_type === 'REAUTH'
        ? ['Renewing your session', `Signing in to ${site} with the saved details.`]
        : ['Opening the sign-in page', 'This takes a few seconds.'];
  view.showStep({ mood: 'busy', title, lead, content: state.flow_step === 'DISCOVERING' ? [view.skeleton()] : [] });
}

function showInteraction(state, external) {
  const interaction = interactionOf(state);
  const key = JSON.stringify([external, interaction]);
  const { sent } = current;
  // An echo of what has just been answered.
  if (sent && key === current.key && (interaction.id || !sent.accepted)) return;
  if (!sent && key === current.key) return;

  const form = new view.Form(interaction, {
    remembered,
    username,
    site,
    onFields(values, button) {
      for (const { key, kind } of interaction.fields) {
        remembered.set(key, kind === 'identifier' || kind === 'text' ? values[key] : '');
        if (kind === 'identifier') username = values[key];
      }
      send(answerOfFields(interaction, values), button);
    },
    onChoice: (choice, button) => send(answerOfChoice(interaction, choice), button),
  });
  current = { key, form, sent: null };
  const [title, lead] = headingOf(interaction, external, site, username);
  const content = [form.node];
  if (external) content.unshift(view.note(instructionOf(interaction, site), 'instruction'));
  view.showStep({ mood: external ? 'wait' : 'ask', title, lead, content, focus: external ? undefined : form.first });
}

/** Submits an answer, again if it may have been lost. The next state takes the form away. */
async function send(answer, button) {
  const { form } = current;
  const sent = { accepted: false };
  current.sent = sent;
  age += 1;
  form.setBusy(button);
  view.announce(`Signing in to ${site}.`);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await connection.submit(answer);
      sent.accepted = true;
      age += 1;
      expectNews();
      return;
    } catch (error) {
      if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
      if (error.status === 401) return onTrouble(error);
      // It may have arrived, or the website may have gone on to something else meanwhile: the state tells.
      await refresh();
      if (current.sent !== sent || sent.accepted || ended.signal.aborted) return;
      if (error instanceof Refused || attempt === 3) {
        current.sent = null;
        form.setBusy(null);
        form.showProblem(error instanceof Refused ? error.message : 'This couldn’t be sent. Please try again.');
        return;
      }
    }
  }
}

function showSuccess() {
  const target = destination(query.get('success_url'), profile);
  end({
    mood: 'done',
    badge: 'check',
    title: 'You’re signed in',
    lead: target ? 'One moment, we’re taking you back.' : `${site} is connected. You can close this page.`,
    content: target ? [view.link('Continue', target)] : [],
  });
  if (target) setTimeout(() => location.replace(target), READ_SUCCESS_MS);
}

function showEnd(state) {
  const [title, lead] = endOf(state);
  const message = state.error_message ?? state.website_error ?? lead;
  const target = destination(query.get('error_url'), { code: state.error_code, message });
  const content = [];
  if (state.website_error) content.push(view.problem(state.website_error, site));
  const details = state.flow_status === 'FAILED' && state.error_message;
  if (details && details !== state.website_error) content.push(view.note(details));
  content.push(target ? view.link('Go back', target) : view.note('To try again, go back to where you came from.'));
  end({
    mood: state.flow_status === 'FAILED' ? 'failed' : 'late',
    badge: { FAILED: 'exclamation', EXPIRED: 'clock', CANCELED: 'cross' }[state.flow_status],
    title,
    lead,
    content,
  });
  if (target) setTimeout(() => location.replace(target), READ_FAILURE_MS);
}

const LOST = {
  used: [
    'This link no longer works',
    'It opens once, and only while the sign-in is under way. If you haven’t finished, go back and start again.',
  ],
  incomplete: ['This link isn’t complete', 'Please open it again exactly as you received it.'],
  unknown: [
    'This link doesn’t work',
    'There is no sign-in that it belongs to. Please open it exactly as you received it.',
  ],
  over: ['This page was open too long', 'For your safety it no longer has access. Go back and start again.'],
  idle: ['Nothing to do here', 'There is no sign-in under way. Go back and start one.'],
};

function showLost(why) {
  const [title, lead] = LOST[why];
  const target = destination(query.get('error_url'), { message: title });
  end({ mood: 'lost', badge: 'link', title, lead, content: target ? [view.link('Go back', target)] : [] });
}

function showUnreachable() {
  view.showStep({
    mood: 'lost',
    badge: 'offline',
    title: 'No connection',
    lead: 'The sign-in service can’t be reached. Nothing is lost.',
    content: [view.button('Try again', startAgain)],
  });
}

function startAgain() {
  current = { key: '', form: null, sent: null };
  view.showStep({ mood: 'busy', title: 'One moment' });
  start();
}

function end(step) {
  ended.abort();
  clearTimeout(silence);
  view.showTrouble(false);
  view.showRemaining(null);
  current = { key: 'end', form: null, sent: null };
  view.showStep(step);
}

function tick() {
  if (ended.signal.aborted) return;
  const seconds = Math.max(0, Math.ceil((Math.min(expires, waits) - connection.now()) / 1000));
  view.showRemaining(seconds <= SHORT_TIME_S ? `Time left: ${clockText(seconds)}` : null);
  // Once: it would take the place of what was said meanwhile.
  if (SAID_AT_S.includes(seconds) && seconds !== left) view.announce(`${seconds} seconds are left for this sign-in.`);
  left = seconds;
}
