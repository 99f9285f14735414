/** Puts an app on the page: components, queries, addresses, language. */
import '@mantine/core/styles.css'
import '@mantine/charts/styles.css'
import './app.css'
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type ReactNode, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createBrowserRouter, RouterProvider } from 'react-router'
import { ApiError, setUpCalls } from './api.ts'
import { Mishap } from './mishap.tsx'
import { LanguageProvider } from './texts.tsx'
import { theme, variables } from './theme.ts'
import { UnsavedGuard } from './unsaved.tsx'

const MAX_TRIES = 2

/** @param name of the app: its pages are below `/{name}`, its calls below `/{name}/api` */
export function startApp(name: 'office' | 'portal', app: ReactNode): void {
  const queries = new QueryClient({
    defaultOptions: {
      queries: {
        // What was refused will be refused again; only silence is tried again.
        retry: (tries, error) => tries < MAX_TRIES && !(error instanceof ApiError && error.status !== 0),
        refetchOnWindowFocus: false,
      },
    },
  })
  setUpCalls(`/${name}/api`, () => void queries.invalidateQueries({ queryKey: ['me'] }))
  const nonce = document.querySelector('meta[name="style-nonce"]')?.getAttribute('content') ?? ''
  // Where the part of the component library that locks scrolling under a dialog looks for it.
  Object.assign(globalThis, { __webpack_nonce__: nonce })
  // The app has its own table of pages; the router that knows of data is here for its blocker.
  const router = createBrowserRouter(
    [{ path: '*', element: <UnsavedGuard>{app}</UnsavedGuard>, errorElement: <Mishap /> }],
    { basename: `/${name}` },
  )
  const root = document.getElementById('root')
  if (root === null) throw new Error('the page has no root')
  createRoot(root).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={variables}
        getStyleNonce={() => nonce}
        defaultColorScheme="light"
      >
        <QueryClientProvider client={queries}>
          <LanguageProvider>
            <RouterProvider router={router} />
          </LanguageProvider>
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  )
}
