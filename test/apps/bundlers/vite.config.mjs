import { defineConfig } from 'vite';

export default defineConfig({
  build: {
    outDir: 'bundled',
    lib: { entry: 'entries.js', formats: ['es'], fileName: 'entries' },
    rollupOptions: { external: 'react' },
  },
});
