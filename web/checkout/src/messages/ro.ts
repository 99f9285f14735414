/**
 * The words of the page, Romanian: the language the page opens in, and the shape the other languages must fill.
 */

import { manyRo } from './many-ro.ts'
import { countRo } from './plain-words.ts'

/** "o secundă", "10 secunde", "20 de secunde". */
const seconds = (count: number) => countRo(count, 'o secundă', 'secunde')

export const ro = {
  title: 'Plată din cont',
  titleOf: (heading: string) => `${heading} · Plată din cont`,
  languageSwitch: 'English',
  languageSwitchAbout: 'Switch to English',
  opening: 'Se deschide plata…',
  to: (name: string) => `către ${name}`,
  newPayment: 'Plată nouă',
  lead: 'Autorizezi plata la banca ta. Parola de la bancă nu ți-o cerem și nu o vedem niciodată.',

  groupPayment: 'Ce plătești',
  groupAccount: 'Din contul tău',
  labels: {
    partnerName: 'Nume partener',
    bankId: 'Selectează banca plătitor',
    debtorIban: 'IBAN plătitor',
    amount: 'Suma de plată',
    email: 'Email plătitor',
    creditorName: 'Nume beneficiar',
    creditorIban: 'IBAN beneficiar',
    details: 'Detalii de plată',
    userCode: 'Cod utilizator',
  },
  shortLabels: {
    bankId: 'banca',
    debtorIban: 'IBAN plătitor',
    amount: 'suma',
    email: 'email',
    creditorName: 'nume beneficiar',
    creditorIban: 'IBAN beneficiar',
    details: 'detalii',
    userCode: 'cod utilizator',
  },
  hints: {
    bank: 'Caută după nume sau alege din listă',
    userCode: 'Numele cu care intri în aplicația băncii. Nu parola.',
    email: 'Aici primești confirmarea plății',
  },
  characters: (used: number, most: number) => `${used} din maximum ${most} de caractere`,
  banksList: 'Bănci',
  banksShow: 'Arată băncile',
  noBankFound: 'Nicio bancă din listă nu se potrivește.',
  bankRecognised: (bank: string) => `Bancă recunoscută din IBAN: ${bank}`,
  bankOffer: (bank: string) => `Alege ${bank}`,
  bankAway: {
    NOT_RESPONDING: 'momentan indisponibilă: nu răspunde',
    MAINTENANCE: 'momentan indisponibilă: lucrări anunțate de bancă',
    NOT_OFFERED: 'nu oferă acest fel de plată',
  },
  otherBank: 'Alege altă bancă',
  bankGone: (bank: string) => `${bank} este momentan indisponibilă. Ce ai scris a rămas.`,
  bankBack: (bank: string) => `${bank} este din nou disponibilă.`,

  faults: {
    required: 'Câmp obligatoriu',
    invalid: 'Valoarea nu este corectă.',
    not_romanian: 'Trebuie să fie un cont din România: IBAN-ul începe cu RO.',
    too_long: 'Textul este prea lung.',
    too_large: 'Suma este prea mare.',
    unsupported_characters: 'Conține semne pe care banca nu le acceptă.',
    same_account: 'Este chiar contul beneficiarului. Scrie contul din care plătești.',
    wrong_bank: 'IBAN-ul este de la altă bancă.',
    not_editable: 'Acest câmp nu se poate modifica aici.',
    unavailable: 'Banca este momentan indisponibilă. Alege altă bancă sau revino mai târziu.',
    not_offered: 'Banca nu oferă acest fel de plată. Alege altă bancă.',
  },
  invalid: {
    iban: 'IBAN-ul nu este corect. Verifică literele și cifrele.',
    amount: 'Scrie suma în lei, de exemplu 1.234,56.',
    email: 'Adresa nu este corectă. Exemplu: ana@exemplu.ro',
    bank: 'Alege o bancă din listă.',
  },

  termsBefore: 'Plătind, accepți ',
  termsLink: 'Termenii și condițiile',
  pay: 'Plătește',
  paying: 'Se trimite…',
  cancel: 'Renunță',
  close: 'Închide',
  retry: 'Încearcă din nou',
  missing: (labels: string) => `Mai ai de completat: ${labels}.`,
  openUntil: (time: string) => `Poți plăti până la ora ${time}.`,
  openUntilDay: (when: string) => `Poți plăti până la ${when}.`,

  cancelQuestion: 'Renunți la plată?',
  cancelAbout: (partner: string) => `Nu se plătește nimic și te întorci la ${partner}.`,
  cancelYes: 'Da, renunț',
  cancelNo: 'Înapoi la plată',
  cancelTooLate: 'Plata este deja la bancă și nu mai poate fi oprită de aici. Așteptăm răspunsul băncii.',

  summaryTitle: 'Plata nu a fost trimisă',
  summaryFields: 'Verifică următoarele câmpuri:',
  problems: {
    NO_ANSWER:
      'Nu am primit răspuns; poate s-a întrerupt legătura la internet. Ce ai scris a rămas aici. Poți apăsa din nou „Plătește”: nu vei plăti de două ori.',
    CANCEL_NO_ANSWER: 'Nu am primit răspuns și nu știm dacă renunțarea a ajuns la noi. Încearcă din nou.',
    FIELDS: 'Unele date nu sunt acceptate.',
    PAGE_EXPIRED: 'Pagina a stat deschisă prea mult și am reîncărcat-o. Verifică datele și apasă din nou „Plătește”.',
    PAYMENT_CLOSED: 'Plata este deja încheiată.',
    PAYMENT_IN_PROGRESS: 'Plata este deja pe drum către bancă. Nu mai este nevoie să apeși nimic.',
    FIELD_NOT_EDITABLE: 'Datele stabilite de partener nu se pot modifica aici. Am reîncărcat plata.',
    BANK_UNAVAILABLE: 'Banca nu primește plăți acum. Nu s-a plătit nimic. Încearcă din nou sau alege altă bancă.',
    BANK_REFUSED: 'Banca nu a acceptat plata. Nu s-a plătit nimic. Verifică datele sau alege altă bancă.',
    BANK_NOT_OFFERED: 'Banca nu oferă acest fel de plată. Nu s-a plătit nimic. Alege altă bancă.',
    BANK_ACCESS_DENIED: 'Nu ți-ai dat acordul la bancă. Nu s-a plătit nimic. Încearcă din nou sau alege altă bancă.',
    RATE_LIMITED: 'Sunt prea multe încercări într-un timp scurt. Așteaptă un minut și încearcă din nou.',
    OVERLOADED: 'Serviciul este foarte solicitat. Încearcă din nou peste un minut.',
    OTHER: 'Ceva nu a mers la noi. Încearcă din nou; nu vei plăti de două ori.',
  },
  support: (traceId: string) => `Cod pentru asistență: ${traceId}`,

  sending: {
    heading: 'Trimitem plata la banca ta…',
    text: 'Durează de obicei câteva secunde. Nu închide pagina.',
  },
  leaving: {
    heading: 'Te trimitem la banca ta…',
    text: (bank: string) => `Autentifică-te la ${bank} și autorizează plata. Apoi te întorci aici.`,
  },
  authorise: {
    heading: 'Plata așteaptă autorizarea în banca ta',
    text: (bank: string) =>
      `Dacă ai deschis deja ${bank} în altă fereastră sau pe telefon, termină acolo: pagina aceasta află singură.`,
    button: 'Continuă la bancă',
  },
  waiting: {
    headingConfirm: 'Confirmă plata în aplicația băncii tale',
    textConfirm:
      'Deschide aplicația băncii pe telefon, autentifică‑te și autorizează plata. Pagina aceasta află singură.',
    bankSays: (bank: string) => `Mesaj de la ${bank}`,
    headingResult: 'Așteptăm răspunsul băncii…',
    textResult: 'Durează de obicei câteva secunde. Nu mai ai nimic de făcut.',
    long: 'Durează mai mult decât de obicei. Poți închide pagina: îți trimitem rezultatul pe email.',
    offline: 'Nu avem legătură acum; încercăm mai departe. Plata nu depinde de pagina aceasta.',
    checkNow: 'Verifică acum',
  },
  yourBank: 'banca ta',

  outcomes: {
    paid: { heading: 'Plata a fost făcută', text: 'Banii au plecat din contul tău. Confirmarea vine și pe email.' },
    authorised: {
      heading: 'Plata este autorizată',
      text: 'Banca o execută acum. Primești rezultatul pe email.',
    },
    rejected: { heading: 'Plata nu a fost făcută', text: 'Banca a respins plata. Nu s-a plătit nimic.' },
    cancelled: { heading: 'Plata a fost anulată', text: 'Plata a fost anulată la bancă. Nu s-a plătit nimic.' },
    scheduled: { heading: 'Plata este programată', text: 'Banca o execută în ziua stabilită.' },
    partly: { heading: 'Plata a fost făcută în parte', text: 'Confirmarea vine pe email.' },
    abandoned: { heading: 'Ai renunțat la plată', text: 'Nu s-a plătit nimic.' },
    blocked: {
      heading: 'Plata a fost oprită',
      text: 'Plata nu a trecut de verificările noastre de siguranță. Nu s-a plătit nimic.',
    },
  },
  reasons: {
    INSUFFICIENT_FUNDS: 'Nu sunt destui bani în cont. Nu s-a plătit nimic.',
    REFUSED_BY_PAYER: 'Ai refuzat plata la bancă. Nu s-a plătit nimic.',
    SCA_FAILED: 'Banca nu a putut confirma că ești tu. Nu s-a plătit nimic.',
    ACCOUNT_INVALID: 'Banca nu recunoaște unul dintre conturi sau contul este blocat. Nu s-a plătit nimic.',
    LIMIT_EXCEEDED: 'Suma depășește limita contului tău la bancă. Nu s-a plătit nimic.',
    BANK_REFUSED: 'Banca a respins plata. Nu s-a plătit nimic.',
    BANK_UNAVAILABLE: 'Banca nu a răspuns. Nu s-a plătit nimic.',
    EXPIRED: 'Timpul pentru plată a trecut. Nu s-a plătit nimic.',
  },
  cancelledBy: (partner: string) => `${partner} a anulat plata. Nu s-a plătit nimic.`,
  headingExpired: 'Plata a expirat',
  reference: 'Referința plății',
  thanks: 'Mulțumesc!',
  returnIn: (count: number, partner: string) => `Te întoarcem la ${partner} în ${seconds(count)}.`,
  returnPaused: (partner: string) => `Rămâi aici cât vrei; butonul te întoarce la ${partner}.`,
  returnPause: 'Oprește numărătoarea',

  idle: {
    warning: 'Mai ești aici?',
    warningText: (count: number) => `Pentru siguranța ta, pagina se deconectează în ${seconds(count)}.`,
    stay: 'Rămân pe pagină',
    heading: 'Pagina s-a deconectat',
    text: 'Nu s-a întâmplat nimic pe pagină de ceva timp, așa că am ascuns datele tale.',
    reconnect: 'Reconectează pagina',
  },
  failed: {
    link: 'Linkul de plată nu este valid',
    linkText:
      'Întoarce-te la magazinul sau aplicația din care ai pornit. Dacă ai autorizat deja plata la bancă, vezi întâi acolo dacă s-a făcut, ca să nu plătești de două ori.',
    offline: 'Nu am putut deschide plata',
    offlineText: 'Verifică legătura la internet și încearcă din nou.',
    busy: 'Serviciul este foarte solicitat',
    busyText: 'Așteaptă un minut și încearcă din nou.',
    broken: 'Ceva nu a mers',
    brokenText: 'Pagina a întâlnit o eroare. Reîncarc-o: plata ta nu se pierde și nu se dublează.',
  },
  handover: {
    button: 'Continuă pe telefon',
    heading: 'Continuă pe telefon',
    text: 'Îndreaptă camera telefonului spre cod. Poți termina plata acolo; pagina aceasta află singură.',
    alt: 'Cod QR cu adresa acestei pagini de plată',
    failed: 'Codul nu a putut fi afișat. Încearcă din nou.',
  },
  many: manyRo,
  footer: {
    service: 'Serviciu de inițiere a plăților operat de',
    register: 'Registru',
    contact: 'Contact',
    complaints: 'Reclamații',
  },
}
