/* A span: a clocked bundle of TDM timeslots, whatever card carries it.
 *
 * Threads: control opens and closes spans and channels, sends D-channel frames and gets every callback. The
 * media thread alone calls tick, rx, tx and cas_send of the driver, between attach and detach (see mg.h).
 * In tests one thread does both. Frames carry no FCS. Timeslots are numbered as on the line: 1..31 on
 * an E1, 1..24 on a T1; on a BRI 1 and 2 are B1 and B2, 3 is D. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/law.h"
#include "drivers/span_config.h"

enum {
	TDM_MAX_SPANS = 256,
	TDM_MAX_TIMESLOTS = 32, /* slot 0 included, as an array bound */
	TDM_MAX_FRAME = 300,    /* octets of an HDLC frame without FCS: Q.921 N201 260 and header */
};

/* Alarms of a span, as bits. */
enum tdm_alarm {
	TDM_ALARM_RED = 1 << 0,      /* no signal: the cable is out */
	TDM_ALARM_YELLOW = 1 << 1,   /* the far end reports red (RAI) */
	TDM_ALARM_BLUE = 1 << 2,     /* all ones (AIS) */
	TDM_ALARM_ABSENT = 1 << 3,   /* no card there: not plugged in yet, or taken out */
	TDM_ALARM_LOOPBACK = 1 << 4, /* looped, by us or by the far end: no calls meanwhile */
};

enum tdm_fault {
	TDM_FAULT_NONE, /* all well again */
	TDM_FAULT_CUT,  /* the cable is out: both ends see red */
};

/* Called on the control thread; any may be NULL. data is that of tdm_listen. */
struct tdm_listener {
	void (*on_frame)(void *data, unsigned timeslot, const uint8_t *frame, size_t len);
	void (*on_alarm)(void *data, unsigned alarms); /* the new set of enum tdm_alarm bits */
	void (*on_cas)(void *data, unsigned timeslot, uint8_t abcd);
};

struct tdm_counters { /* since the span was opened */
	uint64_t ticks;
	uint64_t hdlc_rx_frames, hdlc_tx_frames;
	uint64_t hdlc_rx_errors; /* bad FCS, abort, oversize */
	uint64_t hdlc_dropped;   /* frames that found no room in a ring */
	uint64_t slips;
};

/* Line errors since the span was opened; what a card cannot tell stays 0 (G.704, G.706, G.703). */
struct tdm_errors {
	uint64_t crc, e_bit, code_violation, framing;
};

/* What a B channel is opened with. What a card does not have is done without, and logged. */
struct tdm_channel {
	bool speech; /* else 64 kbit/s octets that nothing may touch: no echo canceller, no gain */
	uint16_t
		echo_tail_ms; /* of the line's echo, to be cancelled; 0: leave it. With speech only */
};

enum tdm_loopback {
	TDM_LOOP_NONE,
	TDM_LOOP_LOCAL,  /* what we send comes back to us */
	TDM_LOOP_REMOTE, /* what the far end sends goes back to it */
};

struct tdm_span;

