import type { PersonId } from '#kernel'
import { isAllowed, type Act, type Me, type Role } from '#people/accounts/contract'

/** The same rule as the server's: what a role may not do is not shown. */
export const may = (me: Me | undefined, act: Act): boolean => me !== undefined && isAllowed({
  personId: me.personId as PersonId | null, sessionId: null, roles: me.roles as Role[],
  displayName: me.displayName, isDemo: me.isDemo, purpose: me.purpose,
}, act)
