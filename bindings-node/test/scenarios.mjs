// Runs tests/scenarios against this package; tests/README.md says what they mean.

import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import Kernel from '../index.mjs';
import { Verdict } from './expect.mjs';
import { openWorld, simulator } from './simulator.mjs';

const LIMIT = 10_000;
const AT_ONCE = 16;
const KEYS = [
  'about',
  'env',
  'world',
  'client',
  'with_options',
  'call',
  'repeat',
  'cancel',
  'expect',
  'static',
  'good',
];

const KINDS = {
  configuration: Kernel.ConfigurationError,
  invalid_argument: Kernel.InvalidArgumentError,
  connection: Kernel.APIConnectionError,
  timeout: Kernel.APIConnectionTimeoutError,
  bad_request: Kernel.BadRequestError,
  authentication: Kernel.AuthenticationError,
  permission_denied: Kernel.PermissionDeniedError,
  not_found: Kernel.NotFoundError,
  conflict: Kernel.ConflictError,
  unprocessable_entity: Kernel.UnprocessableEntityError,
  rate_limit: Kernel.RateLimitError,
  internal_server: Kernel.InternalServerError,
  api_status: Kernel.APIError,
  response_validation: Kernel.APIResponseValidationError,
  response_too_large: Kernel.APIResponseTooLargeError,
};

/** Options as this package names and measures them; an option it does not have keeps its name in camel case. */
function options(wire, copy = false) {
  const named = {};
  for (const [name, value] of Object.entries(wire ?? {})) {
    if (value === '$unset') continue;
    const number = { $nan: Number.NaN, $infinity: Number.POSITIVE_INFINITY }[value] ?? value;
    // A copy's headers and query take the place of its client's; there is no option to add to them.
    const as = copy && !(name.slice(4) in wire) ? name.replace(/^set_/, '') : name;
    const camel = as
      .replace(/_(id|url)$/, (_, part) => part.toUpperCase())
      .replace(/_(\w)/g, (_, c) => c.toUpperCase());
    named[camel] = name.endsWith('timeout') && typeof number === 'number' ? number * 1000 : number;
  }
  return named;
}

async function run(scenario, verdict) {
  const unknown = Object.keys(scenario).filter((key) => !KEYS.includes(key));
  if (unknown.length > 0) throw new Error(`unknown key ${unknown}`);
  const text = JSON.stringify(scenario);
  const opened = [];
  const open = async (spec) => opened[opened.push(await openWorld(address, spec)) - 1];
  const variables = {};
  const fill = (part) =>
    JSON.parse(JSON.stringify(part), (_, value) =>
      typeof value === 'string' ? value.replace(/\$\{(\w+)\}/g, (as, name) => variables[name] ?? as) : value,
    );
  try {
    if (/\$\{refused\}/.test(text)) variables.refused = (await open({ listen: false })).baseURL;
    if (/\$\{other\}/.test(text)) variables.other = (await open()).baseURL;
    const world = await open(fill(scenario.world ?? {}));
    Object.assign(variables, { base_url: world.baseURL, ca: world.ca });
    const filled = fill(scenario);
    Object.assign(process.env, filled.env);
    await attempt(filled, world, verdict);
  } finally {
    for (const name of Object.keys(scenario.env ?? {})) delete process.env[name];
    await Promise.all(opened.map((world) => world.close()));
  }
}

async function attempt({ client: wire, with_options: copy, call, repeat = 1, cancel, expect }, world, verdict) {
  const seen = {};
  try {
    seen.client = new Kernel(options({ api_key: 'sk_test', base_url: world.baseURL, ...wire }));
    if (copy) seen.client = seen.client.withOptions(options(copy, true));
    for (let time = 0; call && time < repeat; time++) {
      delete seen.error;
      await login(seen, call, cancel, world).catch((error) => {
        seen.error = error;
      });
    }
  } catch (error) {
    seen.error = error;
  }
  if (seen.error && !expect.error && !expect.cancelled) throw seen.error;
  for (const [what, expected] of Object.entries(expect)) {
    if (!(what in CHECKS)) throw new Error(`unknown expectation ${what}`);
    await CHECKS[what](expected, seen, verdict, world);
  }
}

