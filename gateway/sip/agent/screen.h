/* What stands before transactions: who may speak at all, and which requests are refused before anything is kept
 * of them. Sofia asks twice: once when the first line of a request has come, which costs next to nothing, and once
 * with the whole request if it belongs to no transaction and no dialog of ours. Control thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include <sofia-sip/tport.h>

#include "sip/agent/nta.h"

/* How a request is refused: without a transaction, so nothing of it stays (RFC 3261 8.2.7). */
struct screen_refusal {
	int status;             /* 0: it is not refused; SCREEN_SILENCE: nobody is told */
	const char *phrase;     /* NULL: the usual one of the status */
	unsigned retry_after_s; /* 0: not said */
	const char *reason;     /* value of the Reason header; NULL: none */
};
enum { SCREEN_SILENCE = -1 };

/* The user's part. */
struct screen {
	void *data;
	/* May anything from there be read? If not it is dropped, as if it never came; malformed or not. line: the
	 * request's first one, whatever it holds. */
	bool (*welcome)(void *data, const struct sockaddr_storage *from, const char *line);
	/* The head of this request is malformed, and refused with 400: false: it is dropped instead. */
	bool (*malformed)(void *data, const struct sockaddr_storage *from);
	/* A request that is sound, but for ACK. */
	struct screen_refusal (*judge)(void *data, const struct sockaddr_storage *from,
				       const sip_t *sip);
	/* What was not refused, with a transaction; the leg is NULL. */
	nta_request_f *accept;
};

struct screen_totals {
	uint64_t dropped; /* not welcome */
	uint64_t bad_header,
		bad_form; /* malformed: a header; what is missing or contradicts itself */
	uint64_t refused; /* without a transaction, and told so */
	uint64_t silent;  /* without a transaction, and not told */
	uint64_t stray;   /* responses and ACKs that belong to nothing */
};

/* Watches the messages that this class parses; the screen is kept, not copied, and there is one at a time. */
void screen_watch(msg_mclass_t *mclass, const struct screen *screen);
/* nta_message_f; data: the screen. */
int screen_on_message(void *data, nta_agent_t *nta, msg_t *msg, sip_t *sip);
/* What the request came by that is being judged; NULL outside of judge. */
const tport_t *screen_tport(void);
const struct screen_totals *screen_totals(void);
