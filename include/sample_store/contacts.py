"""A made-up shopper: real shops hand out with each order who bought it and what they wrote, asked for or not.

The numbers are of those set aside for fiction and documentation; whoever finds one of these words has kept too much.
"""

from __future__ import annotations

FIRST_NAME, LAST_NAME = "Ottilie", "Fernsby"
NAME = f"{FIRST_NAME} {LAST_NAME}"
STREET, TOWN, POSTCODE = "7 Made-up Mews", "Nowhere Green", "ZZ99 3WZ"
MAIL, PHONE = "ottilie.fernsby@example.com", "+44 20 7946 0958"
IP_ADDRESS, BROWSER = "203.0.113.77", "Mozilla/5.0 (Fernsby)"
NOTE = f"Please ring {FIRST_NAME}'s bell twice"
WORDS = (FIRST_NAME, LAST_NAME, STREET, TOWN, POSTCODE, MAIL, PHONE, IP_ADDRESS, BROWSER, NOTE)