async function login(seen, { method, args, options: own }, cancel, world) {
  if (method !== 'auth.connections.login') throw new Error(`unknown method ${method}`);
  const { id, ...params } = args;
  const stop = cancel && new AbortController();
  const given = Object.keys(params).length > 0 ? params : undefined;
  const pending = seen.client.auth.connections.login(
    id,
    given,
    own || stop ? { ...options(own), signal: stop?.signal } : undefined,
  );
  const outcome = pending.withResponse();
  if (cancel) {
    outcome.catch(() => {}); // looked at below, even if it fails before the simulator has seen it
    await world.state(cancel === 'in_backoff' ? 'wait_completed=1' : 'wait_requests=1');
    stop.abort();
  }
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end after ${LIMIT} ms`)), LIMIT);
  });
  try {
    seen.answer = await Promise.race([outcome, late]);
  } finally {
    clearTimeout(timer);
  }
}

const CHECKS = {
  result: (expected, { answer }, verdict) => verdict.that('result', expected, answer?.data),
  response(expected, { answer }, verdict) {
    const { response, requestID, retriesTaken } = answer;
    const actual = { status: response.status, request_id: requestID, retries_taken: retriesTaken };
    verdict.that('response', withoutCase(expected), { ...actual, headers: Object.fromEntries(response.headers) });
  },
  error(expected, { error }, verdict) {
    if (!error) return verdict.fail('error', expected, 'an answer');
    const { kind, text, message_contains, reason_contains, raw_body_contains, ...facts } = expected;
    if (error.constructor !== KINDS[kind]) throw error;
    verdict.that('name', KINDS[kind].name, error.name);
    for (const part of message_contains ?? []) verdict.that('message', { $contains: part }, error.message);
    for (const part of reason_contains ?? []) verdict.that('reason', { $contains: part }, error.reason);
    if (raw_body_contains) verdict.that('raw body', { $contains: raw_body_contains }, error.rawBody);
    if (text?.node !== undefined) verdict.that('text', text.node, error.message);
    const { status, code, details, inner_error, argument, requestID, retriesTaken } = error;
    const actual = { status, code, details, inner_error, argument, request_id: requestID, retries_taken: retriesTaken };
    for (const name in facts) if (name !== 'headers' && !(name in actual)) throw new Error(`unknown fact ${name}`);
    verdict.that('error', withoutCase(facts), { ...actual, headers: Object.fromEntries(error.headers ?? []) });
  },
  cancelled(_, { error }, verdict) {
    if (!(error instanceof Kernel.APIUserAbortError)) verdict.fail('cancelled', 'APIUserAbortError', String(error));
  },
  client(expected, { client }, verdict) {
    const { baseURL, maxRetries, timeout } = client;
    verdict.that('client', expected, {
      base_url: baseURL,
      max_retries: maxRetries,
      timeout: timeout && timeout / 1000,
    });
  },
  async requests(expected, _, verdict, world) {
    const { requests } = await world.state(`wait_requests=${expected.length}`);
    const actual = requests.map(({ headers, body, ...request }) => {
      const joined = {};
      for (const [name, value] of headers) joined[name] = name in joined ? `${joined[name]}, ${value}` : value;
      return { ...request, headers: joined, body_text: body, body: parsed(body) };
    });
    if (actual.length !== expected.length) return verdict.fail('requests', expected, actual);
    expected.forEach((request, index) => {
      verdict.that(`request ${index}`, request, actual[index]);
      if (request.body) verdict.that('fields of the body', Object.keys(request.body), Object.keys(actual[index].body));
    });
  },
  async connections(expected, _, verdict, world) {
    verdict.that('connections', expected, (await world.state()).connections_total);
  },
  async aborted(expected, _, verdict, world) {
    const { requests } = await world.state(`wait_aborted=${expected}`);
    verdict.that('aborted', expected, requests.filter((request) => request.aborted).length);
  },
  never_printed(texts, { client, answer, error }, verdict) {
    for (const value of [client, answer?.data, answer?.response, error]) {
      const prints = [
        String(value),
        inspect(value, { depth: null, showHidden: true }),
        JSON.stringify(value),
        error?.stack,
      ];
      for (const text of texts)
        if (prints.some((print) => print?.includes(text))) verdict.fail('print', `no ${text}`, prints);
    }
  },
};

const withoutCase = ({ headers, ...rest }) =>
  headers
    ? { ...rest, headers: Object.fromEntries(Object.entries(headers).map(([k, v]) => [k.toLowerCase(), v])) }
    : rest;

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const address = await simulator();
const folder = process.env.KERNEL_SCENARIOS ?? fileURLToPath(new URL('../../tests/scenarios', import.meta.url));
const results = process.env.KERNEL_RESULTS;
for (const name of Object.keys(process.env)) if (/^KERNEL_|_proxy$/i.test(name)) delete process.env[name];

const tally = { passed: 0, failed: 0 };

async function judge([scenario, content]) {
  const verdict = new Verdict();
  const started = performance.now();
  await run(content, verdict).catch((error) => verdict.failures.push(inspect(error)));
  const note = verdict.failures.join('\n  ');
  const ok = note === '';
  tally[ok ? 'passed' : 'failed'] += 1;
  if (!ok) console.log(`${scenario}: ${content.about}\n  ${note}`);
  const ms = Math.round(performance.now() - started);
  if (results) appendFileSync(results, `${JSON.stringify({ scenario, language: 'node', ok, note, ms })}\n`);
}

const all = readdirSync(folder)
  .filter((file) => file.endsWith('.json') && file.includes(process.argv[2] ?? ''))
  .map((file) => [basename(file, '.json'), JSON.parse(readFileSync(join(folder, file), 'utf8'))]);
// The environment is one for all, and a short limit may pass while others keep the machine busy: such scenarios run alone.
const alone = ({ env, client, with_options, call }) =>
  env || JSON.stringify([client, with_options, call]).includes('timeout');
for (const scenario of all.filter(([, content]) => alone(content))) await judge(scenario);
const rest = all.filter(([, content]) => !alone(content));
const worker = async () => {
  for (let next = rest.pop(); next; next = rest.pop()) await judge(next);
};
await Promise.all(Array.from({ length: AT_ONCE }, worker));
console.log(`${tally.passed} passed, ${tally.failed} failed`);
process.exitCode = tally.failed > 0 ? 1 : 0;
