import node from '@astrojs/node';
import { defineConfig } from 'astro/config';

export default defineConfig({
  output: 'server',
  adapter: node({ mode: 'standalone' }),
  // IOTPay's notifications may be written as forms, and come from no page: src/middleware.js has Astro's check.
  security: { checkOrigin: false },
  devToolbar: { enabled: false },
});
