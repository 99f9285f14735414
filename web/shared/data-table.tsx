/** A table that is one on a desk and a stack of cards on a phone; a page at a time. */
import { Button, Group, Skeleton, Table, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTexts } from './texts.tsx'

export type Column<Row> = {
  readonly key: string
  readonly title: string
  readonly cell: (row: Row) => ReactNode
  readonly align?: 'right'
}

type Props<Row> = {
  /** What the table shows, for those who hear it. */
  readonly caption: string
  readonly columns: readonly Column<Row>[]
  /** undefined: still loading. */
  readonly rows: readonly Row[] | undefined
  readonly rowKey: (row: Row) => string
  readonly empty: string
  /** There is more: a button asks for it. */
  readonly onMore?: (() => void) | undefined
  readonly is_loading_more?: boolean
}

const TEXTS = { ro: { more: 'Arată mai multe' }, en: { more: 'Show more' } }
const SKELETONS = ['a', 'b', 'c', 'd']

export function DataTable<Row>({ caption, columns, rows, rowKey, empty, onMore, is_loading_more }: Props<Row>) {
  const t = useTexts(TEXTS)
  if (rows === undefined) return SKELETONS.map((one) => <Skeleton key={one} h={32} />)
  if (rows.length === 0) return <Text c="gray.7">{empty}</Text>
  return (
    <>
      <Table className="punte-table" verticalSpacing={6} highlightOnHover stickyHeader>
        <Table.Caption className="punte-hidden">{caption}</Table.Caption>
        <Table.Thead>
          <Table.Tr>
            {columns.map(({ key, title, align }) => (
              <Table.Th key={key} ta={align ?? 'left'} scope="col">
                {title}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={rowKey(row)}>
              {columns.map(({ key, title, cell, align }) => (
                <Table.Td key={key} data-title={title} ta={align ?? 'left'}>
                  {cell(row)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {onMore !== undefined && (
        <Group justify="center">
          <Button variant="default" onClick={onMore} loading={is_loading_more ?? false}>
            {t.more}
          </Button>
        </Group>
      )}
    </>
  )
}
