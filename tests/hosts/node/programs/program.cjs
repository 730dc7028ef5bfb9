'use strict';

const Kernel = require('kernel-client');
const calls = require('./calls.cjs');

calls(Kernel).then(console.log);
