export {
  simulateIotpay,
  type SimulatedForm,
  type SimulatedPayment,
  type SimulatedScript,
  type SimulatedWindow,
} from './simulate.js';
