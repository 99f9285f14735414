/** The English of many-ro.ts. */
import type { Messages } from './messages.ts'

const payments = (count: number) => (count === 1 ? 'one payment' : `${count} payments`)

export const manyEn: Messages['many'] = {
  list: {
    count: payments,
    heading: 'The payments you make',
    showAll: (count) => `Show all (${count})`,
    showLess: 'Show fewer',
    itemNo: (no) => `Payment ${no}`,
    way: {
      together: 'The bank authorises them together, once.',
      one_by_one: 'The bank asks you to authorise each payment in turn. You can stop at any time.',
    },
    states: {
      waiting: 'not paid yet',
      authorising: 'at the bank, awaits your authorisation',
      paid: 'paid',
      authorised: 'authorised, the bank is executing it',
      scheduled: 'authorised, for the day set',
      partly: 'paid in part',
      rejected: 'rejected by the bank',
      cancelled: 'cancelled',
      abandoned: 'not paid',
      blocked: 'stopped by our checks',
    },
    reasons: {
      INSUFFICIENT_FUNDS: 'not enough money in the account',
      REFUSED_BY_PAYER: 'you refused it at the bank',
      SCA_FAILED: 'the bank could not confirm that it is you',
      ACCOUNT_INVALID: 'one of the accounts is unknown or blocked',
      LIMIT_EXCEEDED: 'over your account’s limit',
      BANK_REFUSED: 'the bank did not accept it',
      BANK_UNAVAILABLE: 'the bank did not answer',
      EXPIRED: 'the time for paying has passed',
      ABANDONED_BY_PAYER: 'you stopped before it',
    },
    turn: (no, count) => `Payment ${no} of ${count}`,
    progressPaid: (done, count) => `${done} of ${count} paid`,
    progressAuthorised: (done, count) => `${done} of ${count} authorised`,
    failed: (count) =>
      count === 1 ? 'One payment was not made; see below why.' : `${payments(count)} were not made; see below why.`,
    next: (no, amount, name) =>
      `Next is payment ${no}: ${amount} RON to ${name}. You authorise it at the bank and come back here.`,
    authorise: (no) => `Authorise payment ${no}`,
    stop: 'Stop here',
    stopQuestion: 'Stop here?',
    stopLeft: (count, amount) => `${payments(count)} ${count === 1 ? 'stays' : 'stay'} unpaid, ${amount} RON in all:`,
    stopMore: (count) => `and ${count} more`,
    stopKept: 'What you have authorised so far does not change.',
    stopYes: 'Yes, stop',
    stopNo: 'Back to the payments',
    noAnswer: 'We got no answer; the connection may have dropped. You can press again: you will not pay twice.',
    refused: 'The bank did not take this payment. It was not paid. Try again or stop here.',
    partlyPaid: (done, count) => `${done} of ${payments(count)} ${done === 1 ? 'is' : 'are'} paid`,
    partlyAuthorised: (done, count) => `You authorised ${done} of ${payments(count)}`,
    sums: (done, left) => `From your account: ${done} RON. Not paid: ${left} RON. The confirmation comes by email too.`,
    unpaid: (count) => `Not paid: ${count}`,
    done: (count) => `Made: ${count}`,
    outcomes: {
      paid: {
        heading: 'All payments are made',
        text: 'The money has left your account. The confirmation comes by email too.',
      },
      authorised: {
        heading: 'All payments are authorised',
        text: 'The bank is executing them now. You will get the result by email.',
      },
      scheduled: { heading: 'All payments are scheduled', text: 'The bank executes them on the day set.' },
      rejected: { heading: 'The payments were not made', text: 'Nothing was paid.' },
      cancelled: { heading: 'The payments were cancelled', text: 'Nothing was paid.' },
      abandoned: { heading: 'You gave up the payments', text: 'Nothing was paid.' },
      blocked: {
        heading: 'The payments were stopped',
        text: 'They did not pass our safety checks. Nothing was paid.',
      },
    },
    cancelledBy: (partner) => `${partner} cancelled the payments. Nothing was paid.`,
    expired: 'The payments have expired',
  },
  recurring: {
    heading: 'Recurring payment',
    say: (schedule) => `It is paid ${schedule}.`,
    about: (partner) =>
      `You authorise it once, then your bank makes the payments by itself. You can stop it at any time in your bank’s app or by asking ${partner}; payments already made stay made.`,
    outcomes: {
      scheduled: {
        heading: 'The recurring payment is authorised',
        text: 'From now on the bank makes the payments by itself.',
      },
      ended: { heading: 'The recurring payment has ended', text: 'The bank made the payments up to the day set.' },
      cancelled: {
        heading: 'The recurring payment is stopped',
        text: 'The bank makes no more payments of this series. What was paid so far stays paid.',
      },
      rejected: {
        heading: 'The recurring payment was not started',
        text: 'The bank rejected it. Nothing was paid.',
      },
    },
  },
  later: {
    heading: 'Payment on a day to come',
    say: (day) => `It is paid on ${day}.`,
    about:
      'You authorise it now; the bank takes the money from the account only on that day. Make sure there is enough then.',
  },
  link: {
    until: (when) => `This payment link is valid until ${when}.`,
    moment: (day, time) => `${day}, ${time}`,
    expired: 'The payment link has expired',
    expiredText: (partner) => `Nothing was paid. Ask ${partner} for a new link.`,
  },
  entering: {
    heading: 'The bank first asks for your permission',
    text: (bank) =>
      `${bank} first asks whether we may send it the payment, then asks you to authorise it. The payment is not at the bank yet.`,
    leaving: (bank) =>
      `At ${bank} you first give your permission, then authorise the payment. Then you come back here.`,
  },
}
