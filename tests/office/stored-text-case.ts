/** What an applicant tells, by the table of its fields, hostile throughout. */
import { COMPANY } from '../../src/domain/compliance/fixture.ts'
import { type FieldRule, SECTIONS } from '../../src/domain/compliance/form/fields.ts'
import { hostile } from './stored-text.ts'

type Mark = (field: string) => string
type Values = Readonly<Record<string, unknown>>

const isText = ({ kind }: FieldRule): boolean => kind === 'line' || kind === 'text'

/** A draft, which may lack anything and hold what is not right: every text of it. */
export const hostileCase = (mark: Mark) => sections(isText, mark)

/** One that can be approved: every text whose form nobody checks. */
export const validCase = (mark: Mark) =>
  sections((rule) => isText(rule) && rule.check === undefined && rule.is_code !== true, mark, COMPANY)

/** @param base what is no text; where it is given, only its sections */
function sections(takes: (rule: FieldRule) => boolean, mark: Mark, base?: Values): Record<string, unknown> {
  const found = Object.entries(SECTIONS).flatMap(([name, { fields, most }]) => {
    const former = base?.[name]
    if (base !== undefined && former === undefined) return []
    const own = (most === undefined ? former : (former as readonly Values[] | undefined)?.[0]) as Values | undefined
    const texts = Object.entries(fields).flatMap(([field, rule]) => {
      const text = takes(rule) ? hostile(rule.max, 0) : undefined
      return text === undefined ? [] : [[field, text + mark(`${name}.${field}`)] as const]
    })
    const section = { ...own, ...Object.fromEntries(texts) }
    return [[name, most === undefined ? section : [section]] as const]
  })
  return Object.fromEntries(found)
}
