/**
 * A prepared statement's query, whose shape of rows is worked out once. The driver does it for every answer: a
 * dictionary of all columns, a parser looked up for each, and the statement's object copied. With the 24 columns of a
 * payment that was a tenth of the server's time under load.
 *
 * Leans on three fields of the driver's Result (pg is pinned); database.test.ts compares its rows with the driver's own.
 */
import pg from 'pg'
import type { Statement } from './database.ts'

type Field = { readonly name: string; readonly dataTypeID: number; readonly format?: string }
type Parser = (value: string) => unknown
type Shape = {
  readonly fields: readonly Field[]
  readonly parsers: readonly Parser[]
  readonly empty_row: Readonly<Record<string, null>>
}
type DriverResult = {
  fields: readonly Field[]
  _parsers: readonly Parser[]
  _prebuiltEmptyResultObject: Readonly<Record<string, null>>
}
type DriverQuery = { _result: DriverResult; _accumulateRows: boolean; name: string; callback: unknown }
type TypeParsers = { getTypeParser(oid: number, format?: string): Parser }

/** At most one entry a statement of the code. */
const shapes = new Map<string, Shape>()

class NamedQuery extends pg.Query {
  readonly #parsers: TypeParsers

  constructor(statement: Statement & { readonly name: string }, parsers: TypeParsers) {
    super(statement.text, [...statement.values])
    this.#parsers = parsers
    ;(this as unknown as DriverQuery).name = statement.name
  }

  // Called by the driver's connection; named statements hold one command, so there is one description.
  handleRowDescription(message: { readonly fields: readonly Field[] }): void {
    const query = this as unknown as DriverQuery
    let shape = shapes.get(query.name)
    if (shape === undefined || !isOf(shape, message.fields)) {
      shape = shapeOf(message.fields, this.#parsers)
      shapes.set(query.name, shape)
    }
    query._result.fields = message.fields
    query._result._parsers = shape.parsers
    query._result._prebuiltEmptyResultObject = shape.empty_row
    query._accumulateRows = true
  }
}

function isOf(shape: Shape, fields: readonly Field[]): boolean {
  if (shape.fields.length !== fields.length) return false
  return shape.fields.every((one, at) => one.name === fields[at]?.name && one.dataTypeID === fields[at]?.dataTypeID)
}

function shapeOf(fields: readonly Field[], parsers: TypeParsers): Shape {
  return {
    fields,
    parsers: fields.map(({ dataTypeID, format }) => parsers.getTypeParser(dataTypeID, format ?? 'text')),
    empty_row: Object.fromEntries(fields.map(({ name }) => [name, null])),
  }
}

/** Runs a named statement on a connection. */
export function runNamed<R extends object>(
  client: pg.PoolClient,
  statement: Statement & { readonly name: string },
  parsers: TypeParsers,
): Promise<pg.QueryResult<R>> {
  const { promise, resolve, reject } = Promise.withResolvers<pg.QueryResult<R>>()
  const query = new NamedQuery(statement, parsers)
  ;(query as unknown as DriverQuery).callback = (error: Error | null, result: pg.QueryResult<R>) =>
    error ? reject(error) : resolve(result)
  client.query(query)
  return promise
}
