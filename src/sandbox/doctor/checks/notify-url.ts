import { lookup } from 'node:dns/promises';
import { FIELD_LIMITS } from '../../../gateway/limits.js';
import type { Check, Examination } from '../examination.js';
import { ok, problem, type Finding } from '../finding.js';
import { isPrivate } from '../private-address.js';
import { isRedirect, visit, wordsOf, type Answer } from '../visit.js';

/** The ways in which IOTPay may write a notification: its documentation says JSON, and no content type. */
const WAYS = [
  { as: 'JSON', type: 'application/json', body: '{"doctor":"nobody has paid"}' },
  { as: 'JSON without its content type', type: 'text/plain', body: '{"doctor":"nobody has paid"}' },
  { as: 'a form', type: 'application/x-www-form-urlencoded', body: 'doctor=nobody+has+paid' },
];

/** The address that IOTPay tells what was paid: it can be reached, lets everybody in, and believes no one unsigned. */
export const notifyUrl: Check = {
  title: 'Notifications',
  needs: 'notifyUrl',
  async run(examination) {
    const { notifyUrl: given = '' } = examination;
    const url = new URL(given);
    const written = [...spelling(examination, url), ...(await whereabouts(examination, url))];
    const answers: Finding[] = [];
    for (const way of WAYS) {
      const told = await answering(examination, given, way);
      answers.push(...told.findings);
      if (!told.reached) break; // The others would say the same.
    }
    const found = [...written, ...answers];
    return found.length > 0
      ? found
      : [ok(`${given} can be reached, lets everybody in, and believes nothing that is not signed.`)];
  },
};

function spelling({ rehearse }: Examination, url: URL): Finding[] {
  const found: Finding[] = [];
  if (url.protocol !== 'https:' && !rehearse)
    found.push(
      problem(
        'notifyUrl is not on https.',
        'Use https: a notification on http can be read and held back on its way.',
      ),
    );
  if (url.username || url.password)
    found.push(
      problem('notifyUrl has a user name or password in it.', 'Remove it: the signature says who speaks.'),
    );
  if (url.href.length > FIELD_LIMITS.notifyUrl)
    found.push(
      problem(
        `notifyUrl has ${url.href.length} characters; IOTPay takes ${FIELD_LIMITS.notifyUrl}.`,
        'Make it shorter.',
      ),
    );
  return found;
}

async function whereabouts({ rehearse }: Examination, { hostname }: URL): Promise<Finding[]> {
  if (rehearse) return [];
  let addresses: readonly { readonly address: string }[];
  try {
    addresses = await lookup(hostname.replace(/^\[|\]$/g, ''), { all: true });
  } catch (error) {
    return [
      problem(
        `notifyUrl’s host ${hostname} has no address: ${wordsOf(error)}.`,
        'Give a name that the public DNS knows.',
      ),
    ];
  }
  const hidden = addresses.find(({ address }) => isPrivate(address));
  if (!hidden) return [];
  return [
    problem(
      `notifyUrl’s host ${hostname} is ${hidden.address}, which nobody outside can reach.`,
      'Give a public address. On a server that resolves its own name inwards, run the doctor from elsewhere.',
    ),
  ];
}

async function answering(
  { timeoutMs }: Examination,
  address: string,
  { as, type, body }: (typeof WAYS)[number],
): Promise<{ readonly reached: boolean; readonly findings: readonly Finding[] }> {
  try {
    const answer = await visit(address, {
      timeoutMs,
      method: 'POST',
      headers: { 'Content-Type': type },
      body,
    });
    return { reached: true, findings: judge(answer, `A notification as ${as}`) };
  } catch (error) {
    const seen = `notifyUrl could not be reached: ${wordsOf(error)}.`;
    const advice = 'Look at DNS, firewall and certificate; ask from outside, too.';
    return { reached: false, findings: [problem(seen, advice)] };
  }
}

function judge(answer: Answer, what: string): Finding[] {
  const { status, headers, text } = answer;
  if (isRedirect(answer))
    return [
      problem(
        `${what} is redirected (HTTP ${status} to ${headers.get('Location') ?? 'nowhere'}).`,
        'Give the address where it ends: a redirect loses the body. A login wall must let this path through.',
      ),
    ];
  if (status === 401 || status === 403)
    return [
      problem(
        `${what} is refused with HTTP ${status}.`,
        'Let this path through login, CSRF guard and firewall: IOTPay has no session; the signature says who speaks.',
      ),
    ];
  if (status === 404 || status === 405)
    return [
      problem(`${what} is answered with HTTP ${status}.`, 'Mount the checkout there, for POST: …/notify.'),
    ];
  if (status === 415)
    return [
      problem(
        `${what} is refused with HTTP 415.`,
        'Take the body parser away from this path: IOTPay’s content type is not documented.',
      ),
    ];
  if (status >= 500)
    return [problem(`${what} is answered with HTTP ${status}.`, 'Look at your server’s log.')];
  if (/\bhtml\b/i.test(headers.get('Content-Type') ?? '') || /^\s*<(?:!doctype|html)/i.test(text))
    return [
      problem(
        `${what} is answered with an HTML page.`,
        'A login or a catch-all page answers in its place: mount the checkout there.',
      ),
    ];
  if (status < 300 && /^\s*"?success\b/i.test(text))
    return [
      problem(
        `${what} that nobody has signed is acknowledged (${text.trim().slice(0, 20)}).`,
        'Verify the signature before you answer SUCCESS: anybody could say that an order is paid, and a genuine one that you could not read is lost.',
      ),
    ];
  return [];
}
