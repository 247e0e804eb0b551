/* Messages of calls to a capture server (Homer), as HEP version 3 over UDP: SIP as it is, ISDN as text, both with the call's
 * id, so that they are found together. What the network does not take is lost. Control thread. */
#pragma once

#include <stdint.h>

struct hep;
struct message;

/* address: a literal of IPv4 or IPv6. NULL with the reason logged. */
struct hep *hep_new(void *talloc_ctx, const char *address, uint16_t port, uint32_t agent);
void hep_free(struct hep *hep); /* NULL is let be */
/* correlation: the id of the call's record. party: whose leg's; text: what it is. */
void hep_send(struct hep *hep, const char *correlation, const char *party, const char *text,
	      const struct message *message);
