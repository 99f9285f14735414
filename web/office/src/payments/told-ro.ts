/**
 * The timeline in Romanian. The server tells it in English, as `punte explain` does and support passes it on to banks; what stands
 * here are its sentences with their names and numbers left as they are. A sentence that is not here is shown as it was told.
 */

type Sentence = readonly [RegExp, string]

const BY: Readonly<Record<string, string>> = {
  partner: 'partenerul',
  payer: 'plătitorul',
  "payer's return": 'plătitorul, întors',
  "worker's question": 'banca, întrebată',
  "bank's push": 'banca',
  worker: 'Punte',
  staff: 'personalul',
  'its list': 'lista ei',
  bank: 'banca',
  message: 'mesaj',
  merchant: 'comerciantul',
  acquirer: 'acceptatorul',
}

const PURPOSES: Readonly<Record<string, string>> = {
  enter: 'intrarea la bancă',
  initiate: 'inițierea',
  authorise: 'autorizarea',
  status: 'starea',
  transfers: 'transferurile',
  token: 'tokenul',
  cancel: 'anularea',
  metadata: 'metadatele',
}

/** Whole sentences; what a group catches goes through {@link PARTS}. */
const SENTENCES: readonly Sentence[] = [
  [/^token call: the payment's number is reserved$/, 'apelul pentru token: numărul plății este rezervat'],
  [/^initPayment: the terms are recorded$/, 'initPayment: datele plății sunt înregistrate'],
  [
    /^initPayment: the terms of a list of (\d+) payments are recorded$/,
    'initPayment: datele unei liste de plăți ($1) sunt înregistrate',
  ],
  [
    /^chooses the bank (\S+), which takes the list's payments together, as one$/,
    'alege banca $1, care ia plățile listei împreună',
  ],
  [
    /^chooses the bank (\S+), which takes the list's payments one by one$/,
    'alege banca $1, care ia plățile listei pe rând',
  ],
  [/^presses "Plătește": attempt (\d+) goes to the bank (.+)$/, 'apasă „Plătește”: încercarea $1 merge la banca $2'],
  [/^the bank was asked to drop it; (.+)$/, 'băncii i s-a cerut să renunțe la ea; $1'],
  [/^attempt (\d+) closed by hand: the bank does not have it$/, 'încercarea $1 închisă manual: banca nu o are'],
  [/^the payment's tokens are revoked(.*)$/, 'tokenurile plății sunt revocate$1'],
  [
    /^the bank contradicts what is final; nothing is changed(.*)$/,
    'banca contrazice ce este definitiv; nu se schimbă nimic$1',
  ],
  [/^the bank took attempt (\d+) after (\S+ s) and says (.+)$/, 'banca a primit încercarea $1 după $2 și spune $3'],
  [
    /^the submission was sent again under its X-Request-ID: the bank says (\S+) of attempt (.+)$/,
    'trimiterea s-a repetat cu același X-Request-ID: banca spune $1 despre încercarea $2',
  ],
  [/^the bank says (\S+) of attempt (.+)$/, 'banca spune $1 despre încercarea $2'],
  [/^follows from how its payments stand(.*)$/, 'urmează din starea plăților ei$1'],
  [/^goes with its list, of which the bank says (.+)$/, 'merge cu lista ei, despre care banca spune $1'],
  [/^goes with its list(.*)$/, 'merge cu lista ei$1'],
  [/^gives the payment up(.*)$/, 'renunță la plată$1'],
  [/^its time is over(.*)$/, 'timpul ei s-a terminat$1'],
  [/^came back without paying(.*)$/, 's-a întors fără să plătească$1'],
  [/^refused at the bank, which has dropped it(.*)$/, 'a refuzat la bancă, care a renunțat la ea$1'],
  [/^cancelled before anybody has authorised it(.*)$/, 'anulată înainte de a fi autorizată$1'],
  [/^a limit blocks it(.*)$/, 'o limită o blochează$1'],
  [/^the browser is back from the bank \(attempt (\d+)\)$/, 'browserul s-a întors de la bancă (încercarea $1)'],
  [/^has ended attempt (\d+): (.+)$/, 'a încheiat încercarea $1: $2'],
  [
    /^never let us in at the bank: attempt (\d+) is over, and nothing of it is there$/,
    'nu ne-a dat acces la bancă: încercarea $1 s-a încheiat și acolo nu este nimic din ea',
  ],
  [
    /^could not be reached: attempt (\d+) never left, after (.+)$/,
    'nu a putut fi contactată: încercarea $1 nu a plecat, după $2',
  ],
  [
    /^lets attempt (\d+) go after (\S+ s): what became of it stayed unknown, and nobody has its link$/,
    'renunță la încercarea $1 după $2: soarta ei a rămas necunoscută și nimeni nu are linkul ei',
  ],
  [/^refuses attempt (\d+) after (\S+ s): (.+)$/, 'refuză încercarea $1 după $2: $3'],
  [/^webhook about (\S+) tried in vain(.*)$/, 'webhook despre $1 încercat fără succes$2'],
  [/^webhook about (\S+) delivered(.*)$/, 'webhook despre $1 livrat$2'],
  [/^mail to the payer about (\S+) sent$/, 'e-mail către plătitor despre $1, trimis'],
  [/^mail to the payer about (\S+) given up$/, 'e-mail către plătitor despre $1, abandonat'],
  [/^webhook about (\S+): try (\d+) is due (.+)$/, 'webhook despre $1: încercarea $2 urmează $3'],
  [/^webhook about (\S+): no try is recorded yet$/, 'webhook despre $1: încă nicio încercare înregistrată'],
  [/^mail to the payer about (\S+): none is recorded yet$/, 'e-mail către plătitor despre $1: încă neînregistrat'],
  [
    /^attempt (\d+) is open at (\S+): asked next at (.+)$/,
    'încercarea $1 este deschisă la $2: banca va fi întrebată la $3',
  ],
  [
    /^attempt (\d+) is open at (\S+): the bank is not asked by itself any more, only by (.+)$/,
    'încercarea $1 este deschisă la $2: banca nu mai este întrebată automat, doar prin $3',
  ],
  [
    /^whether (\S+) has attempt (\d+) is unknown: found out from (.+) on$/,
    'nu se știe dacă $1 are încercarea $2: se află de la $3',
  ],
  [
    /^whether (\S+) has attempt (\d+) is unknown: ask the bank; if it never had it, (.+)$/,
    'nu se știe dacă $1 are încercarea $2: întreabă banca; dacă nu a avut-o niciodată, $3',
  ],
  [/^asks for (\S+) \((\S+)\), (.+)$/, 'cere $1 ($2), $3'],
  [/^asks for (\S+) \((\S+)\) of transaction (.+)$/, 'cere $1 ($2) pentru tranzacția $3'],
  [/^transaction (.+) is a (SUCCESS|FAILURE|PENDING|UNKNOWN) after (\S+ s): (.+)$/, 'tranzacția $1: $2 după $3: $4'],
  [/^did not say what became of transaction (.+)$/, 'nu a spus ce s-a întâmplat cu tranzacția $1'],
  [/^the acquirer refused to reverse transaction (.+)$/, 'acceptatorul a refuzat să reverseze tranzacția $1'],
  [
    /^transaction (.+) was closed by word of the acquirer's people: (.+)$/,
    'tranzacția $1 a fost închisă pe cuvântul oamenilor acceptatorului: $2',
  ],
  [
    /^a reversal of transaction (.+) leaves: it is to have no effect, whatever became of it$/,
    'pleacă o reversare a tranzacției $1: ea nu trebuie să aibă efect, orice s-ar fi întâmplat cu ea',
  ],
]

/** Ends of sentences that several share. */
const PARTS: readonly Sentence[] = [
  [/, because ([A-Z_]+)$/, ', motivul $1'],
  [/^it will, or says who must agree$/, 'o va face, sau spune cine trebuie să fie de acord'],
  [/^it refuses$/, 'refuză'],
  [/^it could not be reached$/, 'nu a putut fi contactată'],
  [/^its answer is not known$/, 'răspunsul ei nu se cunoaște'],
  [/^no status told$/, 'fără stare'],
  [/, try (\d+)/, ', încercarea $1'],
  [/(\S+ s) after the first$/, 'la $1 după prima'],
  [/^ earlier; asked for again since$/, ' mai demult; cerut din nou între timp'],
  [/; (\d+) tries by now, the last: /, '; încercări până acum: $1, ultima: '],
  [/; given up$/, '; abandonat'],
  [/no answer recorded/, 'niciun răspuns înregistrat'],
  [/^soon$/, 'în curând'],
  [/^at (\d)/, 'la $1'],
  [/ under agreement /, ' sub acordul '],
  [/, as transaction (.+) \(version (\d+)\); it goes to /, ', ca tranzacția $1 (versiunea $2); merge la '],
  [/ under the reference /, ' cu referința '],
  [/, acquirer code /, ', codul acceptatorului '],
]

const EXCHANGE =
  /^(\S+) of attempt (\d+): (\S+ \S+) (?:answered (\d+)|(never left) \((.+)\)|(has no answer) \((.+)\)) after (\S+ s)(?:, the same for the (\d+)\w\w time in a row)?$/

export const byInRomanian = (by: string): string => BY[by] ?? by

export function inRomanian(told: string): string {
  const exchange = EXCHANGE.exec(told)
  if (exchange !== null) return exchangeInRomanian(exchange)
  for (const [pattern, sentence] of SENTENCES) {
    const groups = pattern.exec(told)?.slice(1)
    if (groups !== undefined) return sentence.replace(/\$(\d)/g, (_, n: string) => partOf(groups[Number(n) - 1] ?? ''))
  }
  return told
}

const partOf = (text: string): string => PARTS.reduce((now, [pattern, part]) => now.replace(pattern, part), text)

function exchangeInRomanian(groups: RegExpExecArray): string {
  const [, purpose = '', attempt_no, call, http_status, never_left, left_why, , unanswered_why, took, times] = groups
  const came =
    http_status !== undefined
      ? `răspuns ${http_status}`
      : never_left !== undefined
        ? `nu a plecat (${left_why})`
        : `fără răspuns (${unanswered_why})`
  const again = times === undefined ? '' : `, același de ${times} ori la rând`
  return `${PURPOSES[purpose] ?? purpose}, încercarea ${attempt_no}: ${call} ${came} după ${took}${again}`
}
