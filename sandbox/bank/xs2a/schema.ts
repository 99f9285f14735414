/** The Berlin Group text as compiled validators: requests in the server, the bank's own answers in the tests. */
import { readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'
import ajv_formats from 'ajv-formats'

type SchemaFile = { readonly $id: string; readonly definitions: Record<string, Record<string, unknown>> }

const file = JSON.parse(readFileSync(new URL('./berlin-group-pis.schema.json', import.meta.url), 'utf8')) as SchemaFile

const ajv = new Ajv({ strict: false, allErrors: false })
ajv_formats.default(ajv)
ajv.addSchema(file)

/** Validator of a definition of the Berlin Group text, e.g. `paymentInitiationRequestResponse-201`. */
export function validatorOf(definition: string): ValidateFunction {
  return ajv.compile({ $ref: `${file.$id}#/definitions/${definition}` })
}

/** Validator of an operation's header parameters (names in lower case). */
export function headerValidatorOf(
  operation: 'initiatePayment' | 'getPaymentInformation' | 'cancelPayment',
): ValidateFunction {
  return ajv.compile({ $ref: `${file.$id}#/headers/${operation}` })
}

/**
 * Validator of the body of a single payment: the Berlin Group's, with elements refused that it does not name, since a
 * misspelt element would otherwise pass unseen.
 */
export function paymentBodyValidator(): ValidateFunction {
  const names = Object.keys((file.definitions.paymentInitiation_json?.properties ?? {}) as object)
  return ajv.compile({
    allOf: [{ $ref: `${file.$id}#/definitions/paymentInitiation_json` }],
    properties: Object.fromEntries(names.map((name) => [name, true])),
    additionalProperties: false,
  })
}

/** The first fault of a failed validation as a path in the interface's form (`instructedAmount.amount`) and words. */
export function firstFault(validate: ValidateFunction): { readonly path: string; readonly text: string } {
  const error = validate.errors?.[0]
  const path = (error?.instancePath ?? '').slice(1).replaceAll('/', '.')
  const named: unknown = error?.params.missingProperty ?? error?.params.additionalProperty
  const whole = typeof named === 'string' ? [path, named].filter(Boolean).join('.') : path
  return { path: whole, text: error?.message ?? 'is not valid' }
}
