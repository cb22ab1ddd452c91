/** The logs beside the stage. */

/**
 * @param {'events' | 'requests'} list
 * @param {{kind: string, title: string, note?: string, more?: unknown}} entry
 */
export function log(list, { kind, title, note = '', more }) {
  const item = document.createElement('li');
  item.dataset.kind = kind;
  const head = document.createElement(more === undefined ? 'div' : 'summary');
  const time = document.createElement('time');
  time.textContent = new Date().toLocaleTimeString('en-CA', { hour12: false });
  head.append(piece(title, 'what'), piece(note, 'note'), time);
  if (more === undefined) {
    item.append(head);
  } else {
    const details = document.createElement('details');
    const pre = document.createElement('pre');
    pre.textContent = JSON.stringify(more, null, 2);
    details.append(head, pre);
    item.append(details);
  }
  document.querySelector(`#${list}`).prepend(item);
}

/** @param {string} text @param {string} kind */
function piece(text, kind) {
  const span = document.createElement('span');
  span.className = kind;
  span.textContent = text;
  return span;
}

/** What a message of the stage says, in the log it belongs to. */
export function logMessage({ kind, name, note, good, detail }) {
  if (kind === 'request')
    return log('requests', { kind: good ? 'good' : 'bad', title: name, note, more: detail });
  const said = [detail?.code, detail?.reason, detail?.message, detail?.source].filter(Boolean).join(' · ');
  return log('events', { kind: name.slice('iotpay-'.length), title: name, note: said, more: detail });
}
