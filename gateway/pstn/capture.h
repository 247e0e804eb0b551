/* Signalling frames into a pcap file. Link type LINUX_LAPD: LAPD with a pseudo-header that says which side
 * sent a frame; Wireshark opens it as it is. Control thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct capture;

/* Truncates path. 0 and *out, or -errno with the reason logged. */
int capture_open(void *talloc_ctx, const char *path, struct capture **out);
void capture_close(struct capture *capture);

/* One frame without FCS, from its address octets on. network: this end is the network side. A NULL
 * capture takes nothing. */
void capture_frame(struct capture *capture, bool network, bool sent, const uint8_t *frame,
		   size_t len);
