import type { Quirks } from './quirks.js';

/** Marks the messages between the script and its frames. */
export const CHANNEL = 'iotpay-sandbox';

/**
 * What `/cc/iotpaycc.js` answers: a classic script that defines `Iotpay`. It finds its own origin by the address that it
 * was loaded from, so that it works behind a forwarded port too.
 */
export function clientScript(quirks: Quirks): string {
  const settings = JSON.stringify({
    channel: CHANNEL,
    asyncMount: quirks.asyncMount,
    lateFrame: quirks.lateFrame,
    autoHeight: !quirks.noAutoHeight,
  });
  return `/* A simulation of IOTPay's script, for development and tests. It takes no real cards. */
(function () {
  'use strict';
  var settings = ${settings};
  var origin = new URL(document.currentScript.src).origin;

  function fail(message) {
    throw new TypeError('Iotpay (simulated): ' + message);
  }

  function wait(milliseconds) {
    return new Promise(function (resolve) { setTimeout(resolve, milliseconds); });
  }

  function makeFrame(secureId, mode, options) {
    var frame = document.createElement('iframe');
    var address = new URL('/cc/frame', origin);
    address.searchParams.set('key', secureId);
    address.searchParams.set('mode', mode);
    address.searchParams.set('origin', location.origin);
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

  function serve(frame, callback) {
    var asking = false;
    var answered = null;

    function report(what) {
      var calls = what.repeat ? what.calls.concat(what.calls) : what.calls;
      wait(what.late).then(function () {
        calls.forEach(function (value, i) {
          setTimeout(function () { callback(value); }, i * 20);
        });
      });
    }

    function post(message) {
      message.channel = settings.channel;
      if (frame.contentWindow) frame.contentWindow.postMessage(message, origin);
    }

    /* UnionPay: the order is queried, a limited number of times. */
    async function ask(how) {
      if (asking) return;
      asking = true;
      for (var tries = 0; ; tries++) {
        if (tries === how.tries) {
          report(how.timeout);
          post({ type: 'timeout' });
          if (!how.keepsAsking) break;
        }
        await wait(how.interval);
        var answer = await new Promise(function (resolve) {
          answered = resolve;
          post({ type: 'query' });
          // A frame that is gone or being reloaded doesn't answer: that was a try too.
          setTimeout(resolve, Math.max(how.interval * 4, 1000));
        });
        if (answer) {
          report(answer);
          break;
        }
        if (!frame.isConnected && tries > how.tries) break;
      }
      asking = false;
    }

    addEventListener('message', function (event) {
      var message = event.data;
      if (event.origin !== origin || !frame.contentWindow || event.source !== frame.contentWindow) return;
      if (!message || message.channel !== settings.channel) return;
      if (message.type === 'height') {
        if (settings.autoHeight) frame.style.height = message.height + 'px';
      } else if (message.type === 'report') {
        report(message.report);
      } else if (message.type === 'poll') {
        ask(message);
      } else if (message.type === 'answer' && answered) {
        answered(message.report);
      }
    });
  }

  window.Iotpay = function Iotpay(secureId, mode, options) {
    if (typeof secureId !== 'string' || !secureId) fail('secureId must be a text.');
    if (mode !== 'Pay' && mode !== 'Add') fail('the mode must be "Pay" or "Add".');
    var chosen = options === undefined || options === null ? {} : options;
    return {
      mount: function (selector, callback) {
        if (typeof selector !== 'string') fail('mount() takes a selector.');
        if (typeof callback !== 'function') fail('mount() takes a callback.');
        function add() {
          var container = document.querySelector(selector);
          if (!container) fail('no element matches ' + selector + '.');
          var frame = makeFrame(secureId, mode, chosen);
          serve(frame, callback);
          container.appendChild(frame);
        }
        function addLate() {
          return wait(settings.lateFrame).then(function () {
            // Whoever mounted may have left in the meantime.
            if (document.querySelector(selector)) add();
          });
        }
        if (settings.asyncMount) {
          var mounted = document.querySelector(selector) ? Promise.resolve() : Promise.reject(new TypeError('Iotpay (simulated): no element matches ' + selector + '.'));
          return mounted.then(addLate);
        }
        if (settings.lateFrame) {
          if (!document.querySelector(selector)) fail('no element matches ' + selector + '.');
          addLate();
        } else {
          add();
        }
      },
    };
  };
})();
`;
}
