/** The closed sets of codes that pages have words for, as types. */
export type { AuditAct, AuditField, SubjectKind } from '../../domain/audit/acts.ts'
export type { ChainFault } from '../../domain/audit/verify.ts'
export type { ErrorCode } from '../../domain/errors.ts'
export type { AnyRole, Role } from '../../domain/staff/roles.ts'
