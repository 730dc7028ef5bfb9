// What a caller writes, in the names and units of the core. What the values may be is for the core to say.

import { ConfigurationError, InvalidArgumentError } from './errors.mjs';
import native from './native.mjs';

const CLIENT = {
  apiKey: ['api_key'],
  projectID: ['project_id'],
  project: ['project'],
  environment: ['environment'],
  baseURL: ['base_url'],
  timeout: ['timeout', seconds],
  connectTimeout: ['connect_timeout', seconds],
  totalTimeout: ['total_timeout', seconds],
  maxRetries: ['max_retries', number],
  defaultHeaders: ['default_headers', headers],
  defaultQuery: ['default_query', plain],
  logLevel: ['log_level'],
  proxy: ['proxy'],
  rootCertificates: ['root_certificates'],
  maxResponseBytes: ['max_response_bytes', number],
  maxEventBytes: ['max_event_bytes', number],
  idleTimeout: ['idle_timeout', seconds],
  // These stay on this side.
  fetch: ['fetch', nothing],
  fetchOptions: ['fetch_options', nothing],
  logger: ['logger', nothing],
};

// Headers and query given to `withOptions` take the place of the client's own.
const COPY = {
  ...CLIENT,
  defaultHeaders: ['set_default_headers', headers],
  defaultQuery: ['set_default_query', plain],
};

const REQUEST = {
  headers: ['headers', headers],
  query: ['query', plain],
  extraBody: ['extra_body'],
  timeout: ['timeout', seconds],
  totalTimeout: ['total_timeout', seconds],
  maxRetries: ['max_retries', number],
  reconnect: ['reconnect'],
  idleTimeout: ['idle_timeout', seconds],
  method: ['method'],
  path: ['path'],
  body: ['body', jsonBody],
  defaultBaseURL: ['default_base_url'],
  // These stay on this side; the API knows no keys of idempotency.
  signal: ['signal', nothing],
  fetchOptions: ['fetch_options', nothing],
  idempotencyKey: ['idempotency_key', nothing],
};

const clientOptions = (given) => wire(given, CLIENT, ConfigurationError);
export const copyOptions = (given) => wire(given, COPY, ConfigurationError);
export const requestOptions = (given) => wire(given, REQUEST, InvalidArgumentError);

/** What a native client is made of: options, plugins, the runtime's version, and the variables that it reads. */
export function clientArguments(options, plugins) {
  const environment = {};
  for (const name of native.environment()) environment[name] = process.env[name];
  return [clientOptions(options), plugins?.brought, process.version, environment];
}

/** JSON of the options under the core's names. */
function wire(given, names, Refusal) {
  if (given === null || typeof given !== 'object') throw refusal(Refusal, 'options', '`options` must be an object.');
  const named = {};
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(names, name)) {
      throw refusal(Refusal, name, `\`${name}\` is not a known option; there are ${Object.keys(names).join(', ')}.`);
    }
    const [as, convert] = names[name];
    named[as] = convert ? convert(value, name, Refusal) : value;
  }
  return json(named, 'options', Refusal);
}

function nothing() {
  return undefined;
}

export function seconds(milliseconds) {
  return typeof milliseconds === 'number' ? number(milliseconds / 1000) : milliseconds;
}

/** JSON would make NaN and Infinity null, which means something else: the core is to see that they are no numbers. */
export function number(value) {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

/** JSON would make nothing of a Map or of URLSearchParams, nor of what is there and undefined: that takes a default out. */
function plain(given, name, Refusal) {
  if (given === null || typeof given !== 'object') return given;
  if (typeof given[Symbol.iterator] === 'function') {
    throw refusal(Refusal, name, `\`${name}\` must be an object.`);
  }
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, value ?? null]));
}

/** Headers as one object, in order; a name given twice holds both values, as HTTP has it. */
export function headers(given, name, Refusal) {
  if (given === null || typeof given !== 'object') return given;
  const named = Object.create(null);
  const pairs = typeof given[Symbol.iterator] === 'function' ? given : Object.entries(given);
  for (const pair of pairs) {
    if (!Array.isArray(pair) || typeof pair[0] !== 'string') {
      throw refusal(Refusal, name, `\`${name}\` must be an object, Headers, or an array of [name, value] pairs.`);
    }
    const [header, value] = pair;
    if (value === undefined) continue;
    const text = Array.isArray(value) ? value.join(', ') : value;
    const before = named[header];
    named[header] = typeof before === 'string' && typeof text === 'string' ? `${before}, ${text}` : text;
  }
  return named;
}

/** A body that JSON has words for. */
export function jsonBody(body, name, Refusal) {
  const isOther = [ArrayBuffer, SharedArrayBuffer, Blob, FormData, Map, ReadableStream, Set, URLSearchParams].some(
    (kind) => body instanceof kind,
  );
  if (isOther || ArrayBuffer.isView(body) || ['bigint', 'function', 'symbol'].includes(typeof body)) {
    throw refusal(
      Refusal,
      name,
      `\`${name}\` must be what JSON can hold, not a ${body.constructor?.name ?? typeof body}.`,
    );
  }
  return body;
}

/** JSON of an argument; `undefined` where there is none. */
export function json(value, argument, Refusal = InvalidArgumentError) {
  try {
    return JSON.stringify(value);
  } catch (cause) {
    throw refusal(Refusal, argument, `\`${argument}\` cannot be written as JSON: ${cause.message}.`, cause);
  }
}

export function refusal(Refusal, argument, message, cause) {
  return Object.assign(new Refusal(message, cause && { cause }), { argument });
}
