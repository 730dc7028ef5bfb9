'use strict';

// Lists that come page by page.

const { answer, call } = require('./call');
const { concealed } = require('./conceal');
const { APIPromise } = require('./promise');

/** A part of a list, and the way to the next part. */
class OffsetPagination {
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
class PagePromise extends APIPromise {
  async *[Symbol.asyncIterator]() {
    yield* await this;
  }
}

const made = (native, body, signal) => new OffsetPagination(native, (JSON.parse(body) ?? []).map(concealed), signal);
const PAGE = { promise: PagePromise, made };

/** Starts a call that gives a page. */
function list(held, method, path, params, options) {
  return call(held, method, path, params, options, PAGE);
}

module.exports = { OffsetPagination, PAGE, PagePromise, list };
