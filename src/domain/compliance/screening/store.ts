/** SQL of screenings. */
import type { Queries } from '../../audit/store.ts'

export type ScreeningRow = {
  case_id: number
  screening_id: number
  version: number
  outcome: 'clear' | 'hits' | 'failed' | 'manual'
  result_enc: Buffer
  open_hits: number
  at: Date
  by_name: string
}

const COLUMNS = 'case_id, screening_id, version, outcome, result_enc, open_hits, at, by_name'

/** The number of the next screening of a case; under its lock. */
export async function nextScreeningId(db: Queries, case_id: number): Promise<number> {
  const { rows } = await db.query<{ next: number }>({
    text: 'select coalesce(max(screening_id), 0) + 1 as next from case_screenings where case_id = $1',
    values: [case_id],
  })
  return (rows[0] as { next: number }).next
}

export async function insertScreening(db: Queries, row: ScreeningRow): Promise<void> {
  await db.query({
    text: `insert into case_screenings (${COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    values: [
      ...[row.case_id, row.screening_id, row.version, row.outcome],
      ...[row.result_enc, row.open_hits, row.at, row.by_name],
    ],
  })
}

/** Newest first. */
export async function selectScreenings(db: Queries, case_id: number, limit: number): Promise<ScreeningRow[]> {
  const { rows } = await db.query<ScreeningRow>({
    text: `select ${COLUMNS} from case_screenings where case_id = $1 order by screening_id desc limit $2`,
    values: [case_id, limit],
  })
  return rows
}

export async function findScreening(
  db: Queries,
  case_id: number,
  screening_id: number,
): Promise<ScreeningRow | undefined> {
  const { rows } = await db.query<ScreeningRow>({
    text: `select ${COLUMNS} from case_screenings where case_id = $1 and screening_id = $2`,
    values: [case_id, screening_id],
  })
  return rows[0]
}

export async function updateScreening(
  db: Queries,
  row: Pick<ScreeningRow, 'case_id' | 'screening_id' | 'result_enc' | 'open_hits'>,
): Promise<void> {
  await db.query({
    text: 'update case_screenings set result_enc = $3, open_hits = $4 where case_id = $1 and screening_id = $2',
    values: [row.case_id, row.screening_id, row.result_enc, row.open_hits],
  })
}
