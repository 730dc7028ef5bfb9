'use strict';

// What the start of Node takes, and a package that it loads then: `load.cjs [NAME]`; NAME is found from the working
// directory. It is a file, as programs are: with `--eval` the first package takes Node a millisecond more.

const { createRequire } = require('node:module');

const load = createRequire(`${process.cwd()}/`);
const [name] = process.argv.slice(2);
if (name) load(name);
const { user, system } = process.cpuUsage();
console.log(JSON.stringify({ cpu_us: user + system, wall_us: 0, units: 1 }));
