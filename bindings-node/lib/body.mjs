// What calls of any path send: bodies of every kind that `fetch` takes.

import { InvalidArgumentError } from './errors.mjs';
import { json, jsonBody, refusal } from './options.mjs';

/** A body as the native side takes it, or as a stream; as `fetch` takes it; and its media type where it has one. */
export function contentOf(body) {
  if (body == null) return { content: null };
  const raw = bytes(body);
  if (raw) return { content: raw, sent: body };
  if (isReadable(body)) return streamOf(body);
  const text = json(jsonBody(body, 'body', InvalidArgumentError), 'body') ?? 'null';
  return { content: text, sent: text };
}

function streamOf(body) {
  const sent = body instanceof ReadableStream || !isIterable(body) ? body : ReadableStream.from(body);
  try {
    const response = new Response(sent);
    return { content: response.body, sent, type: response.headers.get('content-type') };
  } catch (error) {
    throw refusal(InvalidArgumentError, 'body', `\`body\` cannot be read: ${error.message}`, error);
  }
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
export async function whole(content, signal) {
  if (!(content instanceof ReadableStream)) return content;
  const pieces = [];
  const write = (piece) => void pieces.push(typeof piece === 'string' ? Buffer.from(piece) : piece);
  await content.pipeTo(new WritableStream({ write }), { signal });
  return Buffer.concat(pieces);
}
