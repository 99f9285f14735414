/** Calls of the pages to their own surface. What the two apps share lies in this folder: calls, words, tables, small views. */

export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly field: string | undefined
  /** Everything that is wrong, where more than one field is. */
  readonly faults: readonly { readonly field: string; readonly code: string; readonly message: string }[]
  readonly trace_id: string | undefined

  constructor(status: number, told: Partial<Omit<ApiError, 'status' | 'name'>>) {
    super(told.message ?? 'Serverul nu răspunde.')
    this.name = 'ApiError'
    this.status = status
    this.code = told.code ?? 'NO_ANSWER'
    this.field = told.field
    this.faults = told.faults ?? []
    this.trace_id = told.trace_id
  }
}

const TIMEOUT_MS = 30_000
let prefix = '/office/api'
let onSessionEnd: () => void = () => {}

/** Once, when the app starts. @param ended called when a call is told that there is no session any more */
export function setUpCalls(surface_prefix: string, ended: () => void): void {
  prefix = surface_prefix
  onSessionEnd = ended
}

/** Address of a call, for links to files and for EventSource-like uses. */
export const addressOf = (path: string): string => prefix + path

type More = {
  /** A poll nobody asked for: it does not keep the session from idling out. */
  readonly background?: boolean
  readonly headers?: Readonly<Record<string, string>>
  readonly timeout_ms?: number
}

async function call<T>(method: string, path: string, body: unknown, more: More = {}): Promise<T> {
  const is_bytes = body instanceof Blob || body instanceof ArrayBuffer
  const headers: Record<string, string> = {
    'x-punte-call': '1',
    ...(more.background === true && { 'x-punte-background': '1' }),
    ...(body !== undefined && !is_bytes && { 'content-type': 'application/json' }),
    ...(is_bytes && { 'content-type': 'application/octet-stream' }),
    ...more.headers,
  }
  let response: Response
  try {
    response = await fetch(prefix + path, {
      method,
      headers,
      ...(body !== undefined && { body: is_bytes ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(more.timeout_ms ?? TIMEOUT_MS),
    })
  } catch {
    throw new ApiError(0, {})
  }
  if (response.status === 204) return undefined as T
  const answer = (await response.json().catch(() => ({}))) as T
  if (response.ok) return answer
  const error = new ApiError(response.status, answer as Partial<ApiError>)
  // Asking who is signed in is how the end is noticed: telling of it there would ask for ever.
  if (error.code === 'SESSION_ENDED' && path !== '/me') onSessionEnd()
  throw error
}

/** @throws ApiError */
export const get = <T>(path: string, more?: More): Promise<T> => call('GET', path, undefined, more)
export const post = <T>(path: string, body?: unknown, more?: More): Promise<T> => call('POST', path, body ?? {}, more)
export const put = <T>(path: string, body?: unknown, more?: More): Promise<T> => call('PUT', path, body ?? {}, more)
export const patch = <T>(path: string, body?: unknown, more?: More): Promise<T> => call('PATCH', path, body ?? {}, more)
export const del = <T>(path: string, more?: More): Promise<T> => call('DELETE', path, undefined, more)

/** `?a=1&b=2` of what is not empty. */
export function queryOf(values: Readonly<Record<string, string | number | boolean | undefined | null>>): string {
  const fields = Object.entries(values).filter(([, value]) => value !== undefined && value !== null && value !== '')
  const text = new URLSearchParams(fields.map(([name, value]) => [name, String(value)])).toString()
  return text === '' ? '' : `?${text}`
}
