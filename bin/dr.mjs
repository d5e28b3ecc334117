#!/usr/bin/env node
// The command line: `dr <command>`. Quiet when everything is installed.
process.argv.splice(2, 0, 'src/cli.ts');
await import('./start.mjs');
