export { startSandbox, type Sandbox, type SandboxEnvironment } from './sandbox.js';
export type { CardChoice } from './card-choice.js';
export type { DriveInstruction } from './driver.js';
export type { Fault, FaultKind } from './faults.js';
export type {
  ApiRequest,
  Card,
  Charge,
  Ledger,
  Notification,
  NotificationAttempt,
  Order,
  OrderChannel,
} from './ledger.js';
export type { NotificationControls } from './notifications.js';
export type { SandboxOptions } from './options.js';
export type { NotificationFormat, Quirks } from './quirks.js';
export type { Scenario } from './scenarios.js';
export type { PayOutcome, SaveCardOutcome } from './shopper.js';
export type { SandboxMerchant } from './wire.js';
export { testStore } from './test-store.js';
