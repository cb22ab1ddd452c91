import { IotpayGatewayError } from '../errors.js';
import { jsonResponse, RouteRefusal } from '../route.js';
import { CallbackError, DeadlineError } from './guard.js';
import { wordsOf, type Logger } from './log.js';

/**
 * Answers a failure on a route for browsers: in words for the shop's log, and without what is the server's own business
 * for the browser.
 */
export function answerFailure(route: string, error: unknown, log: Logger): Response {
  // A gateway that failed inside `order` is the gateway's failure all the same.
  const answer = failureOf(error instanceof CallbackError ? error.cause : error);
  const level = answer.httpStatus >= 500 ? 'error' : 'warn';
  const advice = error instanceof RouteRefusal ? ` ${error.advice}` : '';
  const cause = error instanceof RouteRefusal ? undefined : error;
  log[level](`${route}: HTTP ${answer.httpStatus}: ${wordsOf(error)}${advice}`.trim(), cause);
  return jsonResponse({ retCode: 'FAIL', retMsg: answer.retMsg }, answer.httpStatus, answer.headers);
}

function failureOf(error: unknown): {
  readonly httpStatus: number;
  readonly retMsg: string;
  readonly headers?: Readonly<Record<string, string>>;
} {
  if (error instanceof RouteRefusal)
    return { httpStatus: error.httpStatus, retMsg: error.message, headers: error.headers };
  if (error instanceof DeadlineError)
    return { httpStatus: 503, retMsg: 'The shop did not answer in time.', headers: { 'Retry-After': '2' } };
  if (!(error instanceof IotpayGatewayError)) return { httpStatus: 500, retMsg: 'The server failed.' };
  switch (error.code) {
    case 'refused':
      return { httpStatus: 502, retMsg: error.retMsg ?? 'The gateway refused.' };
    case 'timeout':
      return { httpStatus: 504, retMsg: 'The gateway did not answer in time.' };
    case 'request':
      return { httpStatus: 500, retMsg: 'The order breaks the gateway’s limits; see the server’s log.' };
    case 'network':
      return { httpStatus: 502, retMsg: 'The gateway could not be reached.' };
    default:
      return { httpStatus: 502, retMsg: 'The gateway’s answer could not be understood.' };
  }
}
