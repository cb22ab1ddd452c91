import { readdirSync } from 'node:fs';
import commonjs from '@rollup/plugin-commonjs';
import json from '@rollup/plugin-json';
import nodeResolve from '@rollup/plugin-node-resolve';
import replace from '@rollup/plugin-replace';

const isServer = process.env.PLATFORM === 'server';

export default {
  input: readdirSync('entries').map((file) => `entries/${file}`),
  external: isServer ? /^node:/ : [],
  plugins: [
    nodeResolve(isServer ? { exportConditions: ['node'], preferBuiltins: true } : { browser: true }),
    commonjs(),
    json(),
    replace({ preventAssignment: true, 'process.env.NODE_ENV': '"production"' }),
  ],
  output: { dir: 'bundled', format: 'es', entryFileNames: '[name].js' },
};
