/** Files of one bank of the world: its profile for the server, with the secrets it names, and its own configuration. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../command.ts'
import { type BankPlace, json, writePrivate } from './files.ts'
import type { World } from './world.ts'

/** Where a bank's page sends the browser of a payer who was asked by OAuth2. */
const OAUTH_RETURN_PATH = '/payment-return'

type Templates = Readonly<Record<string, object>>

/** The profiles that an operator would write, with places for what differs from world to world. */
export function readTemplates(): Templates {
  return JSON.parse(readFileSync(`${ROOT}sandbox/bank/profile-template.json`, 'utf8')) as Templates
}

/** Profile (for the server) and configuration (for the simulated bank) of one bank. @returns the configuration's path */
export async function writeBank(world: World, place: BankPlace, n: number, templates: Templates): Promise<string> {
  const { bank, api_url, pages_url } = place
  const ports = world.ports.banks[n] as { api: number; pages: number }
  await writePrivate(join(world.profiles, `${bank.id}.json`), json(await profileOf(world, place, templates)))
  const config = join(world.configs, `bank-${bank.id}.json`)
  await writePrivate(
    config,
    json({
      ...bank,
      api: {
        host: '127.0.0.1',
        port: ports.api,
        certificate_file: join(world.pki, 'bank.pem'),
        key_file: join(world.pki, 'bank.key'),
        client_ca_file: join(world.pki, 'eidas-ca.pem'),
      },
      api_url,
      pages: { host: '127.0.0.1', port: ports.pages, url: pages_url },
      data_dir: join(world.dir, `bank-${bank.id}`),
      // Where there is a payment, its own addresses say where a browser may be sent; before, only what is registered.
      ...(bank.quirks?.access?.kind === 'authorization_code_first' && {
        oauth: { ...bank.oauth, redirect_uris: [`http://localhost:${world.ports.checkout}${OAUTH_RETURN_PATH}`] },
      }),
      ...(world.settle_ms !== undefined && { timing: { settle_ms: world.settle_ms } }),
    }),
  )
  return config
}

/** What the server must know of a simulated bank. What is secret in it goes to files of its own. */
async function profileOf(world: World, place: BankPlace, templates: Templates): Promise<unknown> {
  const { bank, api_url, pages_url } = place
  const secret = async (name: string, value: string | undefined): Promise<string | undefined> => {
    if (value === undefined) return undefined
    const path = join(world.profiles, `${bank.id}.${name}`)
    await writePrivate(path, `${value}\n`)
    return path
  }
  const facts: Readonly<Record<string, string | undefined>> = {
    api_url,
    pages_url,
    ca_file: join(world.pki, 'ca.pem'),
    oauth_client_id: bank.oauth?.client_id,
    client_secret_file: await secret('client-secret', bank.oauth?.client_secret),
    web_api_key_file: await secret('web-api-key', bank.quirks?.required_headers?.['web-api-key']),
  }
  const filled = JSON.stringify(templates[bank.id]).replace(/\{\{(\w+)\}\}/g, (hole, name: string) => {
    const value = facts[name]
    if (value === undefined) throw new Error(`sandbox/bank/profile-template.json: nothing is known for ${hole}`)
    // Inside a JSON string.
    return JSON.stringify(value).slice(1, -1)
  })
  return JSON.parse(filled)
}
