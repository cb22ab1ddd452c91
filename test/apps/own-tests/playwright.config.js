import { defineConfig } from '@playwright/test';

export default defineConfig({
  testMatch: '*.playwright.js',
  reporter: 'line',
  webServer: {
    command: 'node shop.js',
    url: 'http://localhost:3000/checkout',
    env: {
      IOTPAY_MCH_ID: '10000701',
      IOTPAY_MERCHANT_KEY: 'sandbox-shop',
      IOTPAY_LOGIN_NAME: 'sandbox',
      IOTPAY_GATEWAY_ORIGIN: 'http://127.0.0.1:4242',
    },
  },
  use: {
    launchOptions: {
      executablePath: process.env.CHROMIUM,
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    },
  },
});
