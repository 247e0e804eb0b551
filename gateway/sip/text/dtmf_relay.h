/* Digits in INFO requests: application/dtmf-relay ("Signal=5", "Duration=160") and application/dtmf ("5"), as other
 * gateways and telephones have them; there is no RFC of either. Pure; every octet comes from a stranger. */
#pragma once

#include <stddef.h>

#define DTMF_RELAY_TYPE "application/dtmf-relay"
#define DTMF_TYPE "application/dtmf"

enum { DTMF_RELAY_TEXT_MAX = 40 };

/* One of leg.h's digits; 0: a signal that is no digit, such as a hook flash; -EBADMSG: malformed. */
int dtmf_relay_read(const char *text, size_t len);
int dtmf_read(const char *text, size_t len);
/* The body that says one digit. */
void dtmf_relay_write(char digit, char out[static DTMF_RELAY_TEXT_MAX]);
