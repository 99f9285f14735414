/** Words of lists of payments, recurring payments, payments of a day to come, payment links, banks that are entered first. */
import { countRo } from './plain-words.ts'

const payments = (count: number) => countRo(count, 'o plată', 'plăți')

export const manyRo = {
  list: {
    count: payments,
    heading: 'Ce plăți faci',
    showAll: (count: number) => `Arată toate (${count})`,
    showLess: 'Arată mai puține',
    itemNo: (no: number) => `Plata ${no}`,
    way: {
      together: 'Banca le autorizează împreună, o singură dată.',
      one_by_one: 'Banca cere autorizarea fiecărei plăți, pe rând. Te poți opri oricând.',
    },
    states: {
      waiting: 'neplătită încă',
      authorising: 'la bancă, așteaptă autorizarea ta',
      paid: 'plătită',
      authorised: 'autorizată, banca o execută',
      scheduled: 'autorizată, pentru ziua stabilită',
      partly: 'plătită în parte',
      rejected: 'respinsă de bancă',
      cancelled: 'anulată',
      abandoned: 'neplătită',
      blocked: 'oprită de verificările noastre',
    },
    reasons: {
      INSUFFICIENT_FUNDS: 'nu sunt destui bani în cont',
      REFUSED_BY_PAYER: 'ai refuzat-o la bancă',
      SCA_FAILED: 'banca nu a putut confirma că ești tu',
      ACCOUNT_INVALID: 'unul dintre conturi nu este recunoscut sau este blocat',
      LIMIT_EXCEEDED: 'depășește limita contului tău',
      BANK_REFUSED: 'banca nu a acceptat-o',
      BANK_UNAVAILABLE: 'banca nu a răspuns',
      EXPIRED: 'a trecut timpul pentru plată',
      ABANDONED_BY_PAYER: 'te-ai oprit înainte de ea',
    },
    turn: (no: number, count: number) => `Plata ${no} din ${count}`,
    progressPaid: (done: number, count: number) => `${done} din ${count} plătite`,
    progressAuthorised: (done: number, count: number) => `${done} din ${count} autorizate`,
    failed: (count: number) =>
      count === 1
        ? 'O plată nu a fost făcută; vezi mai jos de ce.'
        : `${payments(count)} nu au fost făcute; vezi mai jos de ce.`,
    next: (no: number, amount: string, name: string) =>
      `Urmează plata ${no}: ${amount} RON către ${name}. O autorizezi la bancă și te întorci aici.`,
    authorise: (no: number) => `Autorizează plata ${no}`,
    stop: 'Oprește aici',
    stopQuestion: 'Te oprești aici?',
    stopLeft: (count: number, amount: string) =>
      `${count === 1 ? 'Rămâne neplătită' : 'Rămân neplătite'} ${payments(count)}, în total ${amount} RON:`,
    stopMore: (count: number) => (count === 1 ? 'și încă una' : `și încă ${count}`),
    stopKept: 'Ce ai autorizat până acum nu se schimbă.',
    stopYes: 'Da, mă opresc',
    stopNo: 'Înapoi la plăți',
    noAnswer: 'Nu am primit răspuns; poate s-a întrerupt legătura. Poți apăsa din nou: nu vei plăti de două ori.',
    refused: 'Banca nu a primit plata aceasta. Nu s-a plătit. Încearcă din nou sau oprește-te aici.',
    partlyPaid: (done: number, count: number) =>
      done === 1 ? `S-a plătit una din ${payments(count)}` : `S-au plătit ${done} din ${payments(count)}`,
    partlyAuthorised: (done: number, count: number) =>
      done === 1 ? `Ai autorizat una din ${payments(count)}` : `Ai autorizat ${done} din ${payments(count)}`,
    sums: (done: string, left: string) =>
      `Din contul tău: ${done} RON. Neplătit: ${left} RON. Confirmarea vine și pe email.`,
    unpaid: (count: number) => (count === 1 ? 'Neplătită: una' : `Neplătite: ${count}`),
    done: (count: number) => (count === 1 ? 'Făcută: una' : `Făcute: ${count}`),
    outcomes: {
      paid: {
        heading: 'Toate plățile au fost făcute',
        text: 'Banii au plecat din contul tău. Confirmarea vine și pe email.',
      },
      authorised: {
        heading: 'Toate plățile sunt autorizate',
        text: 'Banca le execută acum. Primești rezultatul pe email.',
      },
      scheduled: { heading: 'Toate plățile sunt programate', text: 'Banca le execută în ziua stabilită.' },
      rejected: { heading: 'Plățile nu au fost făcute', text: 'Nu s-a plătit nimic.' },
      cancelled: { heading: 'Plățile au fost anulate', text: 'Nu s-a plătit nimic.' },
      abandoned: { heading: 'Ai renunțat la plăți', text: 'Nu s-a plătit nimic.' },
      blocked: {
        heading: 'Plățile au fost oprite',
        text: 'Nu au trecut de verificările noastre de siguranță. Nu s-a plătit nimic.',
      },
    },
    cancelledBy: (partner: string) => `${partner} a anulat plățile. Nu s-a plătit nimic.`,
    expired: 'Plățile au expirat',
  },
  recurring: {
    heading: 'Plată recurentă',
    say: (schedule: string) => `Se plătește ${schedule}.`,
    about: (partner: string) =>
      `O autorizezi o singură dată, apoi banca ta face singură plățile. O oprești oricând din aplicația băncii sau cerând asta la ${partner}; plățile deja făcute rămân făcute.`,
    outcomes: {
      scheduled: { heading: 'Plata recurentă este autorizată', text: 'De acum banca face singură plățile.' },
      ended: { heading: 'Plata recurentă s-a încheiat', text: 'Banca a făcut plățile până la ziua stabilită.' },
      cancelled: {
        heading: 'Plata recurentă este oprită',
        text: 'Banca nu mai face nicio plată din serie. Ce s-a plătit până acum rămâne plătit.',
      },
      rejected: { heading: 'Plata recurentă nu a fost pornită', text: 'Banca a respins-o. Nu s-a plătit nimic.' },
    },
  },
  later: {
    heading: 'Plată programată',
    say: (day: string) => `Se plătește pe ${day}.`,
    about: 'O autorizezi acum; banca ia banii din cont abia în acea zi. Ai grijă să fie destui atunci.',
  },
  link: {
    until: (when: string) => `Linkul acesta de plată este valabil până la ${when}.`,
    moment: (day: string, time: string) => `${day}, ora ${time}`,
    expired: 'Linkul de plată a expirat',
    expiredText: (partner: string) => `Nu s-a plătit nimic. Cere un link nou de la ${partner}.`,
  },
  entering: {
    heading: 'Banca îți cere întâi acordul',
    text: (bank: string) =>
      `${bank} te întreabă întâi dacă îi putem trimite plata, apoi îți cere să o autorizezi. Plata nu este încă la bancă.`,
    leaving: (bank: string) => `La ${bank} îți dai întâi acordul, apoi autorizezi plata. După aceea te întorci aici.`,
  },
}
