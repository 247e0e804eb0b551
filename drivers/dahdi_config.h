/* What the configuration says of a span on a DAHDI card: plain values, those of the kernel not among them.
 * Anything left at its default is taken as the card has it, or as is usual for the type of line. */
#pragma once

#include <stdbool.h>

enum dahdi_where {
	DAHDI_NOWHERE,   /* not said: a fault */
	DAHDI_BY_NUMBER, /* the span's number in the kernel */
	DAHDI_BY_PORT,   /* a port of the card at a location */
	DAHDI_DYNAMIC,   /* made by us: TDM over Ethernet, or a cable within the machine */
};

enum dahdi_framing {
	DAHDI_FRAMING_DEFAULT,
	DAHDI_FRAMING_CCS,
	DAHDI_FRAMING_CAS,
	DAHDI_FRAMING_ESF,
	DAHDI_FRAMING_D4
};
enum dahdi_coding { DAHDI_CODING_DEFAULT, DAHDI_CODING_HDB3, DAHDI_CODING_B8ZS, DAHDI_CODING_AMI };

enum {
	DAHDI_BLOCK_DEFAULT = 40, /* octets: half a tick */
	DAHDI_GAIN_MAX = 24,      /* dB either way */
};

struct dahdi_config {
	enum dahdi_where where;
	unsigned number;            /* the span's or the port's, from 1 */
	char location[40];          /* of the card, as DAHDI tells it */
	char link[20], address[40]; /* dynamic: "loc" "1:0", "eth" "eth0/02:00:..." */
	enum dahdi_framing framing;
	enum dahdi_coding coding;
	bool crc4;
	unsigned line_build_out; /* 0..7 */
	unsigned clock_priority; /* 1: first choice of clock source; 0: none */
	char tone_zone[10];      /* "us"; "": none is loaded */
	unsigned block;          /* octets that the card and we exchange at a time */
	char echo_canceller[16]; /* "mg2", "hardware"; "": none */
	bool hardhdlc;
	int rx_gain, tx_gain; /* dB */
	bool network_side;    /* BRI: NT, else TE */
	bool terminated;      /* BRI: 100 ohm at our end */
};
