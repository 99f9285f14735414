/** Limits of one partner: each indicator against its estimate and levels, today and in 30 days; and their change. */
import { Alert, Anchor, Button, Group, Paper, SimpleGrid, Skeleton, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import type { LimitsView, MeasuredLimit } from '../../../../src/http/office/partner-contract.ts'
import { get } from '../../../shared/api.ts'
import { useMay } from '../../../shared/me.ts'
import { Page } from '../../../shared/page.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { StatusBadge } from '../../../shared/status-badge.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { type Proposed, ProposedNotice } from '../approvals/proposed.tsx'
import { IndicatorChart, LINES } from './chart.tsx'
import { EditLimits } from './edit.tsx'
import { useIndicatorWords, useLevelText } from './use-words.ts'

const TEXTS = {
  ro: {
    title: (name: string) => `Limite: ${name}`,
    back: 'Partenerul',
    alerts: 'Alertele lui',
    edit: 'Schimbă limitele',
    estimate: 'Estimare',
    warn: 'Avertizare',
    block: 'Blocare',
    today: 'Azi',
    of_30: '30 de zile',
    blocked: 'la limită',
    warned: 'peste avertizare',
    over: 'peste estimare',
    fine: 'în limite',
    none: 'fără limite',
    saved: 'Limitele s-au schimbat.',
  },
  en: {
    title: (name: string) => `Limits: ${name}`,
    back: 'Back to the partner',
    alerts: 'Alerts',
    edit: 'Change limits',
    estimate: 'Estimate',
    warn: 'Warning',
    block: 'Blocking',
    today: 'Today',
    of_30: '30 days',
    blocked: 'at the limit',
    warned: 'above warning',
    over: 'above estimate',
    fine: 'within limits',
    none: 'no limits',
    saved: 'Limits changed.',
  },
}

export function LimitsPage() {
  const t = useTexts(TEXTS)
  const { client_id = '' } = useParams()
  const may_lower = useMay('limit.lower')
  const may_raise = useMay('limit.raise')
  const [is_editing, setIsEditing] = useState(false)
  const [proposed, setProposed] = useState<Proposed>()
  const [is_saved, setIsSaved] = useState(false)
  const path = `/partners/${encodeURIComponent(client_id)}`
  const found = useQuery({ queryKey: ['limits', client_id], queryFn: () => get<LimitsView>(`${path}/limits`) })
  const open = () => {
    setIsEditing(true)
    setIsSaved(false)
    setProposed(undefined)
  }
  return (
    <Page
      title={t.title(found.data?.name ?? client_id)}
      actions={!is_editing && (may_lower || may_raise) && <Button onClick={open}>{t.edit}</Button>}
    >
      <Group gap="md">
        <Anchor component={Link} to={path} size="sm" underline="always">
          {t.back}
        </Anchor>
        <Anchor component={Link} to={`/alerts?state=all&client_id=${client_id}`} size="sm" underline="always">
          {t.alerts}
        </Anchor>
      </Group>
      <Problem error={found.error} />
      <ProposedNotice proposed={proposed} />
      {is_saved && (
        <Alert role="status" color="green" variant="light">
          {t.saved}
        </Alert>
      )}
      {found.isPending && <Skeleton h={240} />}
      {found.data !== undefined && is_editing && (
        <EditLimits
          client_id={client_id}
          limits={found.data.limits}
          onDone={(result) => {
            setIsEditing(false)
            setIsSaved(result === 'saved')
            if (result !== 'saved' && result !== 'cancelled') setProposed(result)
          }}
        />
      )}
      {found.data !== undefined && !is_editing && (
        <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
          {found.data.limits.map((limit) => (
            <IndicatorCard key={limit.indicator} limit={limit} />
          ))}
        </SimpleGrid>
      )}
    </Page>
  )
}

function IndicatorCard({ limit }: { readonly limit: MeasuredLimit }) {
  const t = useTexts(TEXTS)
  const levelText = useLevelText()
  const words = useIndicatorWords()[limit.indicator] ?? { name: limit.indicator, about: limit.words }
  const { indicator, estimate, warn_level, block_level, today, of_30_days } = limit
  const cells = [
    { name: t.today, value: today },
    { name: t.of_30, value: of_30_days },
    { name: t.estimate, value: estimate, colour: LINES.estimate },
    { name: t.warn, value: warn_level, colour: LINES.warn_level },
    { name: t.block, value: block_level, colour: LINES.block_level },
  ]
  return (
    <Paper withBorder p="md" component="section" aria-label={words.name}>
      <Stack gap="xs">
        <Group justify="space-between" align="flex-start" wrap="nowrap">
          <div>
            <Title order={2} size="h5">
              {words.name}
            </Title>
            <Text size="xs" c="gray.7">
              {words.about}
            </Text>
          </div>
          <div style={{ flexShrink: 0 }}>
            <Standing limit={limit} />
          </div>
        </Group>
        <Group component="dl" gap="md" align="flex-start" m={0}>
          {cells.map(({ name, value, colour }) => (
            <div key={name}>
              <Text component="dt" size="xs" c="gray.7">
                {/* The line of this colour in the picture below. */}
                {colour !== undefined && <Swatch colour={colour} />}
                {name}
              </Text>
              <Text component="dd" size="sm" fw={600} m={0} className="punte-number">
                {levelText(indicator, value)}
              </Text>
            </div>
          ))}
        </Group>
        <IndicatorChart limit={limit} name={words.name} />
      </Stack>
    </Paper>
  )
}

function Swatch({ colour }: { readonly colour: string }) {
  const background = `var(--mantine-color-${colour.replace('.', '-')})`
  return (
    <span aria-hidden style={{ display: 'inline-block', width: 12, height: 3, margin: '0 4px 3px 0', background }} />
  )
}

/** Where today stands; of what a mean is held against, where the mean stands. */
function Standing({ limit }: { readonly limit: MeasuredLimit }) {
  const t = useTexts(TEXTS)
  const { indicator, estimate, warn_level, block_level } = limit
  const value = (indicator === 'mean_amount' ? limit.of_30_days : limit.today) ?? 0
  if (block_level !== null && value >= block_level) return <StatusBadge tone="bad">{t.blocked}</StatusBadge>
  if (warn_level !== null && value > warn_level) return <StatusBadge tone="warn">{t.warned}</StatusBadge>
  if (estimate !== null && value > estimate) return <StatusBadge tone="open">{t.over}</StatusBadge>
  if (block_level === null && warn_level === null) return <StatusBadge tone="quiet">{t.none}</StatusBadge>
  return <StatusBadge tone="good">{t.fine}</StatusBadge>
}
