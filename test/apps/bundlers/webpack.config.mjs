import { resolve } from 'node:path';

export default {
  mode: 'production',
  entry: './entries.js',
  externals: { react: 'React' },
  output: { path: resolve('bundled') },
};
