/** What a partner is shown as, and what it may: read, and changed beside a picture of the payers' page. */
import { Button, Checkbox, ColorInput, Group, NumberInput, SimpleGrid, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { PartnerView } from '../../../../src/http/office/partner-contract.ts'
import { ApiError, patch } from '../../../shared/api.ts'
import { HostedPreview } from '../../../shared/case/hosted-preview.tsx'
import { LogoInput } from '../../../shared/case/logo-input.tsx'
import { useMay } from '../../../shared/me.ts'
import { Problem } from '../../../shared/problem.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { useUnsaved } from '../../../shared/unsaved.tsx'
import { useFieldFault } from './field-faults.ts'
import { SecretButton } from './secret.tsx'
import { Section } from './section.tsx'

const TEXTS = {
  ro: {
    title: 'Profil și înfățișare',
    name: 'Nume',
    name_hint: 'Așa îl vede plătitorul.',
    colour: 'Culoare',
    pick: 'Ia culoarea de pe ecran',
    logo: 'Siglă',
    webhook: 'Adresa de webhook',
    webhook_hint: 'Gol: partenerul nu primește webhookuri.',
    rate: 'Cereri pe minut',
    rate_hint: 'Gol: cât spune configurarea.',
    may: 'Ce are voie',
    require_signed_requests: 'Trebuie să-și semneze cererile',
    may_headless: 'Poate arăta pagina proprie (isHeadless)',
    save: 'Salvează',
    undo: 'Anulează schimbările',
    changed: 'Altcineva a schimbat între timp acest partener. Reîncarcă și uită-te din nou.',
    reload: 'Reîncarcă',
    secret: 'Secret nou de webhook',
    secret_about: 'Cel nou e folosit din acel moment; încă o zi webhookurile sunt semnate și cu cel de acum.',
  },
  en: {
    title: 'Profile and branding',
    name: 'Name',
    name_hint: 'What the payer sees.',
    colour: 'Colour',
    pick: 'Pick from the screen',
    logo: 'Logo',
    webhook: 'Webhook address',
    webhook_hint: 'Empty: the partner receives no webhooks.',
    rate: 'Requests per minute',
    rate_hint: 'Empty: the configured default.',
    may: 'Permissions',
    require_signed_requests: 'Must sign its requests',
    may_headless: 'May use its own page (isHeadless)',
    save: 'Save',
    undo: 'Undo changes',
    changed: 'Someone else has changed this partner in the meantime. Reload and check again.',
    reload: 'Reload',
    secret: 'New webhook secret',
    secret_about: 'The new secret is used immediately; for one day webhooks are also signed with the current one.',
  },
}

const FIELDS = [
  'name',
  'colour',
  'logo',
  'webhook_url',
  'requests_per_minute',
  'require_signed_requests',
  'may_headless',
] as const
type Profile = Pick<PartnerView, (typeof FIELDS)[number]>
const PERMISSIONS = ['require_signed_requests', 'may_headless'] as const

export function ProfileSection({ partner }: { readonly partner: PartnerView }) {
  const t = useTexts(TEXTS)
  const may_change = useMay('partner.profile')
  const may_renew = useMay('partner.secret')
  const queries = useQueryClient()
  const [draft, setDraft] = useState<Profile>(partner)
  const set = (changes: Partial<Profile>) => setDraft((now) => ({ ...now, ...changes }))
  const changed = FIELDS.filter((field) => draft[field] !== partner[field])
  useUnsaved(changed.length > 0)
  const path = `/partners/${encodeURIComponent(partner.client_id)}`
  const saving = useMutation({
    mutationFn: () =>
      patch(path, {
        changes: Object.fromEntries(changed.map((field) => [field, draft[field]])),
        seen: Object.fromEntries(changed.map((field) => [field, partner[field]])),
      }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['partners'] }),
  })
  const told = saving.error instanceof ApiError ? saving.error : undefined
  const faultOf = useFieldFault(saving.error)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    saving.mutate()
  }
  const reload = () => queries.invalidateQueries({ queryKey: ['partners', partner.client_id] })
  return (
    <Section
      title={t.title}
      actions={may_renew && <SecretButton label={t.secret} about={t.secret_about} path={`${path}/webhook-secret`} />}
    >
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <form onSubmit={submit}>
          <Stack gap="sm">
            <TextInput
              label={t.name}
              description={t.name_hint}
              maxLength={70}
              readOnly={!may_change}
              value={draft.name}
              onChange={(event) => set({ name: event.currentTarget.value })}
              error={faultOf('name')}
            />
            <ColorInput
              label={t.colour}
              format="hex"
              eyeDropperButtonProps={{ 'aria-label': t.pick }}
              readOnly={!may_change}
              value={draft.colour}
              onChange={(colour) => set({ colour })}
              error={faultOf('colour')}
            />
            <LogoInput
              id="partner-logo"
              label={t.logo}
              value={draft.logo ?? ''}
              is_readonly={!may_change}
              onChange={(logo) => set({ logo: logo ?? null })}
              error={faultOf('logo')}
            />
            <TextInput
              label={t.webhook}
              description={t.webhook_hint}
              type="url"
              maxLength={2048}
              readOnly={!may_change}
              value={draft.webhook_url ?? ''}
              onChange={(event) =>
                set({ webhook_url: event.currentTarget.value === '' ? null : event.currentTarget.value })
              }
              error={faultOf('webhook_url')}
            />
            <NumberInput
              label={t.rate}
              description={t.rate_hint}
              min={1}
              max={1_000_000}
              decimalScale={0}
              hideControls
              readOnly={!may_change}
              value={draft.requests_per_minute ?? ''}
              onChange={(value) => set({ requests_per_minute: value === '' ? null : Number(value) })}
              error={faultOf('requests_per_minute')}
            />
            <Checkbox.Group label={t.may}>
              <Stack gap={6} mt={4}>
                {PERMISSIONS.map((name) => (
                  <Checkbox
                    key={name}
                    label={t[name]}
                    disabled={!may_change}
                    checked={draft[name]}
                    onChange={(event) => set({ [name]: event.currentTarget.checked })}
                  />
                ))}
              </Stack>
            </Checkbox.Group>
            {told?.code === 'PARTNER_CHANGED' ? (
              <Group>
                <Text size="sm" c="red.9" role="alert">
                  {t.changed}
                </Text>
                <Button variant="default" size="xs" onClick={reload}>
                  {t.reload}
                </Button>
              </Group>
            ) : (
              <Problem error={saving.error} />
            )}
            {may_change && (
              <Group>
                <Button type="submit" disabled={changed.length === 0} loading={saving.isPending}>
                  {t.save}
                </Button>
                {changed.length > 0 && (
                  <Button variant="default" onClick={() => setDraft(partner)}>
                    {t.undo}
                  </Button>
                )}
              </Group>
            )}
          </Stack>
        </form>
        <HostedPreview name={draft.name} colour={draft.colour} logo={draft.logo ?? undefined} />
      </SimpleGrid>
    </Section>
  )
}
