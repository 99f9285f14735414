/** Names and values, side by side on a desk, one below the other on a phone. */
import { SimpleGrid, Text } from '@mantine/core'
import type { ReactNode } from 'react'

export type Fact = { readonly name: string; readonly value: ReactNode }

export function Facts({ facts, columns = 3 }: { readonly facts: readonly Fact[]; readonly columns?: number }) {
  return (
    <SimpleGrid component="dl" cols={{ base: 1, xs: 2, md: columns }} spacing="sm" verticalSpacing="sm" m={0}>
      {facts.map(({ name, value }) => (
        <div key={name}>
          <Text component="dt" size="xs" c="gray.7" fw={600}>
            {name}
          </Text>
          <Text component="dd" size="sm" m={0} style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>
            {value}
          </Text>
        </div>
      ))}
    </SimpleGrid>
  )
}
