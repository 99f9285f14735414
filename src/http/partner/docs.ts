/** The OpenAPI text of the partner API, and the page that shows it; everything from here, nothing from a CDN. */
import { randomBytes } from 'node:crypto'
import { fastifySwagger } from '@fastify/swagger'
import type { FastifyInstance, FastifyPluginCallback } from 'fastify'

const ABOUT = `Account-to-account payments in RON. Four calls make a payment: **token**, **initPayment**, the payer's visit to the
hosted page, **status** (or the webhook that tells the same). **cancelPayment** takes back what is not paid yet; **banks** is for
partners with a page of their own.

All calls are mutual TLS with the client certificate that is registered for the partner. Each call also answers without the
prefix \`/gateway\` and with the doubled segments \`authenticate/\` and \`core/\` of the interface text
(\`/authenticate/rest/api/authenticate/token\`, \`/core/rest/api/core/initPayment/{paymentId}\` …).

Every answer is signed (RFC 9421, label \`sig1\`, ed25519, key id from \`/.well-known/jwks.json\`) over \`@status\`,
\`content-digest\`, \`content-type\`, \`@method;req\` and \`@target-uri;req\`. Partners whose profile demands it sign their requests with
the key of their client certificate: covered are \`@method\`, \`@target-uri\`, \`content-digest\` if there is a body and \`authorization\`
if it is sent, with \`created\` within 300 s and the certificate's SHA-256 thumbprint (base64url) as \`keyid\`; algorithms
\`rsa-v1_5-sha256\`, \`rsa-pss-sha512\`, \`ecdsa-p256-sha256\`, \`ecdsa-p384-sha384\`, \`ed25519\`. \`@target-uri\` begins with the
address published here, whatever name the connection was made to.

Too many requests are answered 429 with \`Retry-After\`.`

/** Collects the routes registered after it. @param url public base address */
export async function collectOpenApi(server: FastifyInstance, url: string): Promise<void> {
  await server.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Punte partner API', version: '1', description: ABOUT },
      servers: [{ url, description: 'mutual TLS' }],
      tags: [
        { name: 'Payments', description: 'The calls that make a payment.' },
        { name: 'Onboarding', description: 'Merchants of a partner that want to be partners too.' },
        { name: 'OAuth 2.0', description: 'The same tokens for standard clients, and the keys.' },
      ],
      components: {
        securitySchemes: {
          // Of OpenAPI 3.1; the plugin's types are those of 3.0.
          clientCertificate: {
            type: 'mutualTLS' as 'http',
            scheme: '',
            description: "The partner's client certificate.",
          },
          accessToken: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'JWT',
            description: "The payment's access token, beside the client certificate.",
          },
        },
      },
      security: [{ clientCertificate: [] }],
    },
  })
}

/** Serves `/docs`. The viewer's script (4 MB) is loaded only here. */
export async function serveDocs(server: FastifyInstance): Promise<void> {
  const { default: viewer } = await import('@scalar/fastify-api-reference')
  const nonce = randomBytes(16).toString('base64url')
  // The viewer writes style elements and attributes at run time; scripts are the file and the one marked by the nonce.
  const policy =
    `default-src 'none'; script-src 'self' 'nonce-${nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; ` +
    `font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
  server.addHook('onSend', async (request, reply) => {
    if (request.routeOptions.url?.startsWith('/docs') === true) reply.header('content-security-policy', policy)
  })
  const options = {
    routePrefix: '/docs',
    configuration: {
      pageTitle: 'Punte partner API',
      nonce,
      withDefaultFonts: false,
      telemetry: false,
      hideClientButton: true,
      showDeveloperTools: 'never',
      hideTestRequestButton: true,
      agent: { disabled: true },
      mcp: { disabled: true },
      defaultOpenAllTags: true,
    },
  }
  // Its types know fewer of its settings than the page does.
  await server.register(viewer as unknown as FastifyPluginCallback<typeof options>, options)
}
