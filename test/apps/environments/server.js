// lit's server renderer: markup comes out, and nothing is left running.
import { render } from '@lit-labs/ssr';
import { collectResult } from '@lit-labs/ssr/lib/render-result.js';
import { html } from 'lit';
import 'iotpay-checkout';

const page = html`<iotpay-checkout secure-id-endpoint="/pay/secure-id" lang="fr"
  ><p>Un instant …</p></iotpay-checkout
>`;
console.log(await collectResult(render(page)));
