/* Q.931's messages on the time lines of their calls (call/timeline.h), which they find by trunk and call reference.
 * Control thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct isdn;
struct isdn_leg;

/* A frame that carries a message of the call with that reference (as libpri numbers it) came or goes. */
void isdn_messages_tell(const struct isdn *isdn, bool sent, uint16_t reference,
			const uint8_t *frame, size_t len);
/* The leg has its reference: messages of that one are its own. */
void isdn_messages_name(struct isdn_leg *leg);
