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

/** Operations whose header parameters stand in the text. */
export type HeaderOperation =
  | 'initiatePayment'
  | 'getPaymentInformation'
  | 'cancelPayment'
  | 'startPaymentAuthorisation'
  | 'startPaymentInitiationCancellationAuthorisation'

/** Validator of an operation's header parameters (names in lower case). */
export function headerValidatorOf(operation: HeaderOperation): ValidateFunction {
  return ajv.compile({ $ref: `${file.$id}#/headers/${operation}` })
}

/** Members whose values differ from bank to bank and are judged by this bank's own rule, not by the text's. */
const OWN_RULE: ReadonlySet<string> = new Set(['frequency', 'dayOfExecution', 'payments'])

/**
 * Validator of a request's body: the Berlin Group's, with elements refused that it does not name, since a misspelt
 * element would otherwise pass unseen.
 * @param also members that the text describes and leaves out of the schema; they must be texts
 */
export function bodyValidator(definition: string, also: readonly string[]): ValidateFunction {
  const { properties, required, type } = file.definitions[definition] as Definition
  const named = Object.entries(properties ?? {}).map(([name, schema]) => {
    if (!OWN_RULE.has(name)) return [name, rooted(schema)]
    return [name, name === 'payments' ? { type: 'array' } : { type: 'string', maxLength: 20 }]
  })
  const texts = also.map((name) => [name, { type: 'string', minLength: 1, maxLength: 70 }])
  const all = Object.fromEntries([...named, ...texts])
  return ajv.compile({ type, required, properties: all, additionalProperties: false })
}

type Definition = {
  readonly type?: string
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Record<string, unknown>>>
}

/** A member's schema outside of the file it stands in. */
const rooted = (schema: Record<string, unknown>): object =>
  typeof schema.$ref === 'string' ? { $ref: `${file.$id}${schema.$ref}` } : schema

/** The first fault of a failed validation as a path in the interface's form (`instructedAmount.amount`) and words. */
export function firstFault(validate: ValidateFunction): { readonly path: string; readonly text: string } {
  const error = validate.errors?.[0]
  const path = (error?.instancePath ?? '').slice(1).replaceAll('/', '.')
  const named: unknown = error?.params.missingProperty ?? error?.params.additionalProperty
  const whole = typeof named === 'string' ? [path, named].filter(Boolean).join('.') : path
  return { path: whole, text: error?.message ?? 'is not valid' }
}
