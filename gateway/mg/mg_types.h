/* The media gateway's values: what terminations are, what is asked of them and what they tell. They are
 * plain, so that both threads and one day a wire carry them. The commands are in mg.h. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/law.h"
#include "codecs/codec.h"
#include "codecs/dsp/tone.h"

enum mg_kind {
	MG_TDM, /* a timeslot of a span */
	MG_RTP, /* a stream to a network peer */
	MG_LOCAL, /* a party inside the gateway: says what its signal says, or what it hears (test lines) */
};

/* When a line is tapped for digits (Q.24). */
enum mg_dtmf {
	MG_DTMF_IGNORED,  /* never: what it carries need not be sound */
	MG_DTMF_RELAYED,  /* while another termination of the context takes digits */
	MG_DTMF_REPORTED, /* always: each is an event too */
};

struct mg_tdm {
	uint16_t span; /* tdm_span.index */
	uint8_t timeslot;
	enum mg_dtmf detect_dtmf;
	bool data; /* 64 kbit/s octets: nothing taps, cancels or converts them */
	/* Of the canceller of the line's echo; 0: none. Off by itself after 2100 Hz with phase reversals
	 * (G.168 7), and while the line is sent what it said itself. */
	uint16_t echo_tail_ms;
};

enum { MG_ALSO = 2 };

struct mg_format {
	enum codec_id codec;
	uint8_t pt;
};

struct mg_rtp {
	/* Family 0: not known yet. Port 0: only where the route to the peer leads. Nothing is sent to either. */
	struct sockaddr_storage remote;
	struct sockaddr_storage remote_rtcp; /* family 0: remote's port plus one */
	enum codec_id codec;
	uint8_t pt;           /* payload type we send and expect */
	uint8_t ptime_ms;     /* 10..60, a multiple of TICK_MS */
	uint8_t tevent_pt;    /* telephone-event payload type we send, 0: not negotiated */
	uint8_t tevent_rx_pt; /* and expect: each side names its own (RFC 3264 5.1); 0: the same */
	uint8_t n_also;
	struct mg_format also[MG_ALSO]; /* expected too, and converted */
	bool send, receive;             /* SDP direction, as seen from us */
	bool rtcp_mux; /* RTCP goes over remote's port (RFC 5761); what comes there is heard always */
	/* Digits that it is to hear are told (MG_EV_DIGIT_OUT), as signalling carries them, and silence is sent once
	 * they are known. Without telephone-event. */
	bool tells_digits;
};

/* Pseudo-random bit sequences (O.150 5.1 to 5.3) for a bit error test of a channel. */
enum mg_bert { MG_BERT_NONE, MG_BERT_PRBS_9, MG_BERT_PRBS_11, MG_BERT_PRBS_15 };

struct mg_local {
	bool echo; /* says what it hears; else its signal, else silence */
	/* Says this pattern and counts its errors in what it hears; not with echo. */
	enum mg_bert bert;
	enum law law; /* of its octets */
};

struct mg_term {
	enum mg_kind kind;
	union {
		struct mg_tdm tdm;
		struct mg_rtp rtp;
		struct mg_local local;
	};
};

/* A signal plays outward from a TDM or RTP termination, instead of what the context says; on a LOCAL one it
 * is what that party says. A new signal replaces the one that plays. */
enum mg_signal_kind { MG_SIGNAL_STOP, MG_SIGNAL_TONE, MG_SIGNAL_DIGITS };
struct mg_signal {
	enum mg_signal_kind kind;
	enum tone_id tone; /* until stopped or replaced */
	char digits[33];   /* DTMF, each 100 ms on, 100 ms off; MG_EV_SIGNAL_DONE at the end */
};

struct mg_stats { /* since add; packets and octets are RTP's, of payload */
	uint64_t tx_packets, tx_octets, rx_packets, rx_octets;
	/* bad: not RTP, wrong payload type, wrong source; of the last those that no kernel kept out */
	uint64_t rx_lost, rx_late, rx_bad;
	uint32_t rx_jitter_us; /* RFC 3550 A.8 */
	uint32_t jb_delay_ms, jb_target_ms;
	uint32_t round_trip_us; /* from RTCP, 0: unknown */
	uint64_t concealed_ticks;
	int16_t in_peak, out_peak; /* linear, of the last second: into and out of the context */
	/* Of an echo canceller, tenths of a dB: what the line loses, what the canceller takes away besides
	 * (G.168); on says whether it works now. */
	int16_t erl_ddb, erle_ddb;
	bool echo_on;
	bool bert_locked;                             /* the pattern is found in what is heard */
	uint64_t bert_bits, bert_errors, bert_losses; /* while it was; losses: it was lost again */
};

enum mg_event_kind {
	MG_EV_ADDED, /* local: for RTP the address to tell the peer */
	MG_EV_MODIFIED,
	MG_EV_SUBTRACTED, /* stats; the last event of a termination */
	/* Add or modify failed: error; after a failed add the termination is gone. A remote media gateway may
	 * say so; the local one never does, for what it accepts it can do. */
	MG_EV_FAILED,
	MG_EV_DIGIT, /* digit: heard from outside (TDM, RTP) or said to it (LOCAL), when it ends */
	MG_EV_DIGIT_OUT,   /* digit: of an RTP termination that tells_digits, when it ends */
	MG_EV_SIGNAL_DONE, /* digits were played, or another signal replaced them */
};

struct mg_event {
	enum mg_event_kind kind;
	uint32_t context, term;
	int error; /* errno, with MG_EV_FAILED */
	char digit;
	struct sockaddr_storage local; /* with MG_EV_ADDED of RTP */
	struct mg_stats stats;         /* with MG_EV_SUBTRACTED */
};
