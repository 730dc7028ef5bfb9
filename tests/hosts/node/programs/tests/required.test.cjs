const calls = require('../calls.cjs');
const seen = require('./seen.cjs');

test('required, and once more after the registry of modules was reset', async () => {
  const First = require('kernel-client');
  seen(await calls(First));
  jest.resetModules();
  const Second = require('kernel-client');
  expect(Second).not.toBe(First);
  seen(await calls(Second));
  seen(await calls(First));
});
