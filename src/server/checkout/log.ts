import { asText } from '../../gateway/envelope.js';
import { kindOf } from './kind.js';

/** How bad a line is: `warn`, something was refused or is not known yet; `error`, somebody has to look at it. */
export type LogLevel = 'warn' | 'error';

/**
 * Receives what the merchant's half has to say: one line, in English, with the route or the order, the reason and what to
 * do. No key, secureId or card number is ever in it.
 */
export type Log = (line: string, details: { readonly level: LogLevel; readonly error?: unknown }) => void;

/** To the console, with the error and its causes behind the line. */
export const consoleLog: Log = (line, { level, error }) => {
  const parts = error === undefined ? [] : [error];
  console[level](`iotpay-checkout: ${line}`, ...parts);
};

/** The log as the library uses it: one that throws takes nothing down with it. */
export interface Logger {
  warn(line: string, error?: unknown): void;
  error(line: string, error?: unknown): void;
}

export function loggerOf(log: Log): Logger {
  const write = (level: LogLevel, line: string, error: unknown) => {
    const details = error === undefined ? { level } : { level, error };
    const fall = (broken: unknown) => {
      consoleLog(line, details);
      consoleLog('log: the function that createCheckout was given failed.', {
        level: 'error',
        error: broken,
      });
    };
    try {
      // One that is async may reject later: nobody else would hear of it, and Node would end the process.
      const done = log(line, details) as unknown;
      if (done instanceof Promise) done.catch(fall);
    } catch (broken) {
      fall(broken);
    }
  };
  return {
    warn: (line, error) => write('warn', line, error),
    error: (line, error) => write('error', line, error),
  };
}

/**
 * What an error says, for a line of the log. Never throws and never says nothing, whatever was thrown: a text, an object
 * without a prototype, an error without words.
 */
export function wordsOf(error: unknown): string {
  try {
    if (typeof error !== 'object' || error === null) return String(error).trim() || kindOf(error);
    const { message, code, errors, name } = error as Readonly<Record<string, unknown>>;
    const words = asText(message);
    if (words) return words;
    // Node's for a server that was tried at several addresses has no words of its own.
    const inner = Array.isArray(errors) ? errors.map(wordsOf).join('; ') : '';
    return inner || asText(code) || (error instanceof Error && asText(name)) || kindOf(error);
  } catch {
    return `a ${typeof error} that can't be read`;
  }
}
