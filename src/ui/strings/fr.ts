import type { IotpayStrings } from './en.js';

export default {
  frameTitle: 'Formulaire de carte IOTPay',
  loading: 'Le formulaire de carte sécurisé se charge.',
  slow: 'C’est plus long que d’habitude. Veuillez patienter.',
  ready: 'Le formulaire de carte est prêt.',
  confirming: 'Nous confirmons votre paiement. Veuillez ne pas payer de nouveau.',
  unknown:
    'Nous n’avons pas encore pu confirmer votre paiement. Veuillez ne pas payer de nouveau; informez-vous de votre commande auprès de la boutique.',
  cardUnknown: 'Nous n’avons pas pu confirmer l’enregistrement de votre carte.',
  paid: 'Paiement effectué. Merci.',
  cardSaved: 'Votre carte est enregistrée.',
  failed: 'Le paiement n’a pas été effectué.',
  cardFailed: 'Votre carte n’a pas été enregistrée.',
  error: 'Le formulaire de carte n’a pas pu s’afficher. Rien ne vous a été facturé.',
  removed:
    'Le formulaire de carte a été retiré de cette page. Si vous aviez déjà appuyé sur Payer, vérifiez votre commande avant de payer de nouveau.',
  offline: 'Vous semblez être hors ligne. Rien ne vous a été facturé.',
  retry: 'Réessayer',
} satisfies IotpayStrings;
