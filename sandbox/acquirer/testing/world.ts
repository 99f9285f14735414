/** The acquirer as a process on free ports, and a gateway that knows how to speak to it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createAuthority, type Issued, issue } from '../../bank/testing/pki.ts'

/** Ends a test that waits for what does not come. */
const ANSWER_MS = 60_000
/** Whoever has not answered by then, is silent. */
const SILENCE_MS = 1_500
const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))

// biome-ignore lint/suspicious/noExplicitAny: tests read answers of many shapes
export type Answered = { readonly status: number; readonly json: any; readonly text: string }

export type World = {
  readonly dir: string
  readonly pages_url: string
  readonly api_url: string
  /** Sends one message; rejects where the connection ends without an answer. `null`: no certificate. */
  send(kind: string, message: object | string, client?: Issued | null): Promise<Answered>
  /** Whether no answer comes to this message. */
  isSilentTo(kind: string, message: object): Promise<boolean>
  admin(path: string, body?: object): Promise<Answered['json']>
  /** kill -9, then the same again on the same files. */
  killAndRestart(): Promise<void>
  close(): Promise<void>
}

type Process = { readonly child: ChildProcess; readonly api_url: string; readonly pages_url: string }

export async function startWorld(): Promise<World> {
  const dir = mkdtempSync(join(tmpdir(), 'acquirer-test-'))
  const [server_ca, gateway_ca] = await Promise.all(['Server CA', 'Gateway CA'].map((name) => createAuthority(name)))
  if (server_ca === undefined || gateway_ca === undefined) throw new Error('no authorities')
  const [server, gateway] = await Promise.all([
    issue(server_ca, { kind: 'server' }),
    issue(gateway_ca, { kind: 'web' }),
  ])
  const write = (name: string, text: string) => {
    writeFileSync(join(dir, name), text, { mode: 0o600 })
    return join(dir, name)
  }
  const config = write(
    'config.json',
    JSON.stringify({
      api: {
        port: 0,
        certificate_file: write('server.pem', server.pem),
        key_file: write('server.key', server.key_pem),
        client_ca_file: write('gateway-ca.pem', gateway_ca.pem),
      },
      pages: { port: 0 },
      data_dir: join(dir, 'data'),
      timing: { late_ms: 400 },
    }),
  )
  let running = await start(config)
  const agents: Agent[] = []
  const agentOf = (client: Issued | null): Agent => {
    const identity = client === null ? {} : { cert: client.pem, key: client.key_pem }
    const made = new Agent({ ca: server_ca.pem, keepAlive: true, maxSockets: 50, ...identity })
    agents.push(made)
    return made
  }
  let usual = agentOf(gateway)
  return {
    dir,
    get pages_url() {
      return running.pages_url
    },
    get api_url() {
      return running.api_url
    },
    send: (kind, message, client) =>
      post(`${running.api_url}/v1/${kind}`, message, client === undefined ? usual : agentOf(client), ANSWER_MS),
    async isSilentTo(kind, message) {
      const sent = post(`${running.api_url}/v1/${kind}`, message, usual, SILENCE_MS)
      return await sent.then(
        () => false,
        (error: Error) => error.message === 'silence',
      )
    },
    async admin(path, body) {
      const headers = { 'content-type': 'application/json' }
      const response = await fetch(
        `${running.pages_url}${path}`,
        body === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(body) },
      )
      return response.json()
    },
    async killAndRestart() {
      running.child.kill('SIGKILL')
      await once(running.child, 'exit')
      usual.destroy()
      usual = agentOf(gateway)
      running = await start(config)
    },
    async close() {
      for (const agent of agents) agent.destroy()
      running.child.kill('SIGTERM')
      if (running.child.exitCode === null) await once(running.child, 'exit')
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

async function start(config: string): Promise<Process> {
  // Its channel ends it with the test, however that ends.
  const child = spawn(process.execPath, [MAIN, '--config', config], { stdio: ['ignore', 'pipe', 'ignore', 'ipc'] })
  if (child.stdout === null) throw new Error('no output')
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`it ended with ${code}`)))
  const [line] = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), ended])
  return { child, ...JSON.parse(String(line)) }
}

function post(url: string, message: object | string, agent: Agent, timeout_ms: number): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const body = typeof message === 'string' ? message : JSON.stringify(message)
    const headers = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }
    const outgoing = request(url, { method: 'POST', headers, agent, timeout: timeout_ms }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('error', reject)
      response.on('end', () => {
        let json: unknown
        try {
          json = JSON.parse(text)
        } catch {
          json = undefined
        }
        resolve({ status: response.statusCode ?? 0, json, text })
      })
    })
    outgoing.on('timeout', () => outgoing.destroy(new Error('silence')))
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

export const MASTERCARD = '5123450000000008'
export const VISA = '4508750015741019'

const parties = () => ({ reference: randomUUID(), merchantId: 'M1', terminalId: 'T1' })

/** A payer-initiated message of 12.50 RON; changes go over it. */
export function cardMessage(changes: Record<string, unknown> = {}, card: Record<string, unknown> = {}) {
  return {
    ...parties(),
    amount: 1250,
    currency: 'RON',
    card: { kind: 'card', number: MASTERCARD, expiry: '3901', ...card },
    initiation: { source: 'INTERNET', initiatedBy: 'cardholder', storedOnFile: 'TO_BE_STORED' },
    ...changes,
  }
}

export function followOn(original: { readonly reference: string }, amount: number, changes: object = {}) {
  return { ...parties(), amount, currency: 'RON', original: { reference: original.reference }, ...changes }
}
