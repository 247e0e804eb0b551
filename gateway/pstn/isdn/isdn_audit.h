/* The auditor's view into an ISDN trunk: do legs, channels and libpri's calls fit together, and does every call
 * that clears come to its end? Control thread. */
#pragma once

struct trunk;

/* As trunk_protocol.audit. */
unsigned isdn_audit_run(struct trunk *trunk);
