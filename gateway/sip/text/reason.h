/* The Reason header (RFC 3326), also in responses (RFC 6432), with Q.850 causes and their location (RFC 8606). Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sofia-sip/sip.h>

enum { REASON_TEXT_MAX = 128 };

/* What all its values together say. */
struct reason {
	uint8_t cause;     /* the first valid Q.850 one, 0 for none */
	bool has_location; /* with that cause */
	uint8_t location;  /* enum cause_location */
	uint16_t status;   /* the first valid one of protocol SIP, 0 for none */
};

void reason_read(const sip_reason_t *reason, struct reason *out);
/* The cause alone. */
unsigned reason_cause(const sip_reason_t *reason);
/* Q.850;cause=16;text="normal call clearing" */
void reason_text(unsigned cause, char *out, size_t size);
/* The same with ;location=LN; without where RFC 8606 has no word for the location. */
void reason_text_at(unsigned cause, unsigned location, char *out, size_t size);
