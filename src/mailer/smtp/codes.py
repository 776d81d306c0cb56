"""Every reply code that this client names, once, with the line of the RFC that defines it."""

from typing import Final

SERVICE_READY: Final = 220  # RFC 5321 4.2.3: greeting; RFC 3207 4: answer to STARTTLS
CLOSING_CHANNEL: Final = 221  # RFC 5321 4.2.3: answer to QUIT
AUTHENTICATED: Final = 235  # RFC 4954 6
COMPLETED: Final = 250  # RFC 5321 4.2.3
WILL_FORWARD: Final = 251  # RFC 5321 3.4: RCPT taken, the address has moved
CHALLENGE: Final = 334  # RFC 4954 4
START_INPUT: Final = 354  # RFC 5321 4.2.3: answer to DATA; the content may come
SHUTTING_DOWN: Final = 421  # RFC 5321 3.8: may answer any command, and ends the connection
TLS_NOT_NOW: Final = 454  # RFC 3207 4, RFC 4954 6
NO_SUCH_MAILBOX: Final = 550  # RFC 5321 4.2.3
OUT_OF_ORDER: Final = 503  # RFC 5321 4.2.3: what follows a refused MAIL or RCPT in a group
TOO_LARGE: Final = 552  # RFC 5321 4.2.3, RFC 1870 6.1
NO_RECIPIENTS: Final = 554  # RFC 5321 3.3, RFC 2920 3.1: DATA after all RCPT were refused

# RFC 5321 4.2.1: the first digit says enough; a code nobody has heard of goes by it.
POSITIVE: Final = 2
INTERMEDIATE: Final = 3
TRANSIENT: Final = 4
PERMANENT: Final = 5
