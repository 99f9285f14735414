/**
 * The hosted payment page: what a payer sees between a partner and a bank. `app.tsx` picks the screen, `use-payment.ts`
 * follows the payment, `form.ts` and its pure neighbours know the rules, `messages/` has the words.
 */
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { rememberedLanguage, SpeechProvider } from './language.tsx'
import { openedLink } from './links.ts'
import { MESSAGES } from './messages/messages.ts'
import './tokens.css'
import './controls.css'
import './page.css'
import './screens.css'
import './form.css'
import './list.css'

const container = document.getElementById('root')
if (container !== null) {
  const root = createRoot(container, { onUncaughtError: () => showBroken(container) })
  root.render(
    <StrictMode>
      <SpeechProvider>
        <App link={openedLink(window.location.search, () => window.sessionStorage)} />
      </SpeechProvider>
    </StrictMode>,
  )
}

// A fault of our own: say so without a word of the payer's data, on the page or in the console.
function showBroken(container: HTMLElement): void {
  const words = MESSAGES[rememberedLanguage()].failed
  const lines = [words.broken, words.brokenText].map((text, index) => {
    const line = document.createElement(index === 0 ? 'h1' : 'p')
    line.textContent = text
    return line
  })
  const section = document.createElement('main')
  section.className = 'opening'
  section.append(...lines)
  // React empties the container itself after a fatal error; come after it.
  setTimeout(() => container.replaceChildren(section))
}
