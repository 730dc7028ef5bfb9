// Calls of paths that have no method: `client.get(path)` and its kin.

import { contentOf, whole } from './body.mjs';
import { aborted, answer, named, read, signalOf, taken } from './call.mjs';
import { concealed } from './conceal.mjs';
import { InvalidArgumentError } from './errors.mjs';
import { headers, number, refusal, requestOptions } from './options.mjs';
import { PAGE } from './page.mjs';
import { targetOf } from './plugins.mjs';
import { APIPromise } from './promise.mjs';
import { STREAM } from './stream.mjs';

/** A body of any kind: decoded where it is JSON, else as text; null where there is none. */
function made(_, body, _signal, head) {
  if (body === '') return null;
  return JSON.parse(head).is_json ? concealed(JSON.parse(body)) : body;
}

const ANY = { promise: APIPromise, native: 'request', made };
const EVENTS = { ...STREAM, native: 'requestEvents' };
const ITEMS = { ...PAGE, native: 'requestPage' };

/** Starts a call as its caller describes it, who may do so in time. */
export function request(held, described) {
  return start(held, described, (isStream) => (isStream ? EVENTS : ANY), APIPromise);
}

/** Starts a call that gives a page of a list. */
export function requestPage(held, described) {
  return start(held, described, () => ITEMS, PAGE.promise);
}

function start(held, described, kindOf, promise) {
  const read = (described) => wire(held.native, described, true);
  const given = taken(() => (typeof described?.then === 'function' ? described.then(read) : read(described)));
  return promise.of(async (isUnread) => {
    const { target, signal, call, content, isStream } = await given();
    const { native, made } = kindOf(isStream);
    const [method, path, options] = call;
    const args = [method, path, await sendable(content, signal), options, isUnread];
    return answer(signal, target, native, args, made, isUnread);
  });
}

/** What would be sent, for a program that sends it by itself. */
export async function buildRequest(held, described, context) {
  const { target, signal, call, content, body } = wire(held.native, await described, false);
  const [method, path, options] = call;
  const attempt = named({ retryCount: number(context?.retryCount) });
  // What a stream has is for whoever sends it.
  const sent = content instanceof ReadableStream ? Buffer.alloc(0) : content;
  const said = JSON.parse(read(target.prepare(method, path, sent, options, ...attempt)).body);
  const req = {
    method: said.method,
    headers: new Headers(said.headers),
    ...(signal && { signal }),
    ...(body instanceof ReadableStream && { duplex: 'half' }),
    ...(body != null && { body }),
    ...target.plugins?.fetchOptions,
  };
  return { req, url: said.url, timeout: said.timeout ?? undefined };
}

/** The address of a path, with the query of every request and this one. */
export function buildURL(held, path, query, defaultBaseURL) {
  const { target, call } = wire(held.native, { path, defaultBaseURL, ...(query != null && { query }) }, false);
  const [method, whole, options] = call;
  return JSON.parse(read(target.prepare(method, whole, null, options, 'null')).body).url;
}

/** What the native side is told; `isSent` when that is sent here. */
function wire(native, described, isSent) {
  if (described === null || typeof described !== 'object') {
    throw refusal(InvalidArgumentError, 'options', '`options` must be an object.');
  }
  const { method, path, body, stream, ...options } = described;
  const { type, content, sent } = contentOf(body);
  if (isSent && type)
    options.headers = { 'content-type': type, ...headers(options.headers, 'headers', InvalidArgumentError) };
  const call = [...named({ method, path }), requestOptions(options)];
  const target = targetOf(native, options);
  return { target, signal: signalOf(options), call, content, body: sent, isStream: Boolean(stream) };
}

/** What the native side is given of a body. */
async function sendable(content, signal) {
  try {
    return await whole(content, signal);
  } catch (error) {
    throw signal?.aborted ? aborted(signal) : error;
  }
}
