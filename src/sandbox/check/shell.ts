import { spawn } from 'node:child_process';
import { isObject, type JsonObject } from '../../gateway/envelope.js';
import type { ShopOrder } from './stage.js';

/** How long a command of the merchant's may take, in milliseconds. */
const COMMAND_MS = 60_000;

/**
 * Runs a command of the merchant's in a shell. What it leaves running in the background (a backend that it has started)
 * is not waited for.
 * @param option - whose command it is, for the error
 * @returns what it has printed, without white space around it
 * @throws Error where it fails or takes too long
 */
export function runShell(option: string, command: string, order?: ShopOrder): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = {
      ...process.env,
      ...(order ? { IOTPAY_CHECK_ORDER: order.name, IOTPAY_CHECK_DATA: JSON.stringify(order.data) } : {}),
    };
    const child = spawn(command, {
      shell: true,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: COMMAND_MS,
    });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      // A tick later, so that what was printed has arrived: a background process keeps the pipe open, so its end says nothing.
      setImmediate(() => {
        child.stdout.destroy();
        if (code === 0) resolve(text.trim());
        else reject(new Error(`${option} ended with ${signal ?? `exit status ${code}`}: ${command}`));
      });
    });
  });
}

/**
 * The page's request-data.
 * @param order - stands in for `{order}`
 * @throws Error for what is no JSON object
 */
export function dataOf(option: string, text: string, order: string): JsonObject {
  let data: unknown;
  try {
    data = JSON.parse(text, (_name, value: unknown) =>
      typeof value === 'string' ? value.replaceAll('{order}', () => order) : value,
    );
  } catch {
    data = undefined;
  }
  if (isObject(data)) return data;
  throw new Error(
    `${option}: expected a JSON object such as {"orderId":"{order}"}, got ${text.slice(0, 200)}`,
  );
}
