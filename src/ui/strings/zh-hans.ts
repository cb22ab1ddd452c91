import type { IotpayStrings } from './en.js';

export default {
  frameTitle: 'IOTPay 银行卡表单',
  loading: '正在加载安全的银行卡表单。',
  slow: '加载时间比平时长，请稍候。',
  ready: '银行卡表单已就绪。',
  confirming: '正在确认您的付款，请勿重复付款。',
  unknown: '暂时无法确认您的付款。请勿重复付款，并向商店查询订单。',
  cardUnknown: '暂时无法确认银行卡是否已保存。',
  paid: '付款成功，谢谢。',
  cardSaved: '银行卡已保存。',
  failed: '付款未成功。',
  cardFailed: '银行卡未能保存。',
  error: '无法显示银行卡表单。您没有被扣款。',
  removed: '银行卡表单已被此页面移除。如果您已点击支付，请先查看订单，再决定是否重新支付。',
  offline: '您似乎已离线。您没有被扣款。',
  retry: '重试',
} satisfies IotpayStrings;
