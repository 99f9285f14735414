/** The addresses of monthly donations: begun, looked at, stopped. */
import { isFinalStatus } from '@punte/sdk'
import type { Attempt } from '../../partner/book.ts'
import { attemptJson, callFailure } from '../../partner/partner.ts'
import { type Answer, type Asked, HttpError, html, json, type Route, redirect } from '../../process/http.ts'
import type { Shop } from '../order-routes.ts'
import { readBasket } from '../orders.ts'
import { type Donation, type Donations, firstDay, phaseOf, readDonation, recurringRequest } from './donations.ts'
import { donationDigest, donationForm, donationPage } from './pages.ts'

type Desk = {
  readonly shop: Shop
  readonly donations: Donations
  readonly donationOf: (asked: Asked) => Donation
  readonly show: (asked: Asked, donation: Donation, problem?: string) => string
}

export function donationRoutes(shop: Shop, donations: Donations): readonly Route[] {
  const donationOf = ({ params }: Asked): Donation => {
    const donation = donations.get(params.id ?? '')
    if (donation === undefined) throw new HttpError(404, 'Donația nu există.')
    return donation
  }
  const show = (asked: Asked, donation: Donation, problem?: string): string =>
    donationPage(seen(shop, asked), { donation, attempts: shop.payments.attemptsOf(donation.donation_id), problem })
  const desk = { shop, donations, donationOf, show }
  return [...beginRoutes(desk), ...lookRoutes(desk), stopRoute(desk)]
}

const seen = (shop: Shop, { headers }: Asked) => ({
  basket: readBasket(headers.cookie),
  cards: shop.desk !== undefined,
})

async function begin({ shop, show }: Desk, asked: Asked, donation: Donation): Promise<Answer> {
  try {
    const attempt = await shop.payments.start(donation.donation_id, (client) =>
      client.startPayment(recurringRequest(donation, { ...shop.config, url: shop.url(), now: new Date() })),
    )
    return redirect(isFinalStatus(attempt.status) ? `/donatii/${donation.donation_id}` : attempt.redirect_url)
  } catch (error) {
    const { status, message } = callFailure(error)
    return html(show(asked, donation, `Donația nu a pornit. Din cont nu s-a luat nimic. ${message}`), status)
  }
}

function beginRoutes(desk: Desk): readonly Route[] {
  const { shop, donations } = desk
  return [
    {
      method: 'GET',
      path: '/donatii',
      handle: (asked) => {
        const blank = { amount: '50', name: '', email: '', iban: '' }
        return html(donationForm(seen(shop, asked), blank, firstDay(new Date())))
      },
    },
    {
      method: 'POST',
      path: '/donatii',
      accepts: 'form',
      handle: async (asked) => {
        const fields = new URLSearchParams(asked.body.toString())
        const text = (name: string): string => fields.get(name) ?? ''
        const form = { amount: text('amount'), name: text('name'), email: text('email'), iban: text('iban') }
        const { faults, ...read } = readDonation(form)
        if (Object.keys(faults).length > 0)
          return html(donationForm(seen(shop, asked), form, firstDay(new Date()), faults), 422)
        return begin(desk, asked, await donations.create(read))
      },
    },
    {
      method: 'POST',
      path: '/donatii/:id/porneste',
      accepts: 'form',
      handle: (asked) => begin(desk, asked, desk.donationOf(asked)),
    },
  ]
}

function lookRoutes({ shop, donationOf, show }: Desk): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/donatii/:id',
      handle: async (asked) => {
        const donation = donationOf(asked)
        await fresh(shop, donation)
        return html(show(asked, donation))
      },
    },
    {
      method: 'GET',
      path: '/donatii/:id.json',
      handle: async (asked) => {
        const donation = donationOf(asked)
        const attempt = await fresh(shop, donation)
        const { donation_id, amount_minor } = donation
        const attempts = shop.payments.attemptsOf(donation_id).map(attemptJson)
        return json({
          donation_id,
          amount_minor,
          status: donationDigest(attempt),
          phase: phaseOf(attempt),
          attempts,
        })
      },
    },
    {
      method: 'GET',
      path: '/donatii/:id/inapoi',
      // Whatever the address says, the status call decides.
      handle: async (asked) => {
        const donation = donationOf(asked)
        await fresh(shop, donation)
        return redirect(`/donatii/${donation.donation_id}`)
      },
    },
  ]
}

function stopRoute({ shop, donationOf, show }: Desk): Route {
  return {
    method: 'POST',
    path: '/donatii/:id/opreste',
    accepts: 'form',
    handle: async (asked) => {
      const donation = donationOf(asked)
      const path = `/donatii/${donation.donation_id}`
      const attempt = shop.payments.attemptsOf(donation.donation_id).at(-1)
      if (attempt === undefined || isFinalStatus(attempt.status)) return redirect(path)
      try {
        // A bank may want the payer's word for it: then it says where.
        const { redirect_url } = await shop.payments.cancel(attempt.payment_id)
        await shop.payments.ask(attempt.payment_id, true)
        return redirect(redirect_url ?? path)
      } catch (error) {
        const { status, message } = callFailure(error)
        return html(show(asked, donation, `Donația nu a putut fi oprită acum. Încearcă din nou. ${message}`), status)
      }
    },
  }
}

async function fresh(shop: Shop, { donation_id }: Donation): Promise<Attempt | undefined> {
  const last = shop.payments.attemptsOf(donation_id).at(-1)
  return last === undefined ? undefined : shop.payments.ask(last.payment_id)
}
