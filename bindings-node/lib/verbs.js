'use strict';

// Calls of paths that have no method: `client.get(path)` and its kin.

const { aborted, answer, named, read, signalOf, taken } = require('./call');
const { concealed } = require('./conceal');
const { InvalidArgumentError } = require('./errors');
const { headers, json, number, refusal: refused, requestOptions } = require('./options');
const { PAGE } = require('./page');
const { targetOf } = require('./plugins');
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
function request(held, described) {
  return start(held, described, (isStream) => (isStream ? EVENTS : ANY), APIPromise);
}

/** Starts a call that gives a page of a list. */
function requestPage(held, described) {
  return start(held, described, () => ITEMS, PAGE.promise);
}

function start(held, described, kindOf, promise) {
  const read = (described) => wire(held.native, described, true);
  const given = taken(() => (typeof described?.then === 'function' ? described.then(read) : read(described)));
  return promise.of(async (isUnread) => {
    const { target, signal, call, content, isStream } = await given();
    const { native, made } = kindOf(isStream);
    const [method, path, options] = call;
    const args = [method, path, await whole(content, signal), options, isUnread];
    return answer(signal, target, native, args, made, isUnread);
  });
}

/** What would be sent, for a program that sends it by itself. */
async function buildRequest(held, described, context) {
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
function buildURL(held, path, query, defaultBaseURL) {
  const { target, call } = wire(held.native, { path, defaultBaseURL, ...(query != null && { query }) }, false);
  const [method, whole, options] = call;
  return JSON.parse(read(target.prepare(method, whole, null, options, 'null')).body).url;
}

/** What the native side is told; `isSent` when that is sent here. */
function wire(native, described, isSent) {
  if (described === null || typeof described !== 'object') throw refusal('options', '`options` must be an object.');
  const { method, path, body, stream, ...options } = described;
  const { type, content, sent } = contentOf(body, options.headers);
  if (isSent && type)
    options.headers = { 'content-type': type, ...headers(options.headers, 'headers', InvalidArgumentError) };
  const call = [...named({ method, path }), requestOptions(options)];
  const target = targetOf(native, options);
  return { target, signal: signalOf(options), call, content, body: sent, isStream: Boolean(stream) };
}

const refusal = (argument, message) => refused(InvalidArgumentError, argument, message);

/** A body as the native side takes it, or as a stream; as `fetch` takes it; and its media type where it has one. */
function contentOf(body, given) {
  if (body == null) return { content: null };
  const raw = bytes(body);
  if (raw) return { content: raw, sent: body };
  if (isReadable(body)) return streamOf(body);
  // What would be sent is JSON, whatever its header says.
  if (/^application\/x-www-form-urlencoded/i.test(contentTypeOf(given))) {
    throw refusal('body', '`body` must be URLSearchParams or a text where its Content-Type is that of a form.');
  }
  const text = json(body, 'body');
  // JSON has no word for what these hold.
  if (text === undefined || [SharedArrayBuffer, Map, Set].some((kind) => body instanceof kind)) {
    throw refusal(
      'body',
      `\`body\` must be JSON, text, bytes, or what has them, not a ${body.constructor?.name ?? typeof body}.`,
    );
  }
  return { content: text, sent: text };
}

function streamOf(body) {
  const sent = body instanceof ReadableStream || !isIterable(body) ? body : ReadableStream.from(body);
  try {
    const response = new Response(sent);
    return { content: response.body, sent, type: response.headers.get('content-type') };
  } catch (error) {
    throw refused(InvalidArgumentError, 'body', `\`body\` cannot be read: ${error.message}`, error);
  }
}

function contentTypeOf(given) {
  const all = Object.entries(headers(given, 'headers', InvalidArgumentError) ?? {});
  return all.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
}

/** Bytes that are sent as they are, as they are now. */
function bytes(body) {
  if (typeof body === 'string') return Buffer.from(body);
  if (ArrayBuffer.isView(body))
    return Buffer.copyBytesFrom(new Uint8Array(body.buffer, body.byteOffset, body.byteLength));
  if (body instanceof ArrayBuffer) return Buffer.copyBytesFrom(new Uint8Array(body));
  return undefined;
}

/** What is read before it is sent, so that it can be sent again. */
function isReadable(body) {
  return [ReadableStream, Blob, FormData, URLSearchParams].some((kind) => body instanceof kind) || isIterable(body);
}

/** What gives pieces: an object with an iterator is an object like any other. */
function isIterable(body) {
  if (typeof body !== 'object') return false;
  if (typeof body[Symbol.asyncIterator] === 'function') return !(body instanceof ReadableStream);
  return typeof body[Symbol.iterator] === 'function' && typeof body.next === 'function';
}

/** All of a body. */
async function whole(content, signal) {
  if (!(content instanceof ReadableStream)) return content;
  const pieces = [];
  try {
    const write = (piece) => void pieces.push(typeof piece === 'string' ? Buffer.from(piece) : piece);
    await content.pipeTo(new WritableStream({ write }), { signal });
  } catch (error) {
    throw signal?.aborted ? aborted(signal) : error;
  }
  return Buffer.concat(pieces);
}

module.exports = { buildRequest, buildURL, request, requestPage };
