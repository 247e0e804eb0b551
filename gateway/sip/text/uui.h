/* User-to-User (RFC 7433), with the package isdn-uui (RFC 7434): the octets of Q.931's user-user element, its protocol
 * discriminator in front, in hexadecimal. Pure. */
#pragma once

#include <stdbool.h>

#include <sofia-sip/sip.h>

#include "call/leg.h"

enum { UUI_TEXT_MAX = 2 * LEG_UUI_MAX + 96 };

/* False, and *out unchanged, when the message has none of this package, or one longer than the element may be. */
bool uui_read(const sip_t *sip, struct leg_uui *out);
/* A whole header line, "" for none. */
void uui_write(const struct leg_uui *uui, char out[static UUI_TEXT_MAX]);
