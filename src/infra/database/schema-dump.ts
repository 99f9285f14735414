/**
 * The schema as readable SQL, from the catalog: the embedded server brings no pg_dump, and a dump that is the same from
 * every server version shows in a review what a migration changes. For reading; a database is made by migrations.
 */
import type { Database } from './database.ts'

const TABLES = `select c.oid::int as id, c.relname as name, array_to_string(c.reloptions, ', ') as options from pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname <> 'schema_migrations' order by c.relname`

const COLUMNS = `select a.attrelid::int as id, a.attname as name, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as required,
    a.attidentity as identity, a.attgenerated as generated, pg_get_expr(d.adbin, d.adrelid) as expression
  from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where a.attrelid = any ($1::oid[]) and a.attnum > 0 and not a.attisdropped order by a.attnum`

// PostgreSQL 18 lists not-null constraints too; they stand with their columns.
const CONSTRAINTS = `select conrelid::int as id, conname as name, pg_get_constraintdef(oid) as definition
  from pg_constraint where conrelid = any ($1::oid[]) and contype <> 'n' order by position(contype::text in 'pufxc'), conname`

const INDEXES = `select i.indrelid::int as id, pg_get_indexdef(i.indexrelid) as definition from pg_index i join pg_class c on c.oid = i.indexrelid
  where i.indrelid = any ($1::oid[]) and not exists (select from pg_constraint where conindid = i.indexrelid and contype in ('p', 'u', 'x'))
  order by c.relname`

// Those of identity columns and serials belong to their column.
const SEQUENCES = `select c.relname as name, format_type(s.seqtypid, null) as type, s.seqstart as start, s.seqincrement as increment, s.seqcache as cache
  from pg_sequence s join pg_class c on c.oid = s.seqrelid
  where c.relnamespace = 'public'::regnamespace
    and not exists (select from pg_depend where classid = 'pg_class'::regclass and objid = c.oid and deptype in ('i', 'a') and refobjsubid > 0)
  order by c.relname`

const OTHERS = `select format('create view %I as%s%s', c.relname, chr(10), pg_get_viewdef(c.oid)) as definition, c.relname as name, 1 as kind
  from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'v'
union all select trim(trailing chr(10) from pg_get_functiondef(p.oid)) || ';', p.oid::regprocedure::text, 2
  from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prokind in ('f', 'p')
    and not exists (select from pg_depend where classid = 'pg_proc'::regclass and objid = p.oid and deptype = 'e')
union all select pg_get_triggerdef(t.oid) || ';', t.tgrelid::regclass || '.' || t.tgname, 3
  from pg_trigger t join pg_class c on c.oid = t.tgrelid where c.relnamespace = 'public'::regnamespace and not t.tgisinternal
order by kind, name`

type Column = {
  id: number
  name: string
  type: string
  required: boolean
  identity: '' | 'a' | 'd'
  generated: '' | 's' | 'v'
  expression: string | null
}
type OfTable = { id: number; definition: string }

/** Tables with columns, defaults, constraints and indexes, sequences, views, functions and triggers of schema public. */
export async function schemaText(db: Pick<Database, 'query'>): Promise<string> {
  const tables = (await db.query<{ id: number; name: string; options: string | null }>({ text: TABLES, values: [] }))
    .rows
  const values = [tables.map((table) => table.id)]
  const columns = (await db.query<Column>({ text: COLUMNS, values })).rows
  const constraints = (await db.query<OfTable & { name: string }>({ text: CONSTRAINTS, values })).rows
  const indexes = (await db.query<OfTable>({ text: INDEXES, values })).rows
  const sequences = (
    await db.query<{ name: string; type: string; start: number; increment: number; cache: number }>({
      text: SEQUENCES,
      values: [],
    })
  ).rows
  const others = (await db.query<{ definition: string }>({ text: OTHERS, values: [] })).rows
  const parts = [
    '-- Generated from the migrations; for reading, not for running.',
    ...sequences.map(
      (s) =>
        `create sequence ${s.name} as ${s.type} start with ${s.start} increment by ${s.increment} cache ${s.cache};`,
    ),
    ...tables.map(({ id, name, options }) => {
      const lines = [
        ...columns.filter((column) => column.id === id).map(columnText),
        ...constraints
          .filter((constraint) => constraint.id === id)
          .map((constraint) => `constraint ${constraint.name} ${constraint.definition}`),
      ]
      const own_indexes = indexes.filter((index) => index.id === id).map((index) => `\n${index.definition};`)
      return `create table ${name} (\n${lines.map((line) => `  ${line}`).join(',\n')}\n)${options === null ? '' : ` with (${options})`};${own_indexes.join('')}`
    }),
    ...others.map((other) => other.definition),
  ]
  return `${parts.join('\n\n')}\n`
}

function columnText(column: Column): string {
  const { name, type, expression } = column
  const value =
    column.identity !== ''
      ? ` generated ${column.identity === 'a' ? 'always' : 'by default'} as identity`
      : column.generated !== ''
        ? ` generated always as (${expression}) ${column.generated === 's' ? 'stored' : 'virtual'}`
        : expression === null
          ? ''
          : ` default ${expression}`
  return `${name} ${type}${column.required ? ' not null' : ''}${value}`
}
