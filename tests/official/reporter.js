// What node:test found, and the count as the last line.

export default async function* report(events) {
  let passed = 0;
  let failed = 0;
  for await (const { type, data } of events) {
    if (type === 'test:stderr' || type === 'test:stdout') yield data.message;
    // A file that holds tests is no test.
    if (data.details?.type === 'suite') continue;
    // A test that was left out shows nothing.
    if (type === 'test:fail' || data.skip !== undefined || data.todo !== undefined) {
      failed += 1;
      const error = data.details?.error;
      yield `FAILED ${data.name}\n${error?.cause?.stack ?? error?.stack ?? error ?? 'skipped'}\n`;
    } else if (type === 'test:pass') {
      passed += 1;
      yield `ok ${data.name}\n`;
    }
  }
  yield `${passed} passed, ${failed} failed\n`;
}
