"""Data of others in a copy (art. 15(4) GDPR): found, shown to staff, decided, really removed.

What is looked at (⚖, docs/legal.md): texts that somebody else than the person wrote, and documents
that the person neither sent nor was to sign, being only in copy. A document the person sent or
signed is given whole: they know it already, and the copy is to be faithful (CJEU C-487/21).
"""
