// What the suite makes an answer of without a request, so that something is logged. Here a request is made, which a `fetch` of the
// case's own answers.

class APIPromise {
  constructor(client) {
    // biome-ignore lint/correctness/noConstructorReturn: the case awaits it
    return client.withOptions({ fetch: async () => new Response() }).get('/');
  }
}

module.exports = { APIPromise };
