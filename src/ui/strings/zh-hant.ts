import type { IotpayStrings } from './en.js';

export default {
  frameTitle: 'IOTPay 信用卡表單',
  loading: '正在載入安全的信用卡表單。',
  slow: '載入時間比平時長，請稍候。',
  ready: '信用卡表單已就緒。',
  confirming: '正在確認您的付款，請勿重複付款。',
  unknown: '暫時無法確認您的付款。請勿重複付款，並向商店查詢訂單。',
  cardUnknown: '暫時無法確認信用卡是否已儲存。',
  paid: '付款成功，謝謝。',
  cardSaved: '信用卡已儲存。',
  failed: '付款未成功。',
  cardFailed: '信用卡未能儲存。',
  error: '無法顯示信用卡表單。您沒有被扣款。',
  removed: '卡片表單已被此頁面移除。如果您已按下付款，請先查看訂單，再決定是否重新付款。',
  offline: '您似乎已離線。您沒有被扣款。',
  retry: '重試',
} satisfies IotpayStrings;
