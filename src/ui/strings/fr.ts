import type { IotpayStrings } from './en.js';
import { PAY } from './pay.js';

// Canadian French: a no-break space (U+00A0) before : $ % ; ?
export default {
  frameTitle: 'Formulaire de carte d’IOTPay',
  loading: 'Chargement du formulaire sécurisé…',
  slow: 'Le chargement prend plus de temps que d’habitude. Rien n’a été débité.',
  ready: 'Le formulaire de carte est prêt.',
  pay: PAY.fr,
  confirming:
    'Votre paiement est en cours de confirmation. Cela peut prendre quelques minutes. Veuillez ne pas payer de nouveau\u00a0; vous pouvez quitter cette page.',
  sent: 'Envoyé',
  checking: 'Vérification',
  unconfirmed: 'Pas encore confirmé',
  known: 'Résultat',
  asked: 'Dernière vérification\u00a0: {time}',
  unknown:
    'Nous ne savons pas encore si votre paiement a été effectué. Veuillez ne pas payer de nouveau. Communiquez avec la boutique en donnant la référence {order}.',
  unknownNoOrder:
    'Nous ne savons pas encore si votre paiement a été effectué. Veuillez ne pas payer de nouveau. Communiquez avec la boutique au sujet de votre commande.',
  cardUnknown: 'Nous ne savons pas encore si votre carte a été enregistrée.',
  paid: 'Paiement effectué. Merci.',
  paidAmount: 'Paiement de {amount} effectué. Merci.',
  cardSaved: 'Votre carte est enregistrée.',
  failed:
    'Le paiement n’a pas été accepté. Rien n’a été débité. Vérifiez les renseignements ou utilisez une autre carte.',
  notMade:
    'Le paiement n’a pas été effectué et rien n’a été débité. Vous pouvez maintenant payer de nouveau.',
  cardFailed: 'Votre carte n’a pas été enregistrée. Vérifiez les renseignements ou utilisez une autre carte.',
  error: 'Le formulaire de carte ne s’est pas chargé. Rien n’a été débité.',
  cardError: 'Le formulaire de carte ne s’est pas chargé. Aucune carte n’a été enregistrée.',
  removed:
    'Le formulaire de carte a été retiré de cette page. Si vous aviez déjà appuyé sur «\u00a0Payer\u00a0», vérifiez l’état de votre commande avant de payer de nouveau.',
  offline: 'Vous êtes hors ligne. Rien n’a été débité. Nous réessaierons dès votre retour en ligne.',
  cardOffline:
    'Vous êtes hors ligne. Aucune carte n’a été enregistrée. Nous réessaierons dès votre retour en ligne.',
  declined: 'La carte a été refusée.',
  insufficientFunds: 'Les fonds disponibles sur cette carte sont insuffisants.',
  expiredCard: 'La carte est expirée.',
  wrongCvv: 'Le code de sécurité est incorrect.',
  invalidNumber: 'Le numéro de carte est incorrect.',
  tryLater: 'La carte ne peut pas être vérifiée pour le moment. Réessayez dans quelques minutes.',
  retry: 'Réessayer',
  payAgain: 'Payer de nouveau',
  startOver: 'Recommencer avec un nouveau formulaire',
  checkAgain: 'Vérifier de nouveau',
  order: 'Commande {order}',
  copy: 'Copier le numéro de commande',
  copied: 'Copié',
} satisfies IotpayStrings;
