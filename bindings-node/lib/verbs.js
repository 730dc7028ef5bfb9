'use strict';

// Calls of paths that have no method: `client.get(path)` and its kin.

const { answer, named, read, signalOf, taken } = require('./call');
const { concealed } = require('./conceal');
const { InvalidArgumentError } = require('./errors');
const { json, number, refusal: refused, requestOptions } = require('./options');
const { PAGE } = require('./page');
const { APIPromise } = require('./promise');
const { STREAM } = require('./stream');

/** A body of any kind: decoded where it is JSON, else as text; null where there is none. */
function made(_, body, _signal, head) {
  if (body === '') return null;
  return JSON.parse(head).is_json ? concealed(JSON.parse(body)) : body;
}

const ANY = { promise: APIPromise, native: 'request', made };
const EVENTS = { ...STREAM, native: 'requestEvents' };
const ITEMS = { ...PAGE, native: 'requestPage' };

/** Starts a call as its caller describes it, who may do so in time. */
function request(client, described) {
  return start(client, described, (isStream) => (isStream ? EVENTS : ANY), APIPromise);
}

/** Starts a call that gives a page of a list. */
function requestPage(client, described) {
  return start(client, described, () => ITEMS, PAGE.promise);
}

function start(client, described, kindOf, promise) {
  const given = taken(() => (typeof described?.then === 'function' ? described.then(wire) : wire(described)));
  return promise.of(async (isUnread) => {
    const { signal, words, isStream } = await given();
    const { native, made } = kindOf(isStream);
    return answer(signal, (number) => client[native](number, ...words, isUnread), made, isUnread);
  });
}

/** What would be sent, for a program that sends it by itself. */
async function buildRequest(client, described, context) {
  const { signal, words, body } = wire(await described);
  const attempt = named({ retryCount: number(context?.retryCount) });
  const { method, url, headers, timeout } = JSON.parse(read(client.prepare(...words, ...attempt)).body);
  const req = { method, headers: new Headers(headers), ...(signal && { signal }), ...(body != null && { body }) };
  return { req, url, timeout: timeout ?? undefined };
}

/** The address of a path, with the query of every request and this one. */
function buildURL(client, path, query) {
  const { words } = wire({ path, ...(query != null && { query }) });
  return JSON.parse(read(client.prepare(...words, 'null')).body).url;
}

/** What the native side is told. */
function wire(described) {
  if (described === null || typeof described !== 'object') throw refusal('options', '`options` must be an object.');
  const { method, path, body, stream, ...options } = described;
  const raw = body == null ? undefined : bytes(body);
  const text = body == null || raw ? null : json(body, 'body');
  if (text === undefined) throw refusal('body', `${BODY}, not a ${typeof body}.`);
  const words = [...named({ method, path }), raw ?? text, requestOptions(options)];
  return { signal: signalOf(options), words, body: raw ? body : text, isStream: Boolean(stream) };
}

const refusal = (argument, message) => refused(InvalidArgumentError, argument, message);

const BODY = '`body` must be JSON, a string, an ArrayBuffer or a view of one';

/** A body that is sent as it is, as it is now; `undefined` for one that is JSON. */
function bytes(body) {
  if (typeof body === 'string') return Buffer.from(body);
  if (ArrayBuffer.isView(body))
    return Buffer.copyBytesFrom(new Uint8Array(body.buffer, body.byteOffset, body.byteLength));
  if (body instanceof ArrayBuffer) return Buffer.copyBytesFrom(new Uint8Array(body));
  // JSON has no word for what these hold.
  const isOther = [SharedArrayBuffer, Blob, FormData, URLSearchParams, Map, Set].some((kind) => body instanceof kind);
  if (isOther || body[Symbol.asyncIterator]) throw refusal('body', `${BODY}, not a ${body.constructor?.name}.`);
  return undefined;
}

module.exports = { buildRequest, buildURL, request, requestPage };
