import { readdirSync } from 'node:fs';
import { defineConfig } from 'vite';

const isServer = process.env.PLATFORM === 'server';
const entries = readdirSync('entries').map((file) => [file.replace(/\.js$/, ''), `entries/${file}`]);

export default defineConfig({
  build: {
    outDir: 'bundled',
    ssr: isServer,
    modulePreload: false,
    rollupOptions: {
      input: Object.fromEntries(entries),
      preserveEntrySignatures: 'exports-only',
      output: { entryFileNames: '[name].js' },
    },
  },
  // Left alone, Vite would leave every package out of a build for servers.
  ssr: { noExternal: true },
});
