// Whether this device trusts the house: an opaque answer over HTTPS comes only when it does.
const line = document.getElementById('check')

async function ask() {
  const isTrusted = await fetch(line.dataset.url, { mode: 'no-cors', cache: 'no-store' })
    .then(() => true, () => false)
  const now = isTrusted ? 'yes' : 'no'
  if (line.parentElement.dataset.trust === now) return
  line.parentElement.dataset.trust = now
  line.textContent = line.dataset[now]
}

if (line) {
  line.hidden = false
  ask()
  // Back from the settings.
  document.addEventListener('visibilitychange', () => document.hidden || ask())
  setInterval(() => document.hidden || line.parentElement.dataset.trust === 'yes' || ask(), 4000)
}
