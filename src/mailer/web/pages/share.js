// The shared page, made handier: without this file everything on it works too. It sends nothing.
'use strict'

const bar = document.querySelector('.pass-on')

// The address bar shows the issue's own address: whose copy led here is nobody's business. Only the
// reader's own page has a canonical address; the form below keeps its own.
if (bar && bar.dataset.clean) {
  history.replaceState(null, '', bar.dataset.clean + location.hash)
}

if (bar) {
  const link = bar.querySelector('input')
  const copy = bar.querySelector('button.copy')
  const sheet = bar.querySelector('button.sheet')

  link.addEventListener('focus', () => link.select())

  if (navigator.clipboard) {
    copy.hidden = false
    copy.addEventListener('click', async () => {
      await navigator.clipboard.writeText(link.value)
      bar.querySelector('[role=status]').textContent = bar.dataset.copied
    })
  }

  if (navigator.share) {
    sheet.hidden = false
    sheet.addEventListener('click', () => {
      navigator.share({ title: bar.dataset.title, url: link.value }).catch(() => {})
    })
  }
}
