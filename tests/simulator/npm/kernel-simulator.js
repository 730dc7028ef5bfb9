#!/usr/bin/env node

// Runs the program of this platform, which npm installed as a package of its own.

const { spawn } = require('node:child_process');

const { platform, arch } = process;
const PACKAGE = `kernel-simulator-${platform}-${arch}${platform === 'linux' ? '-gnu' : ''}`;

function program() {
  try {
    return require.resolve(`${PACKAGE}/kernel-simulator`);
  } catch {
    console.error(`kernel-simulator: the package ${PACKAGE} is not installed, or there is none for this platform`);
    process.exit(1);
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const child = spawn(program(), process.argv.slice(2), { stdio: 'inherit' });
// What is meant to end this program ends that one, and then this.
const pass = (signal) => child.kill(signal);
for (const signal of SIGNALS) process.on(signal, pass);
child.once('error', (error) => {
  console.error(`kernel-simulator: ${error.message}`);
  process.exitCode = 1;
});
child.once('exit', (code, signal) => {
  for (const each of SIGNALS) process.off(each, pass);
  if (signal) process.kill(process.pid, signal);
  else process.exitCode = code;
});
