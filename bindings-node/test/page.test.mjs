// Lists, page by page.

import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { APIPromise, APIUserAbortError, KernelError, OffsetPagination, PagePromise } from 'kernel-client';
import { simulator } from './simulator.mjs';

const simulated = await simulator();

/** A world with five connections. */
async function five(t, spec) {
  const connections = Array.from({ length: 5 }, (_, n) => ({ id: `ma_${n}` }));
  const world = await simulated.openWorld({ connections, ...spec });
  t.after(() => world.close());
  return { world, list: (...args) => world.client.auth.connections.list(...args) };
}

const ids = (items) => items.map(({ id }) => id);

test('awaited, it is a page', async (t) => {
  const { world, list } = await five(t);
  const listing = list({ limit: 2 });
  assert.ok(listing instanceof PagePromise && listing instanceof APIPromise);
  const page = await listing;
  assert.ok(page instanceof OffsetPagination);
  assert.deepEqual(ids(page.items), ['ma_0', 'ma_1']);
  assert.equal(page.getPaginatedItems(), page.items);
  assert.deepEqual([page.has_more, page.next_offset, page.hasNextPage()], [true, 2, true]);
  assert.equal((await listing.withResponse()).response.headers.get('x-next-offset'), '2');
  assert.equal((await world.state()).requests.length, 1);
});

test('iterated over, it is the items of all pages, each asked for when it is wanted', async (t) => {
  const { world, list } = await five(t);
  const seen = [];
  for await (const { id } of list({ limit: 2 })) {
    seen.push(id);
    assert.equal((await world.state()).requests.length, Math.ceil(seen.length / 2));
  }
  assert.deepEqual(seen, ['ma_0', 'ma_1', 'ma_2', 'ma_3', 'ma_4']);
});

test('a page is iterated over in the same way, and page by page', async (t) => {
  const { list } = await five(t);
  const page = await list({ limit: 2, offset: 1 });
  const items = [];
  for await (const item of page) items.push(item);
  assert.deepEqual(ids(items), ['ma_1', 'ma_2', 'ma_3', 'ma_4']);
  const pages = [];
  for await (const each of page.iterPages()) pages.push(ids(each.items));
  assert.deepEqual(pages, [
    ['ma_1', 'ma_2'],
    ['ma_3', 'ma_4'],
  ]);
});

test('the next page is one like it, and comes with its response', async (t) => {
  const { world, list } = await five(t);
  const page = await list({ limit: 3 }, { headers: { 'x-trace': '1' } });
  const { data: next, response } = await page.getNextPage().withResponse();
  assert.ok(next instanceof OffsetPagination);
  assert.deepEqual([ids(next.items), response.status], [['ma_3', 'ma_4'], 200]);
  const { requests } = await world.state();
  assert.equal(requests[1].query, 'limit=3&offset=3');
  assert.equal(Object.fromEntries(requests[1].headers)['x-trace'], '1');
});

test('after the last page there is none', async (t) => {
  const { world, list } = await five(t);
  const page = await list();
  assert.ok(!page.hasNextPage());
  await assert.rejects(page.getNextPage(), (error) => {
    assert.equal(error.constructor, KernelError);
    assert.match(error.message, /^No next page expected/);
    return true;
  });
  assert.equal((await world.state()).requests.length, 1);
});

test('the signal of the list holds for all its pages', async (t) => {
  const { world, list } = await five(t, { faults: [{ pass: true }, { stall: 'headers' }] });
  const stop = new AbortController();
  const page = await list({ limit: 2 }, { signal: stop.signal });
  assert.equal(getEventListeners(stop.signal, 'abort').length, 0);
  const next = assert.rejects(page.getNextPage(), APIUserAbortError);
  await world.state('wait_requests=2');
  stop.abort();
  await next;
  await world.state('wait_aborted=1');
  await assert.rejects(page.getNextPage(), APIUserAbortError);
  assert.equal((await world.state()).requests.length, 2);
  assert.equal(getEventListeners(stop.signal, 'abort').length, 0);
});

test('it prints and is written as what it has', async (t) => {
  const { list } = await five(t);
  const page = await list({ limit: 1 });
  assert.match(inspect(page), /^OffsetPagination \{\n {2}items: \[\n.*has_more: true,\n {2}next_offset: 1\n\}$/s);
  assert.deepEqual(Object.keys(JSON.parse(JSON.stringify(page))), ['items', 'has_more', 'next_offset']);
});
