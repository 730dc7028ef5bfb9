// Lists that come page by page.

import { answer, call } from './call.mjs';
import { concealed } from './conceal.mjs';
import { APIPromise } from './promise.mjs';

/** A part of a list, and the way to the next part. */
export class OffsetPagination {
  #native;
  #signal;

  constructor(native, items, signal) {
    this.#native = native;
    this.#signal = signal;
    this.items = items;
    this.has_more = native.hasMore;
    this.next_offset = native.nextOffset;
  }

  getPaginatedItems() {
    return this.items;
  }

  hasNextPage() {
    return this.#native.hasNext;
  }

  getNextPage() {
    const native = this.#native;
    return PagePromise.of(() => answer(this.#signal, native, 'next', [], made));
  }

  async *iterPages() {
    let page = this;
    yield page;
    while (page.hasNextPage()) {
      page = await page.getNextPage();
      yield page;
    }
  }

  async *[Symbol.asyncIterator]() {
    for await (const page of this.iterPages()) yield* page.items;
  }
}

/** The promise of a page; iterating over it goes through the items of this page and all that follow. */
export class PagePromise extends APIPromise {
  async *[Symbol.asyncIterator]() {
    yield* await this;
  }
}

function made(native, body, signal) {
  const items = JSON.parse(body) ?? [];
  for (const item of items) concealed(item);
  return new OffsetPagination(native, items, signal);
}

export const PAGE = { promise: PagePromise, made };

/** Starts a call that gives a page. */
export function list(held, method, path, params, options) {
  return call(held, method, path, params, options, PAGE);
}
