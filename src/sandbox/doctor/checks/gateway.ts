import { createIotpay, type Iotpay } from '../../../server/client.js';
import { IotpayGatewayError } from '../../../server/errors.js';
import type { Check, Examination } from '../examination.js';
import { ok, problem, warning, type Finding } from '../finding.js';

/** In cents: of an order that nobody pays. */
const AMOUNT_CENTS = 100;
/** Where nobody gave addresses of their own: nothing is ever sent there, since nobody pays. */
const SOMEWHERE = 'https://shop.example/';

/** Whether the gateway can be reached and takes our signature: by a purchase whose form nobody sees. */
export const gateway: Check = {
  title: 'Gateway',
  async run(examination) {
    let iotpay: Iotpay;
    try {
      iotpay = clientOf(examination);
    } catch (error) {
      return [
        problem(
          `The gateway could not be asked. ${(error as Error).message}`,
          'Mend what “Environment” says, then ask again.',
        ),
      ];
    }
    const { page, notifyUrl, now } = examination;
    const mchOrderNo = `doctor-${now().toString(36)}`;
    try {
      await iotpay.purchase({
        mchOrderNo,
        amount: AMOUNT_CENTS,
        currency: 'CAD',
        channel: 'PF_CC',
        notifyUrl: notifyUrl ?? SOMEWHERE,
        returnUrl: page ?? SOMEWHERE,
      });
    } catch (error) {
      return [failed(error)];
    }
    return [
      ok(
        `The gateway took a signed purchase (${mchOrderNo}); nobody can pay it, and it expires within an hour.`,
      ),
      await query(iotpay, mchOrderNo),
    ];
  },
};

function clientOf({ env, gatewayOrigin, timeoutMs }: Examination): Iotpay {
  return createIotpay({
    mchId: env['IOTPAY_MCH_ID'] ?? '',
    merchantKey: env['IOTPAY_MERCHANT_KEY'] ?? '',
    loginName: env['IOTPAY_LOGIN_NAME'] ?? '',
    gatewayOrigin,
    timeout: timeoutMs,
  });
}

async function query(iotpay: Iotpay, mchOrderNo: string): Promise<Finding> {
  try {
    const { status } = await iotpay.queryOrder({ mchOrderNo });
    if (status === 0) return ok('It can be asked about, and is not paid.');
    return warning(
      `It can be asked about, and has status ${status}; 0 (pending) was expected.`,
      'Tell IOTPay, and look at how your shop reads an order that nobody has paid.',
    );
  } catch (error) {
    return problem(
      `It could not be asked about. ${(error as Error).message}`,
      'Without it an unknown outcome stays unknown: ask IOTPay whether your account may use cc_query.',
    );
  }
}

function failed(error: unknown): Finding {
  if (!(error instanceof IotpayGatewayError)) throw error;
  switch (error.code) {
    case 'refused': {
      // The client's words name the variable where the cause is a likely one.
      const [variable] = /IOTPAY_[A-Z_]+/.exec(error.message) ?? [];
      return problem(
        error.message,
        variable
          ? `Look at ${variable}: it must be of the same account as the others, and of the same gateway.`
          : 'Ask IOTPay what its words mean for your account (is this channel switched on?).',
      );
    }
    case 'request':
      return problem(error.message, 'Give addresses that IOTPay takes: --page, --notify-url.');
    case 'network':
    case 'timeout':
      return problem(
        error.message,
        'Let this machine reach the gateway: outgoing HTTPS, DNS, proxy, firewall. Run the doctor where your backend runs.',
      );
    default:
      return problem(error.message, 'Try again in a few minutes; if it stays so, ask IOTPay.');
  }
}
