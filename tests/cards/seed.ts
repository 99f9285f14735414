/**
 * Every list of fields of the stored-credentials guide, sent as the guide lists it and nothing more (but amount and order,
 * which any payment has), under the guide's own headings, in REST and in NVP, with each way of telling the card.
 */
import { describe, test } from 'node:test'
import { type Funds, fundsBy, MEANS, type Means } from './funds.ts'
import { SPEECHES, type Speech } from './gateway.ts'
import { defaults, industryPractice, reissued, sources, withSession } from './questions.ts'
import { agreementOfOrderId, cardChanged, series, storedForThePayer, verifiedFirst } from './series.ts'
import { type Cards, type Speaker, speakerOf } from './world.ts'

export function seedTests(cards: () => Cards): void {
  describe('Acreditare înregistrată, tranzacții inițiate de posesorul cardului și de comerciant', {
    concurrency: 2,
  }, () => {
    inEveryWay(cards, 'Efectuarea plăților inițiate de posesorul cardului', storedForThePayer)
    for (const [heading, type] of [
      ['Plăți periodice', 'RECURRING'],
      ['Plata ratelor', 'INSTALLMENT'],
      ['Plăți neplanificate', 'UNSCHEDULED'],
    ] as const)
      inEveryWay(cards, heading, (world, speaker, funds) => series(world, speaker, funds, type))
    inEveryWay(
      cards,
      'Este necesar să trimit o plată atunci când stabilesc acordul de plată?',
      async (world, speaker, funds) => verifiedFirst(world, speaker, funds),
    )
    inEveryWay(cards, 'Ce se întâmplă dacă se modifică PAN pentru un acord?', cardChanged)
    inEveryWay(cards, 'Cum procedez dacă nu am un ID de acord?', agreementOfOrderId)
    inBoth(
      'Cum pot indica gateway-ului dacă detaliile de plată sunt stocate, nestocate sau intenționați să le stocați?',
      (speech) => defaults(cards(), speech),
    )
    inBoth('Sursa tranzacției', (speech) => sources(cards(), speech))
    inBoth('… dacă utilizați un simbol de schemă, numărul poate fi actualizat automat', (speech) =>
      reissued(cards(), speech),
    )
  })
  describe('what the guide leaves to the reference', () => {
    inBoth('a session of the payer begins a series', (speech) => withSession(cards(), speech))
    inBoth('industry practice', (speech) => industryPractice(cards(), speech))
  })
}

function inBoth(heading: string, scenario: (speech: Speech) => Promise<void>): void {
  describe(heading, () => {
    for (const speech of SPEECHES) test(speech, () => scenario(speech))
  })
}

function inEveryWay(
  cards: () => Cards,
  heading: string,
  scenario: (cards: Cards, speaker: Speaker, funds: Funds, means: Means) => Promise<void>,
): void {
  describe(heading, () => {
    for (const speech of SPEECHES)
      for (const means of MEANS)
        test(`${speech}: ${means}`, async () => {
          const speaker = speakerOf(cards(), speech, cards().shop)
          await scenario(cards(), speaker, await fundsBy(speaker, means), means)
        })
  })
}
