/* A call's messages as a file for Wireshark: pcapng (draft-ietf-opsawg-pcapng) with two interfaces. SIP is put into IP and UDP
 * between the addresses it went between, whatever carried it; ISDN is LAPD behind a pseudo-header. Control thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct call_hub;

struct pcapng {
	uint8_t *octets; /* malloc'd, the caller's; NULL: no memory */
	size_t len;
	unsigned written, gone; /* messages; gone: newer ones have taken their place */
};

/* False: the call is not known (any more), and out is unchanged. */
bool pcapng_of_call(const struct call_hub *hub, uint32_t id, struct pcapng *out);

enum { LAPD_HEADER_LEN = 16, LINKTYPE_LAPD = 177 };
/* The pseudo-header of LINKTYPE_LINUX_LAPD. network: this end is the network side. */
void pcapng_lapd_header(bool network, bool sent, uint8_t out[static LAPD_HEADER_LEN]);
