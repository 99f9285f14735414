/**
 * When the certificates of this installation end; and sandbox certificates, for tests and demonstrations: told as such in
 * their names, real banks refuse them.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { createAuthority, issueRevocationList, serialOf, signCertificateRequest } from '../infra/certificates/issue.ts'
import { writeSandboxPki } from '../infra/certificates/sandbox-pki.ts'
import { CommandError, parseOptions, UsageError } from './command.ts'

export async function run(args: readonly string[]): Promise<number> {
  const [action, ...rest] = args
  switch (action) {
    case 'expiry': {
      // Needs the whole installation; the others need nothing of it.
      const { expiry } = await import('./certificates-expiry.ts')
      return await expiry(rest)
    }
    case 'sandbox':
      return await sandbox(rest)
    case 'authority':
      return await authority(rest)
    case 'sign':
      return await sign(rest)
    case 'revoke':
      return await revoke(rest)
    default:
      throw new UsageError(
        action === undefined
          ? 'certificates expiry, sandbox, authority, sign or revoke?'
          : `no such action: certificates ${action}`,
      )
  }
}

const say = (words: string): void => void process.stdout.write(`${words}\n`)

/** `certificates sandbox DIR`: a whole set, the QWAC and QSEAL included; what is there and sound stays. */
async function sandbox(args: readonly string[]): Promise<number> {
  const { positionals } = parseOptions(args, {}, { min: 1, max: 1 })
  const dir = resolve(positionals[0] as string)
  const { issued } = await writeSandboxPki(dir)
  say(issued.length === 0 ? `${dir}: everything was there` : `${dir}: issued ${issued.join(', ')}`)
  return 0
}

/** `certificates authority PATH --name NAME`: PATH.pem and PATH.key, e.g. to sign partners' requests in a trial. */
async function authority(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseOptions(args, { name: { type: 'string' } }, { min: 1, max: 1 })
  const path = resolve(positionals[0] as string)
  for (const end of ['.pem', '.key'])
    if (existsSync(path + end)) throw new CommandError(`${path}${end} exists; it is left as it is`)
  const made = await createAuthority({ name: values.name ?? 'Sandbox Partner CA' })
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(`${path}.key`, made.key_pem, { mode: 0o600, flag: 'wx' })
  writeFileSync(`${path}.pem`, made.certificate_pem, { flag: 'wx' })
  say(`${path}.pem and ${path}.key written`)
  return 0
}

/** `certificates sign REQUEST.csr --authority PATH [--out CERT.pem]`: signs a partner's request (PKCS #10). */
async function sign(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseOptions(
    args,
    { authority: { type: 'string' }, out: { type: 'string' } },
    { min: 1, max: 1 },
  )
  const certificate = await signCertificateRequest(readPair(values.authority), {
    request_pem: readFileSync(positionals[0] as string, 'utf8'),
  })
  if (values.out === undefined) process.stdout.write(certificate)
  else writeFileSync(values.out, certificate)
  return 0
}

/** `certificates revoke CERT.pem … --authority PATH [--out LIST.pem]`: a revocation list of these certificates. */
async function revoke(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseOptions(
    args,
    { authority: { type: 'string' }, out: { type: 'string' } },
    { min: 0, max: 1000 },
  )
  const serials = positionals.map((path) => serialOf(readFileSync(path, 'utf8')))
  const list = await issueRevocationList(readPair(values.authority), { serials })
  if (values.out === undefined) process.stdout.write(list)
  else writeFileSync(values.out, list)
  return 0
}

function readPair(path: string | undefined): { certificate_pem: string; key_pem: string } {
  if (path === undefined) throw new UsageError('--authority PATH is needed: the path without .pem and .key')
  return { certificate_pem: readFileSync(`${path}.pem`, 'utf8'), key_pem: readFileSync(`${path}.key`, 'utf8') }
}
