import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';

const entries = readdirSync('entries').map((file) => [file.replace(/\.js$/, ''), `./entries/${file}`]);

export default {
  mode: 'production',
  target: process.env.PLATFORM === 'server' ? 'node20' : 'web',
  entry: Object.fromEntries(entries),
  experiments: { outputModule: true },
  output: { path: resolve('bundled'), filename: '[name].js', library: { type: 'module' } },
  performance: { hints: false },
};
