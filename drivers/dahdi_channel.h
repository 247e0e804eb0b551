/* One B channel of a DAHDI span: octets between the card's blocks and the media thread's ticks.
 *
 * Control opens and closes the descriptor while the channel is shut; the media thread alone reads, writes and
 * gets events while it is open. The state says whose the channel is, and the word passes by atomics alone:
 * control asks the media thread to leave, and the media thread's answer is that the channel is shut. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/law.h"
#include "drivers/elastic.h"

enum dahdi_owner {
	DAHDI_CONTROLS, /* descriptor and all */
	DAHDI_MEDIAS,
	DAHDI_LEAVING, /* the media thread's until it sees this */
};

/* What the channels of one span share in the media thread. */
struct dahdi_pace {
	unsigned block; /* octets */
	/* Octets that wait besides a tick's: in the card to be sent, and here to be heard. Each grows by a block
	 * when it has not done, and shrinks by one, for channels begun later, when it has done for long. */
	unsigned reserve, margin;
	unsigned quiet; /* ticks since one grew or shrank */
};

enum dahdi_news { /* of a tick, as bits */
		  DAHDI_NEWS_SLIP = 1 << 0,
		  DAHDI_NEWS_SHUT =
			  1 << 1, /* it is control's again: asked for, or its card is gone */
		  DAHDI_NEWS_CAS = 1 << 2,  /* abcd has changed */
		  DAHDI_NEWS_LINE = 1 << 3, /* an alarm has come or gone */
};

struct dahdi_channel {
	_Atomic int owner; /* enum dahdi_owner */
	int fd;            /* -1: closed */
	bool wanted;       /* control's: open it whenever the card is there */
	bool speech;       /* control's */
	int taps;          /* control's: of the card's echo canceller; 0: it is off */
	bool recalled;     /* control's: the media thread was asked to let go */
	bool cas;          /* it has signalling bits */
	/* The media thread's from here on. */
	bool begun;
	unsigned reserve, margin; /* as it was begun with */
	enum law law;
	struct elastic rx;
	struct elastic_level tx;
	int ahead;     /* octets written more than read: those that wait to be sent */
	unsigned skip; /* octets to be left out next */
	bool stalled;  /* the card had no room, and nothing was read since */
	uint8_t heard[TICK_OCTETS], said[TICK_OCTETS];
	uint8_t abcd; /* as last heard */
};

/* As little waits as can do. */
void dahdi_channel_pace(struct dahdi_pace *pace, unsigned block);
/* The media thread, once a tick. */
void dahdi_channel_pace_tick(struct dahdi_pace *pace);
/* Control. The descriptor is of a channel that is shut; it is the media thread's from now on. */
void dahdi_channel_give(struct dahdi_channel *channel, int fd, enum law law);
/* Control. The media thread lets go of it in its next tick. */
void dahdi_channel_recall(struct dahdi_channel *channel);
/* Any thread. */
enum dahdi_owner dahdi_channel_owner(const struct dahdi_channel *channel);

/* The media thread, for a channel that is its own or that is recalled: what arrived goes to heard. */
unsigned dahdi_channel_hear(struct dahdi_channel *channel, struct dahdi_pace *pace);
/* Sends what is in said, then makes it idle. */
unsigned dahdi_channel_say(struct dahdi_channel *channel, struct dahdi_pace *pace);
void dahdi_channel_cas(struct dahdi_channel *channel, uint8_t abcd);
