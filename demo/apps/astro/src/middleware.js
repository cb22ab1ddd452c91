const FORM = /^(application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)\b/i;

/** Astro's own check, for everything but the checkout's routes, which have one of theirs. */
export function onRequest({ request, url, routePattern }, next) {
  const isSafe = ['GET', 'HEAD', 'OPTIONS'].includes(request.method);
  const isForm = FORM.test(request.headers.get('Content-Type') ?? '');
  const isOwn = request.headers.get('Origin') === url.origin;
  if (isSafe || !isForm || isOwn || routePattern === '/pay/[route]') return next();
  return new Response('Forms of other sites are refused.', { status: 403 });
}
