/**
 * Addresses of the card API: `/api/rest/version/{v}/merchant/{m}/…` and `/api/nvp/version/{v}`. Routes match whole
 * addresses; what none matches is read here segment by segment, so that the answer says where the address went wrong.
 */
import { PunteError } from '../../domain/errors.ts'

export const FIRST_VERSION = 54
export const LAST_VERSION = 100

const REST = '/api/rest/version/:version'
const MERCHANT = `${REST}/merchant/:merchant`

/** As routes are registered; operations.ts says which operations answer there. */
export const PATHS = {
  information: `${REST}/information`,
  order: `${MERCHANT}/order/:order`,
  transaction: `${MERCHANT}/order/:order/transaction/:transaction`,
  sessions: `${MERCHANT}/session`,
  session: `${MERCHANT}/session/:session`,
  tokens: `${MERCHANT}/token`,
  token: `${MERCHANT}/token/:token`,
  agreement: `${MERCHANT}/agreement/:agreement`,
  payment_options: `${MERCHANT}/paymentOptionsInquiry`,
} as const

export const NVP_PATH = '/api/nvp/version/:version'

/** What the segments of a REST address name, decoded. */
export type PathNames = {
  readonly version?: string
  readonly merchant?: string
  readonly order?: string
  readonly transaction?: string
  readonly session?: string
  readonly token?: string
  readonly agreement?: string
}

const versions = new Map(
  Array.from({ length: LAST_VERSION - FIRST_VERSION + 1 }, (_, index) => {
    const version = FIRST_VERSION + index
    return [String(version), version] as const
  }),
)

/** @throws PunteError VERSION_UNSUPPORTED */
export function readVersion(text: string | undefined): number {
  const version = versions.get(text ?? '')
  if (version !== undefined) return version
  const shown = /^[\w.-]{1,20}$/.test(text ?? '') ? text : '?'
  throw new PunteError('VERSION_UNSUPPORTED', { text: `Unsupported value for 'version = ${shown}'` })
}

/** A tree of the grammar: `:` stands for any segment. `end`: an address may stop here. */
type Segment = { readonly end?: true; readonly next: Readonly<Record<string, Segment>> }
const leaf: Segment = { end: true, next: {} }

const GRAMMAR: Segment = {
  next: {
    rest: {
      next: {
        version: {
          next: {
            ':version': {
              next: {
                information: leaf,
                merchant: {
                  next: {
                    ':merchant': {
                      next: {
                        agreement: { next: { ':agreement': leaf } },
                        order: {
                          next: { ':order': { end: true, next: { transaction: { next: { ':transaction': leaf } } } } },
                        },
                        paymentOptionsInquiry: leaf,
                        session: { end: true, next: { ':session': leaf } },
                        token: { end: true, next: { ':token': leaf } },
                      },
                    },
                  },
                },
              },
            },
          },
        },
      },
    },
    nvp: { next: { version: { next: { ':version': leaf } } } },
  },
}

/** Ids of orders and transactions are the merchant's names; what opens something (tokens, sessions) is not repeated. */
const UNSPOKEN = new Set([':session', ':token'])
const MAX_SHOWN = 200

/**
 * What is wrong with an address that no route answers.
 * @param path as received, without the query
 * @returns VERSION_UNSUPPORTED, ROUTE_UNKNOWN with the segment that was expected, or undefined: the address is right
 */
export function pathFault(path: string): PunteError | undefined {
  const segments = path.replace(/\/$/, '').split('/').slice(1)
  if (segments[0] !== 'api') return new PunteError('ROUTE_UNKNOWN')
  let at = GRAMMAR
  let walked = ''
  for (const segment of segments.slice(1)) {
    const wild = Object.keys(at.next).find((name) => name.startsWith(':'))
    const next = wild === undefined ? (Object.hasOwn(at.next, segment) ? at.next[segment] : undefined) : at.next[wild]
    if (next === undefined || segment === '') return expected(walked, at)
    if (wild === ':version') {
      const fault = versionFault(segment)
      if (fault !== undefined) return fault
    }
    walked += `/${wild !== undefined && UNSPOKEN.has(wild) ? `{${wild.slice(1)}Id}` : segment}`
    at = next
  }
  return at.end === true ? undefined : expected(walked, at)
}

function versionFault(text: string): PunteError | undefined {
  try {
    readVersion(text)
    return undefined
  } catch (error) {
    if (error instanceof PunteError) return error
    throw error
  }
}

function expected(walked: string, at: Segment): PunteError {
  const names = Object.keys(at.next).map((name) => (name.startsWith(':') ? `/{${name.slice(1)}Id}` : `/${name}`))
  const last = names.pop()
  const wanted =
    last === undefined ? 'no further segment' : names.length === 0 ? last : `${names.join(', ')} or ${last}`
  const shown = walked.length > MAX_SHOWN ? `${walked.slice(0, MAX_SHOWN)}…` : walked
  return new PunteError('ROUTE_UNKNOWN', { text: `After url path ${shown === '' ? '/' : shown}, expected ${wanted}` })
}
