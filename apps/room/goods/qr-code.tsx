import { encode } from 'uqr'

/** Cameras need four modules of white around the code (ISO/IEC 18004). */
const QUIET_ZONE = 4

/** Black on white in every theme: many cameras refuse the inverse. */
export function QrCode({ text, label }: { text: string, label: string }) {
  const { data, size } = encode(text, { ecc: 'M', border: QUIET_ZONE })
  const path = data.flatMap((row, y) =>
    row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : '')))
  return (
    <svg
      className="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label}
      shapeRendering="crispEdges"
    >
      <rect width={size} height={size} fill="#ffffff" />
      <path d={path.join('')} fill="#000000" />
    </svg>
  )
}
