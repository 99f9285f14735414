/** Puts the acquirer together: book, messages over mutual TLS, pages. */
import { startWebServer } from '../process/http.ts'
import { createFaults } from './api/faults.ts'
import { startApi } from './api/server.ts'
import { openBook } from './book/book.ts'
import type { AcquirerConfig } from './config.ts'
import { adminRoutes } from './pages/admin.ts'
import { pageRoutes } from './pages/routes.ts'
import { createFrame } from './pages/views.ts'

export type Acquirer = { readonly api_url: string; readonly pages_url: string; close(): Promise<void> }

/** Answers once both servers listen. */
export async function startAcquirer(config: AcquirerConfig): Promise<Acquirer> {
  const book = await openBook(config.data_dir, config.limits)
  const faults = createFaults()
  const api = await startApi({ book, faults, config })
  const frame = createFrame(config.name)
  const pages = await startWebServer({
    host: config.pages.host,
    port: config.pages.port,
    url: config.pages.url,
    routes: [...pageRoutes(book, frame), ...adminRoutes(book, faults, api)],
    renderError: frame.error,
  })
  return {
    api_url: config.api.url ?? `https://localhost:${api.port}`,
    pages_url: pages.url,
    async close() {
      await Promise.all([api.close(), pages.close()])
      await book.close()
    },
  }
}
