import { afterEach, expect, test } from 'vitest';
import 'iotpay-checkout';
import { simulateIotpay } from 'iotpay-checkout/sandbox/unit';
import { everywhere } from './everywhere.js';

everywhere({ test, expect, afterEach }, { simulateIotpay });
