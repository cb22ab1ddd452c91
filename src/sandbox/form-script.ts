/**
 * The form's behaviour, as it runs in the frame. It reads `#session`, talks to the gateway (its own origin) and to the
 * page around it, whose origin the gateway has put into `#session`.
 */
export const FORM_SCRIPT: string = `
(function () {
  'use strict';
  var session = JSON.parse(document.getElementById('session').textContent);
  var hosted = session.parent === null;
  var root = document.documentElement;
  var form = document.querySelector('form');
  var button = form.querySelector('button[type=submit]');
  var outcome = document.getElementById('outcome');
  var byName = {};
  form.querySelectorAll('input').forEach(function (input) { byName[input.name] = input; });

  /* ---- options ---- */
  var options = {};
  try {
    options = JSON.parse(decodeURIComponent(location.hash.slice(1))) || {};
  } catch (error) {
    if (location.hash) console.warn('IOTPay (simulated): the options are no JSON.', error);
  }
  root.classList.toggle('dark', options.darkMode === true);
  root.classList.toggle('card', options.theme === 'card');
  var style = options.button && typeof options.button === 'object' ? options.button : {};
  var label = typeof style.text === 'string' && style.text.trim() ? style.text : session.label;
  [['color', 'color'], ['backgroundColor', 'background-color'], ['backgroundImage', 'background-image'], ['boxShadow', 'box-shadow'], ['height', 'height'], ['borderRadius', 'border-radius']].forEach(function (pair) {
    var value = style[pair[0]];
    // Taken as the value of this property or not at all: never as part of a rule.
    if (typeof value === 'string') button.style.setProperty(pair[1], value);
  });

  /* ---- the page around ---- */
  function tell(message) {
    message.channel = session.channel;
    if (!hosted) parent.postMessage(message, session.parent);
  }
  function tellHeight() {
    tell({ type: 'height', height: Math.ceil(document.body.getBoundingClientRect().height) });
  }
  if (!hosted) {
    new ResizeObserver(tellHeight).observe(document.body);
  }

  /* ---- digits ---- */
  var BRANDS = [
    ['Visa', /^4/, [16, 13, 19], 3],
    ['Mastercard', /^(5[1-5]|2(22[1-9]|2[3-9]|[3-6]|7[01]|720))/, [16], 3],
    ['Amex', /^3[47]/, [15], 4],
    ['UnionPay', /^62/, [16, 17, 18, 19], 3],
    ['Discover', /^(6011|64[4-9]|65)/, [16], 3],
    ['JCB', /^35(2[89]|[3-8])/, [16], 3],
  ];
  function digits(input) { return input.value.replace(/[^0-9]/g, ''); }
  function brandOf(number) {
    return BRANDS.find(function (brand) { return brand[1].test(number); });
  }
  function group(number) {
    var amex = /^3[47]/.test(number);
    return (amex ? [number.slice(0, 4), number.slice(4, 10), number.slice(10)] : number.match(/.{1,4}/g) || []).filter(Boolean).join(' ');
  }
  function groupExpiry(value) {
    if (/^[2-9]/.test(value)) value = '0' + value;
    return value.length > 2 ? value.slice(0, 2) + ' / ' + value.slice(2) : value;
  }
  function luhn(number) {
    var sum = 0;
    for (var i = 0; i < number.length; i++) {
      var digit = Number(number[number.length - 1 - i]);
      sum += i % 2 ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit;
    }
    return sum % 10 === 0;
  }

  /** Rewrites a field without moving the caret away from the digit it stands behind. */
  function rewrite(input, format, limit) {
    var before = input.value.slice(0, input.selectionStart).replace(/[^0-9]/g, '').length;
    var raw = digits(input).slice(0, limit);
    var next = format(raw);
    if (next === input.value) return;
    var atEnd = input.selectionStart === input.value.length;
    input.value = next;
    if (document.activeElement !== input) return;
    var caret = 0;
    for (var seen = 0; caret < next.length && seen < before; caret++) if (/[0-9]/.test(next[caret])) seen++;
    if (atEnd) caret = next.length;
    input.setSelectionRange(caret, caret);
  }

  var brandLabel = document.querySelector('.brand span');
  function showBrand() {
    var brand = brandOf(digits(byName.number));
    brandLabel.textContent = brand ? brand[0] : session.unionPay ? 'UnionPay' : 'Card';
    brandLabel.toggleAttribute('data-known', Boolean(brand));
    return brand;
  }
  byName.number.addEventListener('input', function () {
    rewrite(byName.number, group, 19);
    var brand = showBrand();
    byName.cvv.maxLength = brand ? brand[3] : 4;
  });
  byName.expiry.addEventListener('input', function (event) {
    var deleting = event.inputType && event.inputType.indexOf('delete') === 0;
    // "12/2034" from a password manager is the same as "12/34".
    var match = /^\\D*(\\d{1,2})\\s*[/-]\\s*20(\\d\\d)$/.exec(byName.expiry.value);
    if (match) byName.expiry.value = match[1].padStart(2, '0') + match[2];
    var single = /^(\\d)\\s*[/-]/.exec(byName.expiry.value);
    if (single && !deleting) byName.expiry.value = '0' + byName.expiry.value;
    rewrite(byName.expiry, deleting ? function (value) { return value.length > 2 ? value.slice(0, 2) + ' / ' + value.slice(2) : value; } : groupExpiry, 4);
  });
  byName.cvv.addEventListener('input', function () { rewrite(byName.cvv, String, 4); });
  if (byName.code) byName.code.addEventListener('input', function () { rewrite(byName.code, String, 6); });

  /* ---- checks ---- */
  var checks = {
    number: function () {
      var number = digits(byName.number);
      if (!number) return 'Enter the card number.';
      var brand = brandOf(number);
      var complete = brand ? brand[2].indexOf(number.length) >= 0 : number.length >= 12;
      if (!complete) return 'The card number is incomplete.';
      if (!luhn(number)) return 'Check the card number: a digit seems to be wrong.';
      if (session.numbers.indexOf(number) < 0) return 'This is a simulation and takes its own test cards only. Never enter a real card here.';
      if (session.unionPay && !/^62/.test(number)) return 'This payment takes UnionPay test cards only.';
      return '';
    },
    expiry: function () {
      var value = digits(byName.expiry);
      if (!value) return 'Enter the expiry date.';
      var month = Number(value.slice(0, 2));
      if (value.length !== 4 || month < 1 || month > 12) return 'Enter the date as MM / YY.';
      // A card is good until its month is over.
      if (new Date(2000 + Number(value.slice(2)), month, 1) <= new Date()) return 'This card has expired.';
      return '';
    },
    cvv: function () {
      var brand = brandOf(digits(byName.number));
      var length = brand ? brand[3] : 3;
      var value = digits(byName.cvv);
      if (!value) return 'Enter the security code.';
      return value.length === length || (!brand && value.length === 4) ? '' : 'The security code has ' + length + ' digits.';
    },
    holder: function () { return byName.holder.value.trim() ? '' : 'Enter the name on the card.'; },
    code: function () { return /^[0-9]{6}$/.test(digits(byName.code)) ? '' : 'The code has 6 digits.'; },
  };
  function show(name, text) {
    var input = byName[name];
    var error = document.getElementById(name + '-error');
    error.textContent = text;
    error.hidden = !text;
    if (text) input.setAttribute('aria-invalid', 'true');
    else input.removeAttribute('aria-invalid');
    var hint = document.getElementById(name + '-hint');
    var described = [text && error.id, hint && hint.id].filter(Boolean).join(' ');
    if (described) input.setAttribute('aria-describedby', described);
    else input.removeAttribute('aria-describedby');
    return !text;
  }
  Object.keys(byName).forEach(function (name) {
    byName[name].addEventListener('input', function () { show(name, ''); });
    byName[name].addEventListener('blur', function () { if (byName[name].value) show(name, checks[name]()); });
  });

  /* ---- the attempt ---- */
  var busy = false;
  function setBusy(on, text) {
    busy = on;
    form.classList.toggle('busy', on);
    // Not disabled: that would throw the keyboard's place away.
    button.setAttribute('aria-disabled', String(on));
    button.textContent = on ? text || 'Processing…' : label;
  }
  function say(kind, text) {
    outcome.dataset.kind = kind;
    outcome.textContent = text;
  }
  function close() {
    setBusy(false);
    form.hidden = true;
    document.querySelector('details').hidden = true;
  }
  function leave(next) {
    if (hosted && next) setTimeout(function () { location.replace(next); }, 800);
  }
  async function post(path, body) {
    body.key = session.key;
    var response = await fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
    if (!response.ok) throw new Error('HTTP ' + response.status);
    return response.json();
  }
  function settle(answer) {
    if (answer.paid) {
      close();
      say('good', session.mode === 'Add' ? 'The card is saved (simulated).' : 'Paid (simulated). No money moved.');
    } else if (answer.text) {
      setBusy(false);
      say('bad', answer.text);
      if (answer.over || !session.open) close();
    } else {
      close();
      say('info', 'The payment is being confirmed (simulated).');
    }
    leave(answer.report.next);
  }
  function handle(answer) {
    if (answer.kind === 'report') {
      settle(answer);
      tell({ type: 'report', report: answer.report });
    } else if (answer.kind === 'poll') {
      setBusy(true, 'Confirming with UnionPay…');
      say('info', 'Waiting for UnionPay to confirm (simulated).');
      if (hosted) pollAlone(answer);
      else tell({ type: 'poll', tries: answer.tries, interval: answer.interval, keepsAsking: answer.keepsAsking, timeout: answer.timeout });
    } else if (answer.kind === 'refused') {
      setBusy(false);
      show('number', answer.text);
      byName.number.focus();
    } else {
      setBusy(true);
    }
  }
  /* The hosted page has no script around it that could ask. */
  async function pollAlone(how) {
    for (var i = 0; i < how.tries; i++) {
      await new Promise(function (resolve) { setTimeout(resolve, how.interval); });
      var answer = await post('/cc/query', {}).catch(function () { return { kind: 'pending' }; });
      if (answer.kind === 'report') return handle(answer);
    }
    timedOut();
    leave(how.timeout.next);
  }
  function timedOut() {
    close();
    say('info', 'UnionPay has not confirmed in time (simulated). The order has to be queried.');
  }
  addEventListener('message', async function (event) {
    if (hosted || event.source !== parent || event.origin !== session.parent) return;
    var message = event.data;
    if (!message || message.channel !== session.channel) return;
    if (message.type === 'timeout') return timedOut();
    if (message.type !== 'query') return;
    try {
      var answer = await post('/cc/query', {});
      if (answer.kind === 'report') settle(answer);
      tell({ type: 'answer', report: answer.kind === 'report' ? answer.report : null });
    } catch (error) {
      console.warn('IOTPay (simulated): the order could not be queried.', error);
      tell({ type: 'answer', report: null });
    }
  });
  form.addEventListener('submit', async function (event) {
    event.preventDefault();
    if (busy) return;
    var wrong = Object.keys(byName).filter(function (name) { return !show(name, checks[name]()); });
    if (wrong.length) return byName[wrong[0]].focus();
    setBusy(true);
    say('', '');
    try {
      // The security code stays here: nobody needs it to simulate.
      handle(await post('/cc/pay', { number: digits(byName.number), expiry: digits(byName.expiry), holder: byName.holder.value.trim(), drive: driven }));
    } catch (error) {
      setBusy(false);
      say('bad', 'The gateway did not answer (simulated). Nothing was charged: please try again.');
    }
  });

  /* ---- test cards ---- */
  function fill(card) {
    byName.number.value = card.number;
    byName.expiry.value = card.expiry;
    byName.cvv.value = card.cvv;
    byName.holder.value = card.holder;
    if (byName.code) byName.code.value = card.code;
    Object.keys(byName).forEach(function (name) { byName[name].dispatchEvent(new Event('input', { bubbles: true })); });
  }
  document.querySelectorAll('[data-number]').forEach(function (card) {
    card.addEventListener('click', function () {
      fill(Object.assign({}, session.filledIn, { number: card.dataset.number, cvv: /^3[47]/.test(card.dataset.number) ? '1234' : session.filledIn.cvv }));
      button.focus();
    });
  });

  /* ---- driven from outside, for tests ---- */
  var driven = 0;
  async function drive(how) {
    if (!how || how.id <= driven || busy || form.hidden) return;
    driven = how.id;
    await new Promise(function (resolve) { setTimeout(resolve, how.delay); });
    fill(how);
    form.requestSubmit();
  }
  async function watch() {
    await drive(session.drive);
    while (!form.hidden) {
      await new Promise(function (resolve) { setTimeout(resolve, 150); });
      try {
        var response = await fetch('/cc/drive?key=' + encodeURIComponent(session.key));
        if (response.ok) await drive(await response.json());
      } catch (error) {
        return; // The sandbox is gone.
      }
    }
  }

  setBusy(false);
  showBrand();
  if (!session.open) close();
  if (session.greeting) handle(session.greeting);
  // Before the frame counts as loaded, so that the page around need not move again.
  tellHeight();
  if (session.driven) watch();
})();
`;
