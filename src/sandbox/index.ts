export { startSandbox, type Sandbox, type SandboxEnvironment, type SandboxOptions } from './sandbox.js';
export type { DriveInstruction } from './driver.js';
export type { SandboxMerchant } from './gateway.js';
export type { ApiRequest, Card, Charge, Ledger, Notification, NotificationAttempt, Order } from './ledger.js';
export type { Quirks } from './quirks.js';
export type { Scenario } from './scenarios.js';
