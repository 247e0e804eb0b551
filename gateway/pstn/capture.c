/* Signalling frames into a pcap file, each with the pseudo-header of pcap-linktype LINUX_LAPD (a "cooked"
 * header of 16 octets). Every frame is flushed: a capture is looked at while calls go on. */
#include "pstn/capture.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <string.h>

#include <osmocom/core/talloc.h>

#include "base/clock.h"
#include "base/log.h"
#include "drivers/tdm.h"

enum {
	HEADER_LEN = 16,
	PACKET_HOST = 0,      /* sll_pkttype: to us */
	PACKET_OUTGOING = 4,  /* sll_pkttype: from us */
	HATYPE_LAPD = 8445,   /* ARPHRD_LAPD */
	ETHERTYPE_LAPD = 0x30 /* ETH_P_LAPD */
};

struct capture {
	pcap_t *pcap;
	pcap_dumper_t *dumper;
};

int capture_open(void *talloc_ctx, const char *path, struct capture **out)
{
	struct capture *capture = talloc_zero(talloc_ctx, struct capture);

	if (!capture)
		return -ENOMEM;
	capture->pcap = pcap_open_dead(DLT_LINUX_LAPD, HEADER_LEN + TDM_MAX_FRAME);
	if (capture->pcap)
		capture->dumper = pcap_dump_open(capture->pcap, path);
	if (!capture->dumper) {
		LOGP(DISDN, LOGL_ERROR, "no capture of signalling: %s\n",
		     capture->pcap ? pcap_geterr(capture->pcap) : "out of memory");
		capture_close(capture);
		return -EIO;
	}
	*out = capture;
	return 0;
}

void capture_close(struct capture *capture)
{
	if (!capture)
		return;
	if (capture->dumper)
		pcap_dump_close(capture->dumper);
	if (capture->pcap)
		pcap_close(capture->pcap);
	talloc_free(capture);
}

void capture_frame(struct capture *capture, bool network, bool sent, const uint8_t *frame,
		   size_t len)
{
	uint8_t packet[HEADER_LEN + TDM_MAX_FRAME] = { 0 };

	if (!capture || len > TDM_MAX_FRAME)
		return;
	struct timespec now = clock_wall();
	struct pcap_pkthdr header = {
		.ts = { .tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000 },
		.caplen = (bpf_u_int32)(HEADER_LEN + len),
		.len = (bpf_u_int32)(HEADER_LEN + len),
	};
	packet[1] = sent ? PACKET_OUTGOING : PACKET_HOST;
	packet[2] = HATYPE_LAPD >> 8;
	packet[3] = HATYPE_LAPD & 0xff;
	packet[5] = 1; /* length of the address: one octet, 1 when we are the network */
	packet[6] = network;
	packet[15] = ETHERTYPE_LAPD;
	memcpy(packet + HEADER_LEN, frame, len);
	pcap_dump((u_char *)capture->dumper, &header, packet);
	pcap_dump_flush(capture->dumper);
}
