export default defineEventHandler(() => [...orders.values()]);
