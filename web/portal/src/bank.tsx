type Props = { readonly bank_id: string | null; readonly bank_name: string | null }

/** The bank as it is called; its id, which the interface speaks, when the mouse rests on it. */
export const Bank = ({ bank_id, bank_name }: Props) =>
  bank_id === null ? '–' : <span title={bank_id}>{bank_name ?? bank_id}</span>
