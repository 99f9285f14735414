/** The partner API with nothing of ours: curl for the calls, openssl for certificates, node:crypto for signatures. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../world/punte.ts'
import type { TestWorld } from '../world/world.ts'

/** Paths of a certificate and its key. */
export type Pair = { readonly certificate: string; readonly private_key: string }

export type Answer = {
  readonly status: number
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests read whatever came
  readonly json: any
}

export type Call = {
  /** Absent: no client certificate at all. */
  readonly as?: Pair | undefined
  readonly method?: string
  readonly token?: string
  readonly headers?: readonly string[]
  /** Sent as JSON. */
  readonly json?: unknown
  /** Further arguments of curl. */
  readonly args?: readonly string[]
}

export type Curl = (path: string, call?: Call) => Promise<Answer>

/** Calls of this world's partner API. */
export function curlOf(world: TestWorld): Curl {
  const { ca, partner_api } = world.facts
  return async (path, call = {}) => {
    const { as, method, token, headers = [], json, args = [] } = call
    const given = [
      ...(as === undefined ? [] : ['--cert', as.certificate, '--key', as.private_key]),
      ...(method === undefined ? [] : ['--request', method]),
      ...(token === undefined ? [] : ['--header', `Authorization: Bearer ${token}`]),
      ...headers.flatMap((header) => ['--header', header]),
      ...(json === undefined
        ? []
        : ['--header', 'Content-Type: application/json', '--data-binary', JSON.stringify(json)]),
      ...args,
    ]
    const common = [
      '--silent',
      '--show-error',
      '--path-as-is',
      '--http1.1',
      '--max-time',
      '120',
      '--include',
      '--cacert',
      ca,
    ]
    const { code, stdout, stderr } = await run('curl', [...common, ...given, partner_api.url + path])
    assert.equal(code, 0, `curl ${path.split('?')[0]}: ${stderr}`)
    return readAnswer(stdout)
  }
}

function readAnswer(raw: string): Answer {
  // An interim answer (100) may stand before the one that counts.
  const start = raw.lastIndexOf('HTTP/1.1 ')
  const split = raw.indexOf('\r\n\r\n', start)
  const [status_line = '', ...lines] = raw.slice(start, split).split('\r\n')
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  )
  const text = raw.slice(split + 4)
  const is_json = /^application\/(json|jwk-set\+json)/.test(headers['content-type'] ?? '')
  return { status: Number(status_line.split(' ')[1]), headers, text, json: is_json ? JSON.parse(text) : undefined }
}

/** Every refusal is the partner envelope: JSON, with the code, a trace id, and nothing of our insides. */
export function assertRefused(answer: Answer, status: number, code: string, field?: string): void {
  assert.deepEqual({ status: answer.status, code: answer.json?.code }, { status, code }, answer.text.slice(0, 300))
  assert.equal(answer.json.status, status)
  assert.equal(answer.json.messageStatus, 'ERROR')
  assert.match(answer.json.traceId, /^[0-9a-f-]{36}$/)
  assert.match(answer.headers['content-type'] ?? '', /^application\/json/)
  assert.doesNotMatch(answer.text, /<html|node_modules|\.ts:\d+|select .* from/i)
  if (field !== undefined) assert.equal(answer.json.field, field)
}

/** A certificate authority in a folder of its own, kept by openssl. */
export function openssl() {
  const dir = mkdtempSync(join(tmpdir(), 'punte-openssl-'))
  const file = (name: string) => join(dir, name)
  const call = async (...args: readonly string[]): Promise<void> => {
    const { code, stderr } = await run('openssl', args, process.env, dir)
    assert.equal(code, 0, `openssl ${args[0]}: ${stderr}`)
  }
  const newKey = (name: string) =>
    call('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', file(`${name}.key`))
  const pair = (name: string): Pair => ({ certificate: file(`${name}.pem`), private_key: file(`${name}.key`) })
  return {
    dir,
    file,
    /** A self-signed authority. Two of the same subject differ in their keys only. */
    async authority(name: string, subject: string): Promise<Pair> {
      await newKey(name)
      const extensions = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign']
      const wanted = extensions.flatMap((extension) => ['-addext', extension])
      const paths = ['-key', file(`${name}.key`), '-out', file(`${name}.pem`)]
      await call('req', '-x509', '-new', '-days', '30', '-subj', subject, ...wanted, ...paths)
      writeFileSync(file(`${name}.index`), '')
      writeFileSync(file(`${name}.serial`), '1000\n')
      writeFileSync(file(`${name}.cnf`), authorityConfig(file, name))
      return pair(name)
    },
    /** A client certificate; `from` and `to` (YYMMDDHHMMSSZ) where it is not to be valid now. */
    async client(name: string, authority: string, subject: string, from?: string, to?: string): Promise<Pair> {
      await newKey(name)
      await call('req', '-new', '-key', file(`${name}.key`), '-subj', subject, '-out', file(`${name}.csr`))
      const time = from === undefined || to === undefined ? ['-days', '20'] : ['-startdate', from, '-enddate', to]
      const paths = ['-in', file(`${name}.csr`), '-out', file(`${name}.pem`)]
      await call('ca', '-batch', '-notext', '-config', file(`${authority}.cnf`), ...time, ...paths)
      return pair(name)
    },
    /** Revokes and publishes. @returns path of the list */
    async revoke(authority: string, ...names: readonly string[]): Promise<string> {
      const config = ['-config', file(`${authority}.cnf`)]
      for (const name of names) await call('ca', '-revoke', file(`${name}.pem`), ...config)
      await call('ca', '-gencrl', '-crldays', '10', '-out', file(`${authority}.crl`), ...config)
      return file(`${authority}.crl`)
    },
    read: (path: string) => readFileSync(path, 'utf8'),
    remove: () => rmSync(dir, { recursive: true, force: true }),
  }
}

function authorityConfig(file: (name: string) => string, name: string): string {
  return `[ca]
default_ca = this
[this]
database = ${file(`${name}.index`)}
serial = ${file(`${name}.serial`)}
new_certs_dir = ${file('.')}
certificate = ${file(`${name}.pem`)}
private_key = ${file(`${name}.key`)}
default_md = sha256
default_crl_days = 10
policy = any
x509_extensions = client
unique_subject = no
copy_extensions = none
[any]
organizationName = optional
commonName = supplied
countryName = optional
[client]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = clientAuth
`
}
