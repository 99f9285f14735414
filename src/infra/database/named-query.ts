/**
 * A prepared statement's query, whose shape of rows is asked for and worked out once a connection. The driver does it for
 * every answer: the server describes all columns, the driver makes a dictionary of them, looks up a parser for each, and
 * copies the statement's object. With the 24 columns of a payment that was a tenth of the server's time under load. What a
 * prepared statement answers cannot change while it is prepared: PostgreSQL refuses ("cached plan must not change result
 * type") what would.
 *
 * Leans on some fields of the driver's Query, Result and Connection (pg is pinned); database.test.ts compares its rows with
 * the driver's own.
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
type DriverConnection = {
  readonly parsedStatements: Readonly<Record<string, string>>
  readonly stream: { write(bytes: Buffer): void }
  describe(): void
}
type DriverMethods = {
  prepare(connection: DriverConnection): void
  handleCommandComplete(message: unknown, connection: DriverConnection): void
}
type TypeParsers = { getTypeParser(oid: number, format?: string): Parser }

const NO_ROWS: Shape = { fields: [], parsers: [], empty_row: {} }

/** Execute (all rows of the unnamed portal) and Sync, as the protocol writes them: always the same. */
const EXECUTE_AND_SYNC = Buffer.from([0x45, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0x53, 0, 0, 0, 4])

/** Of each connection what its prepared statements answer, at most one entry a statement of the code. */
type Prepared = {
  readonly shapes: Map<string, Shape>
  /** The connection, but for asking what a statement answers. */
  readonly undescribing: DriverConnection
}
const prepared_of = new WeakMap<DriverConnection, Prepared>()

function preparedOn(connection: DriverConnection): Prepared {
  let prepared = prepared_of.get(connection)
  if (prepared === undefined) {
    const undescribing = Object.create(connection, { describe: { value: () => {} } }) as DriverConnection
    prepared = { shapes: new Map(), undescribing }
    prepared_of.set(connection, prepared)
  }
  return prepared
}

const driver = pg.Query.prototype as unknown as DriverMethods

class NamedQuery extends pg.Query {
  readonly #parsers: TypeParsers
  #shapes: Map<string, Shape> | undefined

  constructor(statement: Statement & { readonly name: string }, parsers: TypeParsers) {
    super(statement.text, [...statement.values])
    this.#parsers = parsers
    ;(this as unknown as DriverQuery).name = statement.name
  }

  // Called by the driver when it is this query's turn, between cork and uncork.
  prepare(connection: DriverConnection): void {
    const { name } = this as unknown as DriverQuery
    const { shapes, undescribing } = preparedOn(connection)
    this.#shapes = shapes
    const shape = shapes.get(name)
    const is_known = shape !== undefined && connection.parsedStatements[name] !== undefined
    if (is_known) this.#expect(shape)
    driver.prepare.call(this, is_known ? undescribing : connection)
  }

  // Called by the driver's `prepare` at its end.
  _getRows(connection: DriverConnection): void {
    connection.stream.write(EXECUTE_AND_SYNC)
  }

  // Called by the driver's connection; named statements hold one command, so there is one description.
  handleRowDescription(message: { readonly fields: readonly Field[] }): void {
    const shape = shapeOf(message.fields, this.#parsers)
    this.#shapes?.set((this as unknown as DriverQuery).name, shape)
    this.#expect(shape)
  }

  handleCommandComplete(message: unknown, connection: DriverConnection): void {
    const { name } = this as unknown as DriverQuery
    // It ended well and nothing was described: it answers no rows.
    if (this.#shapes?.has(name) === false) this.#shapes.set(name, NO_ROWS)
    driver.handleCommandComplete.call(this, message, connection)
  }

  #expect(shape: Shape): void {
    const query = this as unknown as DriverQuery
    query._result.fields = shape.fields
    query._result._parsers = shape.parsers
    query._result._prebuiltEmptyResultObject = shape.empty_row
    query._accumulateRows = true
  }
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
