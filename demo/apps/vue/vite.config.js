import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

// Vue has to know that the tag is none of its own components.
const isCustomElement = (tag) => tag === 'iotpay-checkout';

export default defineConfig({ plugins: [vue({ template: { compilerOptions: { isCustomElement } } })] });
