import type { ReactNode } from 'react'

const icon = (paths: ReactNode) => ({ size = 24 }: { size?: number }) => (
  <svg
    width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor"
    strokeWidth="1.8" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true"
    focusable="false"
  >{paths}</svg>
)

export const MicIcon = icon(<>
  <rect x="9" y="3" width="6" height="11" rx="3" />
  <path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3M8.5 21h7" />
</>)
export const MicOffIcon = icon(<>
  <path d="M9 6a3 3 0 0 1 6 0v5M9 10v1a3 3 0 0 0 4.5 2.6" />
  <path d="M5.5 11.5a6.5 6.5 0 0 0 10.6 5M18.5 11.5c0 1-.2 2-.6 2.8M12 18v3M8.5 21h7M4 3l16 17" />
</>)
/** A camera that turns round. */
export const FlipIcon = icon(<>
  <path d="M4 8h3l1.5-2.5h7L17 8h3v11H4z" />
  <path d="M9 13.5a3 3 0 0 1 5.2-2l1.3 1.3M15.5 10.5v2.3h-2.3" />
  <path d="M15 14.5a3 3 0 0 1-5.2 1.6" />
</>)
