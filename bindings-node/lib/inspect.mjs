// How things print. What Node has for it is loaded when something is printed.

/** The method that prints an object. */
export const CUSTOM = Symbol.for('nodejs.util.inspect.custom');

export const inspect = (value, options) => require('node:util').inspect(value, options);
