/// <reference types="mocha" />
import type { TestServers } from './servers.js';

declare global {
  /** Put into every page under test by the test runner's HTML. */
  var testServers: TestServers;
}
