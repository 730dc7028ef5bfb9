'use strict';

// What bundlers for browsers and edge runtimes find in place of the package, by the field `browser` of package.json.

const { navigator, EdgeRuntime } = globalThis;
const here =
  EdgeRuntime !== undefined
    ? 'an edge runtime'
    : navigator?.userAgent === 'Cloudflare-Workers'
      ? "Cloudflare's workers"
      : 'a browser, or built for one';

throw new Error(
  `kernel-client: this is ${here}, where no native library can be loaded: use it in Node, on a server ` +
    "(Next.js: `export const runtime = 'nodejs'`).",
);
