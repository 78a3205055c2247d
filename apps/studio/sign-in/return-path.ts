const KEY = 'silkcast.after-sign-in'
// Only pages of ours: whatever else stands there would send people to another site.
const ours = /^\/(studio|desk)(\/[\w/-]*)?(\?[\w=&%.-]*)?$/

export const isReturnPath = (path: string): boolean => ours.test(path)

export function rememberReturn(path: string): void {
  if (isReturnPath(path)) localStorage.setItem(KEY, path)
}

/** Where a person wanted to go before they had to sign in; once. */
export function takeReturn(): string | null {
  const path = localStorage.getItem(KEY)
  localStorage.removeItem(KEY)
  return path !== null && isReturnPath(path) ? path : null
}
