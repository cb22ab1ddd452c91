import adapter from '@sveltejs/adapter-node';

// IOTPay's notifications may be written as forms, and come from no page: src/hooks.server.js has SvelteKit's check.
export default { kit: { adapter: adapter(), csrf: { trustedOrigins: ['*'] } } };
