// @ts-check
'use strict';
// A simulation of IOTPay's script, for development and tests. It takes no real cards. A block in place of a module: a
// classic script's own names are the page's otherwise.
{
  /**
   * @import { FrameMessage, Marked, Poll, ScriptMessage, ScriptReport, ScriptSettings } from '../protocol.js'
   * @typedef {(event: unknown) => void} Callback
   */

  /** @type {ScriptSettings} */
  const settings = JSON.parse('SETTINGS'); // Written by the sandbox.
  const { currentScript } = document;
  if (!(currentScript instanceof HTMLScriptElement)) fail('this is a classic script.');
  // Found by the address that it was loaded from, so that it works behind a forwarded port too.
  const { origin } = new URL(currentScript.src);

  /**
   * How long the frame's answer may take, in milliseconds: one that is gone or being reloaded gives none. That was a try
   * too.
   */
  const ANSWER_TIMEOUT_MS = 1000;

  /**
   * @param {string} message
   * @returns {never}
   */
  function fail(message) {
    throw new TypeError(`Iotpay (simulated): ${message}`);
  }

  /**
   * @param {number} milliseconds
   * @returns {Promise<void>}
   */
  function wait(milliseconds) {
    return new Promise((resolve) => {
      setTimeout(resolve, milliseconds);
    });
  }

  /**
   * @param {string} secureId
   * @param {'Pay' | 'Add'} mode
   * @param {unknown} options
   */
  function makeFrame(secureId, mode, options) {
    const frame = document.createElement('iframe');
    const address = new URL('/cc/frame', origin);
    address.searchParams.set('key', secureId);
    address.searchParams.set('mode', mode);
    address.searchParams.set('origin', location.origin);
    // The page's own language. IOTPay documents no option for it.
    address.searchParams.set('lang', document.documentElement.lang);
    // Behind the #: the frame reads it before it paints, and it is no part of any request.
    address.hash = encodeURIComponent(JSON.stringify(options));
    frame.src = address.href;
    frame.allow = 'payment';
    frame.style.border = '0';
    frame.style.width = '100%';
    frame.style.display = 'block';
    // Until the form says how high it is.
    if (settings.autoHeight) frame.style.height = '420px';
    return frame;
  }

  /**
   * Connects a frame with the page's callback.
   * @param {HTMLIFrameElement} frame
   * @param {Callback} callback
   */
  function serve(frame, callback) {
    let asking = false;
    /** @type {((report: ScriptReport | null) => void) | undefined} */
    let answered;

    /** @param {ScriptReport} what */
    async function report({ calls, repeat, lateMs }) {
      await wait(lateMs);
      for (const [i, value] of (repeat ? [...calls, ...calls] : calls).entries()) {
        setTimeout(() => callback(value), i * 20);
      }
    }

    /** @param {ScriptMessage} message */
    function post(message) {
      frame.contentWindow?.postMessage({ ...message, mark: settings.mark }, origin);
    }

    /**
     * @param {number} timeoutMs
     * @returns {Promise<ScriptReport | null>}
     */
    function query(timeoutMs) {
      return new Promise((resolve) => {
        answered = resolve;
        post({ type: 'query' });
        setTimeout(resolve, timeoutMs, null);
      });
    }

    /**
     * UnionPay: the order is queried, a limited number of times.
     * @param {Poll} poll
     */
    async function ask({ tries, intervalMs, keepsAsking, timeout }) {
      if (asking) return;
      asking = true;
      for (let i = 0; ; i++) {
        if (i === tries) {
          void report(timeout);
          post({ type: 'timeout' });
          if (!keepsAsking) break;
        }
        await wait(intervalMs);
        const answer = await query(Math.max(intervalMs * 4, ANSWER_TIMEOUT_MS));
        if (answer) {
          void report(answer);
          break;
        }
        if (!frame.isConnected && i > tries) break;
      }
      asking = false;
    }

    /** @param {MessageEvent} event */
    function listen(event) {
      if (event.origin !== origin || !frame.contentWindow || event.source !== frame.contentWindow) return;
      /** @type {Marked<FrameMessage>} */
      const message = event.data;
      if (message?.mark !== settings.mark) return;
      switch (message.type) {
        case 'height':
          if (settings.autoHeight) frame.style.height = `${message.heightPx}px`;
          break;
        case 'report':
          void report(message.report);
          break;
        case 'poll':
          void ask(message.poll);
          break;
        case 'answer':
          answered?.(message.report);
      }
    }
    addEventListener('message', listen);
  }

  /**
   * @param {string} secureId
   * @param {'Pay' | 'Add'} mode
   * @param {unknown} options
   * @param {string} selector
   * @param {Callback} callback
   */
  function mount(secureId, mode, options, selector, callback) {
    if (typeof selector !== 'string') fail('mount() takes a selector.');
    if (typeof callback !== 'function') fail('mount() takes a callback.');
    if (!document.querySelector(selector)) {
      const message = `no element matches ${selector}.`;
      if (!settings.asyncMount) fail(message);
      return Promise.reject(new TypeError(`Iotpay (simulated): ${message}`));
    }
    const add = () => {
      // Whoever mounted may have left in the meantime.
      const container = document.querySelector(selector);
      if (!container) return;
      const frame = makeFrame(secureId, mode, options);
      serve(frame, callback);
      container.append(frame);
    };
    const addLate = async () => {
      await wait(settings.lateFrameMs);
      add();
    };
    if (settings.asyncMount) return addLate();
    if (settings.lateFrameMs) void addLate();
    else add();
    return undefined;
  }

  Object.assign(window, {
    /**
     * @param {string} secureId
     * @param {'Pay' | 'Add'} mode
     * @param {unknown} [options]
     */
    Iotpay(secureId, mode, options) {
      if (typeof secureId !== 'string' || !secureId) fail('secureId must be a text.');
      if (mode !== 'Pay' && mode !== 'Add') fail('the mode must be "Pay" or "Add".');
      return {
        /**
         * @param {string} selector
         * @param {Callback} callback
         */
        mount: (selector, callback) => mount(secureId, mode, options ?? {}, selector, callback),
      };
    },
  });
}
