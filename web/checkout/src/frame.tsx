/**
 * What stands around every screen: the partner's header, the card in the middle, the operator's footer.
 */
import { type ReactNode, useEffect, useLayoutEffect, useRef } from 'react'
import type { PaymentList, PaymentView } from '../../../src/http/checkout/contract.ts'
import { formatAmount } from './amount.ts'
import { paletteOf } from './colour.ts'
import { useSpeech } from './language.tsx'

type FrameProps = { readonly view?: PaymentView | undefined; readonly children: ReactNode }

export function Frame({ view, children }: FrameProps) {
  const { language, words, switchLanguage } = useSpeech()
  const other = language === 'ro' ? 'en' : 'ro'
  usePartnerColour(view?.partner.colour)
  return (
    <>
      <header className="band">
        <div className="band-inner">
          {view === undefined ? <span /> : <Partner partner={view.partner} />}
          <button
            type="button"
            className="language"
            lang={other}
            title={words.languageSwitchAbout}
            onClick={switchLanguage}
          >
            {words.languageSwitch}
          </button>
        </div>
      </header>
      <main className="page">{children}</main>
      {view !== undefined && <Footer operator={view.operator} />}
    </>
  )
}

function Partner({ partner }: { readonly partner: PaymentView['partner'] }) {
  // Only pictures that came with the view itself: the page loads nothing from elsewhere.
  if (partner.logo?.startsWith('data:image/')) {
    return (
      <span className="logo">
        <img src={partner.logo} alt={partner.name} />
      </span>
    )
  }
  return <strong className="partner-name">{partner.name}</strong>
}

function Footer({ operator }: { readonly operator: PaymentView['operator'] }) {
  const { words } = useSpeech()
  return (
    <footer className="footer">
      <p>
        {words.footer.service} <strong>{operator.name}</strong>
      </p>
      <dl>
        <dt>{words.footer.register}</dt>
        <dd>{operator.register}</dd>
        <dt>{words.footer.contact}</dt>
        <dd>{operator.contact}</dd>
        <dt>{words.footer.complaints}</dt>
        <dd>{operator.complaints}</dd>
      </dl>
    </footer>
  )
}

// Through the CSS object model, which the Content-Security-Policy allows, not through style attributes, which it does not.
function usePartnerColour(colour: string | undefined): void {
  useLayoutEffect(() => {
    if (colour === undefined) return
    const palette = paletteOf(colour)
    const { style } = document.documentElement
    style.setProperty('--partner-fill', palette.fill)
    style.setProperty('--partner-fill-hover', palette.fillHover)
    style.setProperty('--partner-ink', palette.ink)
    style.setProperty('--partner-edge-light', palette.edge.light)
    style.setProperty('--partner-edge-dark', palette.edge.dark)
    style.setProperty('--partner-accent-light', palette.accent.light)
    style.setProperty('--partner-accent-dark', palette.accent.dark)
  }, [colour])
}

type HeroProps = {
  readonly amountMinor?: number | undefined
  readonly creditorName?: string | undefined
  /** In the place of whom it goes to. */
  readonly about?: string
  /** Smaller and paler, where nothing was paid. */
  readonly quiet?: boolean
}

/** How much and to whom: the largest thing on the page. */
export function Hero({ amountMinor, creditorName, about, quiet }: HeroProps) {
  const { words } = useSpeech()
  const amount = amountMinor === undefined ? undefined : formatAmount(amountMinor)
  const whom = about ?? (creditorName ? words.to(creditorName) : undefined)
  return (
    <p className={quiet ? 'hero quiet' : 'hero'}>
      {amount === undefined ? (
        <span className="amount empty">{words.newPayment}</span>
      ) : (
        <span className={amount.length > 11 ? 'amount long' : 'amount'}>
          {amount}
          <span className="currency">{' RON'}</span>
        </span>
      )}{' '}
      {whom !== undefined && <span className="whom">{whom}</span>}
    </p>
  )
}

/** The whole list's sum, and how many payments it is. */
export function ListHero({ list, quiet }: { readonly list: PaymentList; readonly quiet?: boolean }) {
  const { words } = useSpeech()
  return <Hero amountMinor={list.totalMinor} about={words.many.list.count(list.count)} quiet={quiet ?? false} />
}

/**
 * The heading of a screen that took the place of another: it takes the focus, so that a screen reader says where one
 * is, and names the tab.
 */
export function ScreenHeading({ children }: { readonly children: string }) {
  const { words } = useSpeech()
  const ref = useRef<HTMLHeadingElement>(null)
  const title = words.titleOf(children.replace('…', ''))
  useEffect(() => {
    document.title = title
  }, [title])
  useEffect(() => {
    // From the top: on a phone the form was scrolled down, and the amount must not be left out of sight.
    ref.current?.focus({ preventScroll: true })
    window.scrollTo(0, 0)
  }, [])
  return (
    <h1 ref={ref} tabIndex={-1} className="heading">
      {children}
    </h1>
  )
}
