const FORM = /^(application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)\b/i;

/** SvelteKit's own check, for everything but the checkout's routes, which have one of theirs. */
export function handle({ event, resolve }) {
  const { headers } = event.request;
  const isForm = FORM.test(headers.get('Content-Type') ?? '');
  if (!isForm || headers.get('Origin') === event.url.origin || event.route.id === '/pay/[route]')
    return resolve(event);
  return new Response('Forms of other sites are refused.', { status: 403 });
}
