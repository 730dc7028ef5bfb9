// Holds what happened against what a scenario expects.

const TYPES = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  array: Array.isArray,
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

const MATCHERS = {
  $type: (type, actual) => TYPES[type](actual),
  $absent: (absent, actual) => (actual === undefined || actual === null) === absent,
  $contains: (part, actual) => typeof actual === 'string' && actual.includes(part),
  $matches: (pattern, actual) => typeof actual === 'string' && new RegExp(pattern).test(actual),
  $max: (limit, actual) => typeof actual === 'number' && actual <= limit,
  $instant: (instant, actual) => Date.parse(actual) === Date.parse(instant),
  $lang: (byLanguage, actual) => !('node' in byLanguage) || matches(byLanguage.node, actual),
};

/** Whether `actual` is as expected: equal, or what a matcher says. Objects may have more keys than expected. */
export function matches(expected, actual) {
  if (Array.isArray(expected)) {
    return (
      Array.isArray(actual) &&
      actual.length === expected.length &&
      expected.every((item, index) => matches(item, actual[index]))
    );
  }
  if (!TYPES.object(expected)) return Object.is(expected, actual);
  const [name] = Object.keys(expected);
  if (name?.startsWith('$')) {
    if (!(name in MATCHERS)) throw new Error(`unknown matcher ${name}`);
    return MATCHERS[name](expected[name], actual);
  }
  return TYPES.object(actual) && Object.entries(expected).every(([key, value]) => matches(value, actual[key]));
}

/** Collects what does not hold, each with both sides. */
export class Verdict {
  failures = [];

  that(what, expected, actual) {
    if (!matches(expected, actual)) this.fail(what, expected, actual);
  }

  fail(what, expected, actual) {
    this.failures.push(`${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`);
  }
}
