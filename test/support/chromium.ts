import puppeteer, { type Browser } from 'puppeteer-core';
import { requireBrowsers } from './browsers.js';
import { isRoot } from './debian.js';

/** A headless Chromium (Chrome, Edge) for tests that run in Node and drive pages from outside. */
export function launchChromium(args: readonly string[] = []): Promise<Browser> {
  return puppeteer.launch({
    executablePath: requireBrowsers(['chromium']).chromium ?? '',
    args: [...(isRoot() ? ['--no-sandbox'] : []), ...args],
  });
}
