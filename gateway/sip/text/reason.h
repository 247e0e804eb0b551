/* The Reason header (RFC 3326) with Q.850 causes, also in responses (RFC 6432). Pure. */
#pragma once

#include <stddef.h>

#include <sofia-sip/sip.h>

enum { REASON_TEXT_MAX = 128 };

/* The first valid Q.850 cause among the header's values, 0 when it has none. */
unsigned reason_cause(const sip_reason_t *reason);
/* Q.850;cause=16;text="normal call clearing" */
void reason_text(unsigned cause, char *out, size_t size);