/* What a kind of card can do. One const table per driver; every member is set unless it says NULL. */
struct tdm_driver {
	const char *name;
	/* Opens one span; NULL and a logged reason when it cannot. Far ends (virtual pairs) find each other. */
	struct tdm_span *(*open)(void *talloc_ctx, const struct span_config *config);
	void (*close)(struct tdm_span *span);
	/* Turns HDLC on or off for one timeslot. Control, while the span is not attached. 0 or -errno. */
	int (*hdlc_enable)(struct tdm_span *span, unsigned timeslot, bool on);
	/* 0, -EMSGSIZE, -ENODEV (not an HDLC timeslot), -EAGAIN (no room), -ENETDOWN (alarm). */
	int (*hdlc_send)(struct tdm_span *span, unsigned timeslot, const uint8_t *frame,
			 size_t len);
	/* A B channel is about to be used, and is used no more. Control; mg calls them around the time that a
	 * termination has the timeslot. 0, 1 (the card cancels the line's echo itself), or -errno with the
	 * reason logged. One that is open may be opened again, with another how, while the media thread has
	 * it: then one close ends all. close comes after the media thread's last rx or tx. NULL: nothing is
	 * to be done. */
	int (*channel_open)(struct tdm_span *span, unsigned timeslot,
			    const struct tdm_channel *how);
	void (*channel_close)(struct tdm_span *span, unsigned timeslot);
	/* Is it between the two? For the auditor; set wherever channel_open is. */
	bool (*channel_is_open)(const struct tdm_span *span, unsigned timeslot);
	/* Makes a fault on purpose; NULL where the card cannot. */
	int (*inject)(struct tdm_span *span, enum tdm_fault fault);
	/* 0 or -errno; NULL where the card cannot. Control. */
	int (*loopback)(struct tdm_span *span, enum tdm_loopback loop);
	/* NULL where the card cannot tell. Control. */
	void (*errors)(const struct tdm_span *span, struct tdm_errors *out);
	/* Media thread. Waits until the line has moved on by TICK_OCTETS octets, at most timeout_ms; false
	 * when it did not. The first attached span that has this is the media thread's clock. NULL: it has no
	 * clock of its own. */
	bool (*wait_tick)(struct tdm_span *span, unsigned timeout_ms);
	/* Media thread, once per tick and before any rx/tx of that tick. */
	void (*tick)(struct tdm_span *span);
	/* TICK_OCTETS octets that arrived in this tick; valid until the next one. */
	const uint8_t *(*rx)(struct tdm_span *span, unsigned timeslot);
	/* Room for TICK_OCTETS octets to send in this tick; what is not written is sent as idle. */
	uint8_t *(*tx)(struct tdm_span *span, unsigned timeslot);
	void (*cas_send)(struct tdm_span *span, unsigned timeslot, uint8_t abcd);
	/* Media thread, once per tick and after every tx of that tick. NULL: what tx was given leaves by itself. */
	void (*flush)(struct tdm_span *span);
};

/* The head of every driver's span object. */
struct tdm_span {
	const struct tdm_driver *driver;
	char name[TDM_NAME_MAX];
	enum law law;
	enum span_type type;
	unsigned timeslots; /* highest timeslot number: 31, 24 or 3 */
	bool crc;           /* its frames are checked by one: E1 with CRC-4, T1 with ESF */
	const struct tdm_listener *listener;
	void *listener_data;
	unsigned alarms; /* as last reported to control */
	struct tdm_counters
		counters; /* written by the media thread, read as a snapshot for display */
	unsigned index;   /* position in the table of open spans */
};

/* The drivers' tables; tdm.c lists them. */
extern const struct tdm_driver virtual_driver;
extern const struct tdm_driver sbus_driver;
extern const struct tdm_driver dahdi_driver;

/* The table of open spans. Control thread. */
struct tdm_span *tdm_open(void *talloc_ctx, const struct span_config *config);
void tdm_close(struct tdm_span *span);
struct tdm_span *tdm_find(const char *name);
struct tdm_span *tdm_by_index(unsigned index);
unsigned tdm_count(void); /* highest index in use plus one; tdm_by_index may give NULL below it */

/* One listener per span; the present alarms are told at once through on_alarm. NULL stops it. */
void tdm_listen(struct tdm_span *span, const struct tdm_listener *listener, void *data);

/* The counters as they are now: any thread may ask while the media thread counts. */
void tdm_counters_read(const struct tdm_span *span, struct tdm_counters *out);

/* "red", "red yellow"; "" for none. */
const char *tdm_alarm_names(unsigned alarms);

/* For drivers: the new set of alarms, logged and told to the listener when it differs. Control thread. */
void tdm_report_alarms(struct tdm_span *span, unsigned alarms);
/* For drivers: one more of a counter. Media thread. */
void tdm_count_one(uint64_t *counter);

/* Writes "e1-1/17" into out and returns it. */
const char *tdm_channel_name(const struct tdm_span *span, unsigned timeslot, char *out,
			     size_t size);
