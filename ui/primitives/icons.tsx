import type { ReactNode } from 'react'

export interface IconProps {
  /** Pixels; 24 when not said. */
  readonly size?: number
  readonly filled?: boolean
}

/** Decoration only: the control around it carries the name. */
const icon = (paths: ReactNode) => ({ size = 24, filled = false }: IconProps) => (
  <svg
    width={size} height={size} viewBox="0 0 24 24" fill={filled ? 'currentColor' : 'none'}
    stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" strokeLinejoin="round"
    aria-hidden="true" focusable="false"
  >
    {paths}
  </svg>
)

export const CloseIcon = icon(<path d="M6 6l12 12M18 6L6 18" />)
export const BackIcon = icon(<path d="M15 5l-7 7 7 7" />)
export const ForwardIcon = icon(<path d="M9 5l7 7-7 7" />)
export const DownIcon = icon(<path d="M6 9l6 6 6-6" />)
export const HeartIcon = icon(
  <path d="M12 20.5C5 15.6 3 12 3 9a4.8 4.8 0 0 1 9-2.3A4.8 4.8 0 0 1 21 9c0 3-2 6.6-9 11.5z" />)
export const BagIcon = icon(<>
  <path d="M5 8h14l1 12.5H4z" />
  <path d="M8.5 10.5V7a3.5 3.5 0 0 1 7 0v3.5" />
</>)
export const SendIcon = icon(<path d="M4 12l16-8-6 16-3-7z" />)
export const SoundOnIcon = icon(<>
  <path d="M4 9.5v5h3.5L13 19V5L7.5 9.5z" />
  <path d="M16.5 8.5a5 5 0 0 1 0 7M19 6a8.5 8.5 0 0 1 0 12" />
</>)
export const SoundOffIcon = icon(<>
  <path d="M4 9.5v5h3.5L13 19V5L7.5 9.5z" />
  <path d="M17 9.5l5 5M22 9.5l-5 5" />
</>)
export const GlobeIcon = icon(<>
  <circle cx="12" cy="12" r="9" />
  <path d="M3 12h18M12 3c3 3 3.8 6 3.8 9s-.8 6-3.8 9c-3-3-3.8-6-3.8-9S9 6 12 3z" />
</>)
export const CheckIcon = icon(<path d="M5 12.5l4.5 4.5L19 7.5" />)
export const AlertIcon = icon(<>
  <circle cx="12" cy="12" r="9" />
  <path d="M12 7.5v5.5M12 16.4v.1" />
</>)
export const InfoIcon = icon(<><circle cx="12" cy="12" r="9" /><path d="M12 11v5.5M12 7.6v.1" /></>)
export const ClockIcon = icon(<><circle cx="12" cy="12" r="9" /><path d="M12 7v5l3.5 2" /></>)
export const LockIcon = icon(<>
  <rect x="5" y="10.5" width="14" height="10" rx="2" />
  <path d="M8 10.5V7.5a4 4 0 0 1 8 0v3" />
</>)
export const ReceiptIcon = icon(<>
  <path d="M6 3h12v18l-3-2-3 2-3-2-3 2z" />
  <path d="M9 8h6M9 12h6" />
</>)
export const PlusIcon = icon(<path d="M12 5v14M5 12h14" />)
export const MinusIcon = icon(<path d="M5 12h14" />)
export const PlayIcon = icon(<path d="M7 4.5v15l12-7.5z" />)
export const PauseIcon = icon(<path d="M8 5v14M16 5v14" />)
export const ReplayIcon = icon(<><path d="M4 12a8 8 0 1 0 2.6-5.9" /><path d="M4 4v4.5h4.5" /></>)
export const EyeIcon = icon(<>
  <path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z" />
  <circle cx="12" cy="12" r="2.8" />
</>)
export const EyeOffIcon = icon(<>
  <path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z" />
  <path d="M4 20L20 4" />
</>)
export const OfflineIcon = icon(<>
  <path d="M3 3l18 18" />
  <path d="M5 12.5a10 10 0 0 1 4-2.4M19 12.5a10 10 0 0 0-3.6-2.3M2 9a15 15 0 0 1 4-2.6" />
  <path d="M22 9A15 15 0 0 0 10.6 5.1M8.5 16a5 5 0 0 1 6.5-.4M12 19.5v.1" />
</>)
export const SearchIcon = icon(<><circle cx="11" cy="11" r="6.5" /><path d="M16 16l4.5 4.5" /></>)
export const PinIcon = icon(<>
  <path d="M9 3.5h6l-.8 7 3.3 3.5H6.5l3.3-3.5z" />
  <path d="M12 14v6.5" />
</>)
export const MoreIcon = icon(<path d="M5 12h.1M12 12h.1M19 12h.1" strokeWidth="3" />)
export const TrashIcon = icon(<>
  <path d="M4.5 6.5h15M9.5 6.5V4h5v2.5M6.5 6.5l1 14h9l1-14M10 10.5v6M14 10.5v6" />
</>)
export const EditIcon = icon(<path d="M4 20l1-4.5L16.5 4 20 7.5 8.5 19zM14 6.5l3.5 3.5" />)
export const UploadIcon = icon(<path d="M12 15.5V4M7.5 8.5L12 4l4.5 4.5M4.5 15.5v4h15v-4" />)
export const CopyIcon = icon(<>
  <rect x="8.5" y="8.5" width="12" height="12" rx="2" />
  <path d="M15.5 8.5v-5h-12v12h5" />
</>)
export const ShareIcon = icon(<>
  <circle cx="6" cy="12" r="2.5" /><circle cx="17.5" cy="5.5" r="2.5" />
  <circle cx="17.5" cy="18.5" r="2.5" /><path d="M8.2 10.8l7.1-4M8.2 13.2l7.1 4" />
</>)
export const ChartIcon = icon(<path d="M4 20V4M4 20h16M8.5 16v-4M13 16V8M17.5 16v-6.5" />)
export const BoxIcon = icon(<>
  <path d="M12 3l8.5 4.5v9L12 21l-8.5-4.5v-9z" />
  <path d="M3.5 7.5L12 12l8.5-4.5M12 12v9" />
</>)
export const PeopleIcon = icon(<>
  <circle cx="9" cy="8.5" r="3.5" />
  <path d="M2.5 20a6.5 6.5 0 0 1 13 0M16 5.2a3.5 3.5 0 0 1 0 6.6M18 14a6.5 6.5 0 0 1 3.5 6" />
</>)
export const ChatIcon = icon(<path d="M4 4.5h16v12H10l-4.5 4v-4H4z" />)
export const MuteIcon = icon(<>
  <path d="M4 4.5h16v12H10l-4.5 4v-4H4z" />
  <path d="M9 8l6 5M15 8l-6 5" />
</>)
export const StopIcon = icon(<>
  <path d="M8 3h8l5 5v8l-5 5H8l-5-5V8z" />
  <path d="M9 9l6 6M15 9l-6 6" />
</>)
export const MenuIcon = icon(<path d="M4 7h16M4 12h16M4 17h16" />)
export const VideoIcon = icon(<>
  <rect x="3" y="6" width="12.5" height="12" rx="2" />
  <path d="M15.5 11l5.5-3.5v9L15.5 13z" />
</>)
export const GearIcon = icon(<>
  <circle cx="12" cy="12" r="3.2" />
  <path d="M12 2.8v3M12 18.2v3M2.8 12h3M18.2 12h3M5.5 5.5l2.1 2.1M16.4 16.4l2.1 2.1" />
  <path d="M18.5 5.5l-2.1 2.1M7.6 16.4l-2.1 2.1" />
</>)
export const BellIcon = icon(<>
  <path d="M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 2h-15z" />
  <path d="M10 20.8h4" />
</>)
export const ViewIcon = icon(<>
  <path d="M4 7h9M18 7h2M4 17h2M11 17h9" />
  <circle cx="15.5" cy="7" r="2.5" /><circle cx="8.5" cy="17" r="2.5" />
</>)
export const PipIcon = icon(<>
  <path d="M20.5 11V5h-17v14H10" />
  <rect x="13" y="13.5" width="7.5" height="5.5" rx="1" fill="currentColor" />
</>)
export const FullScreenIcon = icon(<path d="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5" />)
