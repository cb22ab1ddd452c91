export default defineNuxtConfig({
  compatibilityDate: '2026-11-01',
  telemetry: false,
  devtools: { enabled: false },
  app: { head: { title: 'Nuxt', htmlAttrs: { lang: 'en' }, link: [{ rel: 'icon', href: 'data:,' }] } },
  // Vue has to know that the tag is none of its own components.
  vue: { compilerOptions: { isCustomElement: (tag) => tag === 'iotpay-checkout' } },
});
