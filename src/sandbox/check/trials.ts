import type { Trial } from './trial.js';
import { FALSE_NOTIFICATION_TRIALS } from './trials/false-notifications.js';
import { FORM_TRIALS } from './trials/forms.js';
import { GATEWAY_TRIALS } from './trials/gateway.js';
import { NOTIFICATION_TRIALS } from './trials/notifications.js';
import { OTHER_TRIALS } from './trials/others.js';
import { OUTCOME_TRIALS } from './trials/outcomes.js';
import { REQUEST_TRIALS } from './trials/requests.js';

/** Every trial, in the order in which they are run: the first one decides whether the others make sense. */
export const TRIALS: readonly Trial[] = [
  ...FORM_TRIALS,
  ...OUTCOME_TRIALS,
  ...NOTIFICATION_TRIALS,
  ...FALSE_NOTIFICATION_TRIALS,
  ...REQUEST_TRIALS,
  ...GATEWAY_TRIALS,
  ...OTHER_TRIALS,
];
