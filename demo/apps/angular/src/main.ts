import { Component, CUSTOM_ELEMENTS_SCHEMA, provideZonelessChangeDetection, signal } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import 'iotpay-checkout';
import type { IotpayFailEvent, IotpaySuccessEvent } from 'iotpay-checkout';

@Component({
  selector: 'app-root',
  schemas: [CUSTOM_ELEMENTS_SCHEMA],
  template: `
    <h1>Angular, rendered {{ renders() }} times</h1>
    <button id="again" (click)="renders.set(renders() + 1)">Render again</button>
    <button id="reorder" (click)="items.set(items().toReversed())">Reorder</button>
    <button id="toggle" (click)="shown.set(!shown())">Show or hide</button>
    @if (shown()) {
      @for (item of items(); track item) {
        <section [id]="item">
          <iotpay-checkout
            secure-id-endpoint="/api/secure-id"
            [gatewayOrigin]="gateway"
            [requestData]="{ tag: 'angular', item: item }"
            [requestHeaders]="{ 'X-App': 'angular' }"
            [options]="{ button: { text: 'Pay ' + item + ', ' + renders() } }"
            (iotpay-success)="paid(item, $event)"
            (iotpay-fail)="failed(item, $event)"
          ></iotpay-checkout>
        </section>
      }
    }
    <p id="outcome" role="status">{{ outcomes().join(', ') }}</p>
  `,
})
class App {
  readonly gateway = document.querySelector<HTMLMetaElement>('meta[name=gateway-origin]')?.content ?? '';
  readonly items = signal(['a', 'b']);
  readonly shown = signal(true);
  readonly renders = signal(0);
  readonly outcomes = signal<string[]>([]);

  paid(item: string, { detail }: IotpaySuccessEvent): void {
    this.outcomes.update((before) => [...before, `Paid: ${item} ${detail.mchOrderNo}`]);
  }

  failed(item: string, { detail }: IotpayFailEvent): void {
    this.outcomes.update((before) => [...before, `Failed: ${item} ${detail.message}`]);
  }
}

bootstrapApplication(App, { providers: [provideZonelessChangeDetection()] }).catch(console.error);
